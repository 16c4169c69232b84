"""What needs the extra `kafka`: events from topics, lists and decisions to topics."""

IMPORTS = ("confluent_kafka", "prometheus_client")
"""What is imported of its packages, to see whether they work."""
