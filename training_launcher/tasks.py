"""What the supervisor does for each kind of run: which processes, one after another, and how far they are."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from training_launcher import folder as files
from training_launcher.commands import Command, arguments
from training_launcher.options import fields
from training_launcher.specs.metrics import MeasuringSpec, MetricRunSpec


@dataclass(frozen=True)
class Step:
    """One process."""

    arguments: tuple[str, ...]
    """What Python is asked to run."""
    output: str = files.LOG_FILE
    """File of the run's folder for its standard output; empty where that only repeats what it logs itself."""


class Task(Protocol):
    """How a kind of run is done."""

    unit: str
    """What its progress is counted in; empty where the run writes `status.json` itself."""

    def steps(self) -> Iterator[Step]:
        """The processes; each is asked for when the one before has ended."""

    def progress(self) -> tuple[float, float]:
        """(done, all of it or 0 where nobody knows), in units; keeps what has come in since."""


def task_for(folder: Path, command: Command, spec: Any) -> Task:
    """What is to be done for a run."""
    if command.name == "train":
        return _Training(folder)
    if isinstance(spec, MetricRunSpec):
        return _Measuring(folder, spec)
    return _Drawing(folder, command, spec)


class _Training:
    """The training keeps its own log and status."""

    unit = ""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def steps(self) -> Iterator[Step]:
        yield Step(("-m", "gan", "train", f"--resume={self._folder}"), output="")

    def progress(self) -> tuple[float, float]:
        return 0.0, 0.0


class _Drawing:
    """A command that draws. It tells its pictures as lines of JSON, in a file that only the newest line matters of."""

    def __init__(self, folder: Path, command: Command, spec: Any) -> None:
        self._path, self._command, self._spec = folder / files.PROGRESS_FILE, command, spec
        self.unit = "frames" if command.kind == "video" else "pictures"

    def steps(self) -> Iterator[Step]:
        self._path.unlink(missing_ok=True)
        asked = (self._command.module, self._command.name, *arguments(self._spec))
        yield Step(("-m", *asked, "--json"), files.PROGRESS_FILE)

    def progress(self) -> tuple[float, float]:
        for line in reversed(files.tail(self._path)):
            told = _json(line)
            if isinstance(told.get("total"), int) and isinstance(told.get("done"), int):
                return float(told["done"]), float(told["total"])
        return 0.0, 0.0


class _Measuring:
    """Measures one network after another. What an earlier part of the run has measured is not measured again.

    Args:
        folder: The run's folder.
        spec: What is asked for.
    """

    unit = "metrics"

    def __init__(self, folder: Path, spec: MetricRunSpec) -> None:
        self._folder, self._spec = folder, spec
        self._network = ""
        self._read = 0
        """Bytes of the log that have been looked at."""
        self._done = {network: self._measured(network) for network in spec.networks}

    def steps(self) -> Iterator[Step]:
        for network in self._spec.networks:
            wanted = tuple(name for name in self._spec.metrics if name not in self._done[network])
            if len(self._done[network]) >= len(self._spec.metrics) or not wanted:
                continue
            self._network = network
            self._read = _size(self._folder / files.LOG_FILE)
            yield Step(("-m", "gan", "metrics", f"--network={network}", *self._options(wanted)))
            self._keep_results()

    def progress(self) -> tuple[float, float]:
        self._keep_results()
        done = sum(min(len(names), len(self._spec.metrics)) for names in self._done.values())
        return float(done), float(len(self._spec.networks) * len(self._spec.metrics))

    def _options(self, wanted: tuple[str, ...]) -> list[str]:
        shared = {part.name for part in fields(MeasuringSpec)} - {"metrics", "verbose"}
        return [f"--metrics={','.join(wanted)}", "--verbose=0", *arguments(self._spec, shared)]

    def _keep_results(self) -> None:
        """Write the results that have come in since into the run's own folder, with the network that each is of."""
        path = self._folder / files.LOG_FILE
        if not self._network or _size(path) <= self._read:
            return
        with path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.decode("utf-8", errors="replace").splitlines():
            result = _json(line)
            name = result.get("metric")
            if isinstance(name, str) and isinstance(result.get("results"), dict):
                kept = self._folder / f"metric-{name}.jsonl"
                files.append_line(kept, json.dumps({**result, "network": self._network}))
                self._done[self._network].add(name)

    def _measured(self, network: str) -> set[str]:
        """Names of the metrics that the run's folder has of a network."""
        found = set()
        for path in self._folder.glob("metric-*.jsonl"):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                result = _json(line)
                if result.get("network") == network and isinstance(result.get("metric"), str):
                    found.add(str(result["metric"]))
        return found


def _json(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {}
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
