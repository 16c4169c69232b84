"""Bayesian factorisation, sampled by the library `myfm`."""
