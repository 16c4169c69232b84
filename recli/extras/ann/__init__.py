"""The index by which a large catalogue is searched."""

IMPORTS = ("faiss",)
"""What is imported of its packages, to see whether they work."""
