"""Where recommendations are written in Kafka."""
