"""What puts a model into service elsewhere: folders for containers, functions, monitoring."""
