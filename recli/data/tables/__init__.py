"""What is known of items and users besides their ratings."""
