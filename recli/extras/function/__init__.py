"""A model in service as a function of a cloud."""

IMPORTS = ("functions_framework",)
"""What is imported of its packages, to see whether they work."""
