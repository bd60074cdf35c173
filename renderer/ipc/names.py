"""Names that the window and the renderer agree on. Imports nothing."""

PREFIX = "stylescope-"
"""Starts the names of all shared memory."""
