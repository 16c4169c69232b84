"""Registered by their file names."""
