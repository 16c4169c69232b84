"""LightFM by the library `rectools-lightfm`."""
