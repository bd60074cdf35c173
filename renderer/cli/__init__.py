"""Commands of `python -m renderer`, one per file. They render without a window, and so may import gan and torch."""

import gan  # noqa: F401  # before torch, whose behaviour on Apple's GPUs it chooses (`gan.mps`)
