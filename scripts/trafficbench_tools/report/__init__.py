"""A page and figures from reports, and their check against the twelve rules."""
