"""The search for parameters: spaces, goals, trials, honest numbers, and what is left on disk."""
