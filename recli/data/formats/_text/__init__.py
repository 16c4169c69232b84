"""What the formats of text share."""
