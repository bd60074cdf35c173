"""Photos: a queue of them, their crops, their fits as runs, and what becomes of the results."""
