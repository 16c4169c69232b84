"""A model in service as a function of a cloud."""
