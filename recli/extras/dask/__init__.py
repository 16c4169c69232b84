"""What needs the extra `dask`."""

IMPORTS = ("distributed",)
"""What is imported of its packages, to see whether they work."""
