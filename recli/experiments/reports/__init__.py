"""Reports of runs, for people and for papers; one file a format."""
