"""Searches for directions, by the library."""
