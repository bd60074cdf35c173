"""Directions: finding, naming, keeping and using them."""
