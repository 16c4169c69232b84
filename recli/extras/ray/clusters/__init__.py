"""Cells computed by the workers of Ray."""
