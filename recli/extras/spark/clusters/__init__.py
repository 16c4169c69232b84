"""Cells computed by the executors of Spark."""
