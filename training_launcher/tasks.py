"""Processes of each kind of run, in order, and their progress."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from foundation import runs as run_files
from foundation.inputs import TooLargeError, open_regular, read_object, read_regular
from foundation.specs.metrics import MeasuringSpec, MetricRunSpec
from foundation.specs.options import fields
from training_launcher.commands import Command, arguments
from training_launcher.run import UNITS

_METRIC = re.compile(r"[\w-]{1,100}", re.ASCII)
"""Names of metrics, which become names of files."""
_LARGEST = 1 << 26
"""Bytes that are read of a file at once."""


@dataclass(frozen=True)
class Step:
    """One process."""

    arguments: tuple[str, ...]
    """Arguments of Python."""
    output: str = run_files.LOG_FILE
    """File of the run's folder for its standard output; empty to discard a copy of the log."""


class Task(Protocol):
    """Steps and progress of a kind of run."""

    unit: str
    """Unit of progress; empty for a run that writes `status.json` itself."""

    def steps(self) -> Iterator[Step]:
        """Yield the processes; each is requested when the one before has ended."""

    def progress(self) -> tuple[float, float]:
        """Return (done, total or 0 if unknown) in units, and store new results."""


def task_for(folder: Path, command: Command, spec: Any) -> Task:
    """Return the task of a run."""
    if command.name == "train":
        return _Training(folder)
    if isinstance(spec, MetricRunSpec):
        return _Measuring(folder, spec)
    return _Rendering(folder, command, spec)


class _Training:
    """A training, which writes its own log and status."""

    unit = ""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def steps(self) -> Iterator[Step]:
        yield Step(("-m", "gan", "train", f"--resume={self._folder}"), output="")

    def progress(self) -> tuple[float, float]:
        return 0.0, 0.0


class _Rendering:
    """A command that renders images or fits photos. It prints its progress as lines of JSON; the newest counts."""

    def __init__(self, folder: Path, command: Command, spec: Any) -> None:
        self._path, self._command, self._spec = folder / run_files.PROGRESS_FILE, command, spec
        self.unit = UNITS[command.kind]

    def steps(self) -> Iterator[Step]:
        if self._command.kind != "fit":  # which goes on from its state
            self._path.unlink(missing_ok=True)
        asked = (self._command.module, self._command.name, *arguments(self._spec))
        yield Step(("-m", *asked, "--json"), run_files.PROGRESS_FILE)

    def progress(self) -> tuple[float, float]:
        for line in reversed(run_files.tail(self._path)):
            progress = _json(line)
            if isinstance(progress.get("total"), int) and isinstance(progress.get("done"), int):
                return float(progress["done"]), float(progress["total"])
        return 0.0, 0.0


class _Measuring:
    """Measures one network after another. Results of an earlier start of the run are not measured again.

    Args:
        folder: The run's folder.
        spec: The filled spec.
    """

    unit = "metrics"

    def __init__(self, folder: Path, spec: MetricRunSpec) -> None:
        self._folder, self._spec = folder, spec
        self._network = ""
        self._read = 0
        """Bytes of the log that have been read."""
        self._done = {network: self._measured(network) for network in spec.networks}

    def steps(self) -> Iterator[Step]:
        for network in self._spec.networks:
            wanted = tuple(name for name in self._spec.metrics if name not in self._done[network])
            if len(self._done[network]) >= len(self._spec.metrics) or not wanted:
                continue
            self._network = network
            self._read = _size(self._folder / run_files.LOG_FILE)
            yield Step(("-m", "gan", "metrics", f"--network={network}", *self._options(wanted)))
            self._store_results()

    def progress(self) -> tuple[float, float]:
        self._store_results()
        done = sum(min(len(names), len(self._spec.metrics)) for names in self._done.values())
        return float(done), float(len(self._spec.networks) * len(self._spec.metrics))

    def _options(self, wanted: tuple[str, ...]) -> list[str]:
        shared = {part.name for part in fields(MeasuringSpec)} - {"metrics", "verbose"}
        return [f"--metrics={','.join(wanted)}", "--verbose=0", *arguments(self._spec, shared)]

    def _store_results(self) -> None:
        """Write new results to the run's own folder, each with its network."""
        path = self._folder / run_files.LOG_FILE
        if not self._network or _size(path) <= self._read:
            return
        try:
            with open_regular(path) as file:
                file.seek(self._read)
                new = file.read(_LARGEST)
        except OSError:
            return
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.decode("utf-8", errors="replace").splitlines():
            result = _json(line)
            name = result.get("metric")
            if isinstance(name, str) and _METRIC.fullmatch(name) and isinstance(result.get("results"), dict):
                results = self._folder / f"metric-{name}.jsonl"
                run_files.append_line(results, json.dumps({**result, "network": self._network}))
                self._done[self._network].add(name)

    def _measured(self, network: str) -> set[str]:
        """Return the names of the metrics that the run's folder holds for a network."""
        found = set()
        for path in self._folder.glob("metric-*.jsonl"):
            for line in _text(path).splitlines():
                result = _json(line)
                if result.get("network") == network and isinstance(result.get("metric"), str):
                    found.add(str(result["metric"]))
        return found


def _json(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {}
    try:
        return read_object(line)
    except ValueError:
        return {}


def _text(path: Path) -> str:
    """Return the text of a file of results; empty if it cannot be read."""
    try:
        return read_regular(path, _LARGEST).decode("utf-8", "replace")
    except (OSError, TooLargeError):
        return ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
