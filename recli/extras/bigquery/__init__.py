"""What needs the extra `bigquery`."""
