"""Runs over many cells: evaluation, tuning, and what they leave on disk."""
