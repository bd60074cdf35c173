"""Benchmarks of editing: fits of photos."""

import os

os.environ.setdefault("GOMP_SPINCOUNT", "0")  # as in the commands, see `gan.cli.main`; read when torch is imported
