"""The states of a round, in their order: resume, take, learn, compare, decide, publish."""
