"""Long searches for faults: the same tests as in `make test`, many more times. `make soak` runs them."""

import os

ON = os.environ.get("STYLESCOPE_SOAK", "") == "1"
FACTOR = 20


def times(short: int, long: int | None = None) -> int:
    """`short` in `make test`; in `make soak` `long`, or FACTOR times as many.

    Tests of a module that imports this or `ON` carry the marker `soak` (see tests/conftest.py).
    """
    return (long or FACTOR * short) if ON else short
