"""What needs the extra `ray`."""

IMPORTS = ("ray",)
"""What is imported of its packages, to see whether they work."""
