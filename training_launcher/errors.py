"""What can go wrong when runs are started, found or ended."""


class LaunchError(ValueError):
    """Something that cannot be done with a run, in a sentence that says what to do instead."""
