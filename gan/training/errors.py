"""Errors of a run. Every message names the problem and the remedy."""


class TrainingError(ValueError):
    """A run cannot start or continue."""
