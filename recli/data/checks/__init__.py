"""What is noteworthy about ratings and interactions."""
