"""The page of a study of `recli tune`, and its plots."""
