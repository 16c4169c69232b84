"""Options that several commands share, and the objects they become."""
