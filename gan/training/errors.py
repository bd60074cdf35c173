"""Errors of a run. Every message says what is wrong and what to do."""


class TrainingError(ValueError):
    """A run cannot start or continue."""
