"""Settings and markers of all tests."""

import os

# Images of one process are compared with those of another, byte by byte, from the first one on; and compiling takes
# seconds. Kernels have tests of their own, which make them ready explicitly.
os.environ.setdefault("STYLESCOPE_KERNELS", "off")
if "PYTEST_XDIST_WORKER" in os.environ:  # as many processes as cores: more threads would only wait for one another
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("LP_NUM_THREADS", "1")

import contextlib

import pytest

from tests.soak import ON, times

with contextlib.suppress(ImportError):  # `make gpu-check` does without
    import hypothesis

    # How long an example takes says how busy the machine is. `make test` draws the same examples each time, so that it
    # fails for a change and not by chance; `make soak` searches among others.
    quiet = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile(
        "stylescope", deadline=None, suppress_health_check=quiet, derandomize=not ON, database=None
    )
    hypothesis.settings.load_profile("stylescope")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of modules that search longer in `make soak`."""
    for item in items:
        if isinstance(item, pytest.Function) and getattr(item.module, "times", None) is times:
            item.add_marker(pytest.mark.soak)
