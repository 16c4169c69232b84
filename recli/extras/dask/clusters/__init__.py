"""Cells computed by the workers of Dask."""
