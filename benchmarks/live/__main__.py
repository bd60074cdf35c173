"""Entry of `python -m benchmarks.live`."""

from benchmarks.live import main

main()
