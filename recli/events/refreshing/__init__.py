"""A model that keeps up: events into its dataset, trained again, published if it is no worse."""
