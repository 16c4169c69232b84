"""From columns of text to users, items, ratings and times."""
