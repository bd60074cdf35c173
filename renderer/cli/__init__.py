"""Commands of `python -m renderer`, one a file. They render without a window, and so may import gan and torch."""
