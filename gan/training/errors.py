"""Errors of a run. Every message names the problem and the remedy."""


class TrainingError(ValueError):
    """A run cannot start or continue."""


class WorkerLostError(TrainingError):
    """A process of the run has ended or no longer answers.

    Args:
        what: The process and what happened to it, as the beginning of a sentence.
        writer: Rank of the process that saves the state of the run.
    """

    def __init__(self, what: str, writer: int) -> None:
        super().__init__(what)
        self.writer = writer

    def after(self, saved: str) -> "WorkerLostError":
        """Return the error followed by a sentence about what was saved."""
        return WorkerLostError(f"{self}, so the run has stopped. {saved}", self.writer)
