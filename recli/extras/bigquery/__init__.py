"""What needs the extra `bigquery`."""

IMPORTS = ("google.cloud.bigquery",)
"""What is imported of its packages, to see whether they work."""
