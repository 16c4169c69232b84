"""Other lists than the scores alone give, one way a file."""
