"""Ways to prepare a dataset before anything is learned of it, one a file."""
