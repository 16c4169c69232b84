"""Where recommendations are written, one kind of target a file."""
