"""Ranked recommendations, and the models that give them."""
