"""Settings and markers of all tests."""

import gc
import os

# Images of one process are compared with those of another, byte by byte, from the first one on; and compiling takes
# seconds. Kernels have tests of their own, which make them ready explicitly.
os.environ.setdefault("STYLESCOPE_KERNELS", "off")
if "PYTEST_XDIST_WORKER" in os.environ:  # as many processes as cores: more threads would only wait for one another
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("LP_NUM_THREADS", "1")

import contextlib
import sys
from collections.abc import Iterator

import pytest

from tests.soak import ON

with contextlib.suppress(ImportError):  # `make gpu-check` does without
    import hypothesis

    # How long an example takes says how busy the machine is. `make test` draws the same examples each time, so that it
    # fails for a change and not by chance; `make soak` searches among others.
    quiet = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile(
        "stylescope", deadline=None, suppress_health_check=quiet, derandomize=not ON, database=None
    )
    hypothesis.settings.load_profile("stylescope")


LONGEST = (
    "tests/integration/training",
    "tests/integration/launcher",
    "tests/portable",
    "tests/unit/benchmarks",
    "tests/hostile",
    "tests/unit/renderer/engine/test_every_field.py",
    "tests/integration",
    "tests/unit/project",
    "tests/e2e/views",
    "tests/e2e/timeline/test_export.py",
    "tests/e2e/shell",
    "tests/e2e/runs",
    "tests/e2e/files",
    "tests/e2e/link",
    "tests/e2e/photos",
)
"""Folders with the files that take longest, much of it waiting for processes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that all workers end together, and mark the tests that `make soak` prolongs."""
    items.sort(
        key=lambda item: next((i for i, name in enumerate(LONGEST) if item.nodeid.startswith(name)), len(LONGEST))
    )
    for item in items:
        if isinstance(item, pytest.Function) and {"times", "ON"} & vars(item.module).keys():
            item.add_marker(pytest.mark.soak)


def pytest_collection() -> None:
    """Collect no garbage among what is imported: it is a million objects, which stay."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave what was imported out of all later collections."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _kernels() -> dict[str, object]:
    """Return if the operators' kernels are in use and prepared, without importing them."""
    dispatch = sys.modules.get("gan.ops.cpu.dispatch")
    return {name: dispatch is not None and vars(dispatch)[name] for name in ("_enabled", "_prepared")}


def _kernels_stay() -> Iterator[None]:
    """Leave the operators' kernels as they were found: other tests would round otherwise, and run other code."""
    before = _kernels()
    yield
    if _kernels() != before:
        vars(sys.modules["gan.ops.cpu.dispatch"]).update(before)


_of_a_test = pytest.fixture(autouse=True)(_kernels_stay)
_of_a_module = pytest.fixture(autouse=True, scope="module")(_kernels_stay)
