"""Where data are: files, archives, addresses, object stores, databases."""
