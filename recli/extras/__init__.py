"""Optional rooms: a folder for each extra of `pyproject.toml`, laid out as `recli` is."""
