"""LightFM by the library `rectools-lightfm`."""

IMPORTS = ("lightfm",)
"""What is imported of its packages, to see whether they work."""
