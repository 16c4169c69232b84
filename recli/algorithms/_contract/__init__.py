"""What every algorithm gets with the contract, one concern a file."""
