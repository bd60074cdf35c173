"""Commands of `python -m renderer`, one per file. They render without a window, and so may import gan and torch."""
