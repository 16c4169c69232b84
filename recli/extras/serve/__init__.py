"""A model in service: its lists and predictions over HTTP."""

IMPORTS = ("fastapi", "prometheus_client", "uvicorn")
"""What is imported of its packages, to see whether they work."""
