"""Errors of starting, finding and stopping runs."""


class LaunchError(ValueError):
    """A run cannot be started, changed or found; the text is a sentence with a way out."""
