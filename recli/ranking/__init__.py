"""Ranked lists: from a model and what is asked for to what is written."""
