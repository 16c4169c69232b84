"""A package of somebody else, which brings one of each kind."""
