"""A model in service: its lists and predictions over HTTP."""
