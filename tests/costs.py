"""Plugin of pytest: processor time of tests, with their fixtures and processes, by folder, file and test.

    make test PYTEST_ARGS="-p tests.costs"
    .venv/bin/python -m pytest -p tests.costs tests/unit/io

`pytest --durations=20` shows waiting as well; with several workers, what the processor does is what `make test` takes.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

SHOWN = 20
"""Lines of each list."""


def spent() -> float:
    """Return the processor time of this process and of those that it has waited for, in seconds."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


class Costs:
    """Processor time since the last look, added to the reports of a worker and summed by whoever prints."""

    def __init__(self) -> None:
        self._last = spent()
        self.found: dict[str, Counter[str]] = {"folders": Counter(), "files": Counter(), "tests": Counter()}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Iterator[None]:
        """Add the cost to a report: xdist sends the attributes of reports."""
        report = yield
        report.cpu, self._last = spent() - self._last, spent()
        return report

    def pytest_collection_finish(self) -> None:
        self._last = spent()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = report.nodeid.partition("::")[0]
        for by, name in (("folders", str(PurePosixPath(file).parent)), ("files", file), ("tests", report.nodeid)):
            self.found[by][name] += getattr(report, "cpu", 0.0)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for by, costs in self.found.items():
            terminalreporter.section(f"seconds of processor time: {by}, {costs.total():.0f} in all")
            for name, seconds in costs.most_common(SHOWN):
                terminalreporter.write_line(f"{seconds:8.1f}  {name}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Costs())
