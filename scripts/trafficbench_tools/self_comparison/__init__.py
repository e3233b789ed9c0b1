"""Launches of one program compared with each other: nothing changed, so that every change that is found is wrong."""
