"""Fitting of photos as other parts of the window see it."""
