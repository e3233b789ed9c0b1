"""One session of the ladder: plain Python, its faster kin and every kernel, on the same road, in rounds."""
