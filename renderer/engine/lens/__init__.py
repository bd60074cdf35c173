"""Figures of the lens, by the library."""
