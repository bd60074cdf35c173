"""Train workspace: list and details of runs, curves, logs, fakes, results and the form for a new run."""
