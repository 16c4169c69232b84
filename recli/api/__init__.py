"""The front door in Python: what `import recli` offers, one name a file; see `recli.__all__`."""
