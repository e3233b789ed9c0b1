"""Two reports, point by point: what became faster, what slower, and how surely."""
