"""LambdaMART by the library `lightgbm`."""

IMPORTS = ("lightgbm",)
"""What is imported of its packages, to see whether they work."""
