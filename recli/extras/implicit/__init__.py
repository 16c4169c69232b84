"""Ranking models by the library `implicit`."""

IMPORTS = ("implicit",)
"""What is imported of its packages, to see whether they work."""
