"""Ratings, items, trainsets; finding, reading, checking and splitting them."""
