"""What runs, studies and models leave in the results folder, and how it is read back."""
