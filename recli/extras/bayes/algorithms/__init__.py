"""Algorithms by `myfm`, one file each."""
