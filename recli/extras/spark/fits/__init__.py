"""Algorithms whose fit Spark does, each in the file of its name, as a subclass that says how.

What they learn is the state of the algorithm itself: a model of it is the same, and is read without
Spark.
"""
