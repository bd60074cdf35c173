"""Directions in documents: what was found, and the searches that find more."""
