"""A command-line laboratory for recommender systems built on Surprise."""

__version__ = "0.1.0"
