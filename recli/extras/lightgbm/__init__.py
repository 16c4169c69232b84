"""LambdaMART by the library `lightgbm`."""
