"""What another program predicted or recommended, read from files and measured like any algorithm."""
