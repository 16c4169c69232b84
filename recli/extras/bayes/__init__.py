"""Bayesian factorisation, sampled by the library `myfm`."""

IMPORTS = ("myfm.gibbs",)
"""What is imported of its packages, to see whether they work."""
