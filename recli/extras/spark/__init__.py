"""Data beyond one machine, by Apache Spark."""

IMPORTS = ("pyspark",)
"""What is imported of its packages, to see whether they work."""
