"""Ways to split ratings into training and test, one a file."""
