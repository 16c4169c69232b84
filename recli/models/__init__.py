"""Fitted models, in memory and on disk."""
