"""File formats, one a file: each reads a file into columns of text."""
