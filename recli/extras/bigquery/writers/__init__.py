"""Where recommendations are written in Google BigQuery."""
