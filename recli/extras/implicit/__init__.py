"""Ranking models by the library `implicit`."""
