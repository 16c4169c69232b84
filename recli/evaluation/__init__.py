"""From predictions and rankings to numbers."""
