"""What users did since a model was trained: the log, and models trained anew by it."""
