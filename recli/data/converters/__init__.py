"""Targets that a dataset is converted to, one a file."""
