"""Signatures of models that travel."""

IMPORTS = ("cryptography",)
"""What is imported of its packages, to see whether they work."""
