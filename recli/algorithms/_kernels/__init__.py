"""Compiled loops, one a file."""
