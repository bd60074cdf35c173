"""Metrics of the snapshots of a training run: in the training process, or in a separate one."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from foundation.ending import apart
from foundation.specs.metric_names import AUTO, Metric
from gan.metrics import results
from gan.metrics.detectors import INCEPTION, LITE0, Detectors
from gan.metrics.evaluation import evaluate, resolve
from gan.metrics.results import Result
from gan.metrics.sampling import ImageSet
from gan.networks.generator import StyleGenerator

_SECONDS = 15.0
"""Interval between progress messages of a measurement."""

Notify = Callable[[str], None]
Measure = Callable[[Any, Path], dict[str, float]]
"""Maps a generator and its snapshot file to results by name."""


class _Ranked(Protocol):
    """Training processes as needed for metrics."""

    @property
    def rank(self) -> int:
        """This process's number, 0 for the one that writes files."""


def for_training(
    names: Sequence[str],
    source: ImageSet,
    group: _Ranked,
    folder: Path,
    notify: Notify,
    background: bool = False,
    detectors: Sequence[str] = (),
    trusted: bool = False,
) -> Measure | None:
    """Function that measures a run's snapshots and writes the results to `metric-<name>.jsonl`; None for no metrics.

    Args:
        names: As in `evaluate`. "auto" alone measures nothing where no feature network is available.
        source: The dataset, as it is trained on.
        group: The processes; all of them measure together.
        folder: The run's folder.
        notify: Called with a line of text to log, in process 0 only.
        background: Start a process for each snapshot and don't wait for it. A snapshot that comes while the one before
            is still being measured is left out, and reported.
        detectors: Official TorchScript files, see `Detectors`.
        trusted: True if the user trusts them, wherever they came from.

    Raises:
        ValueError: a name is unknown, its feature network is missing, or it cannot be measured while training.
    """
    at_hand = Detectors(detectors, trusted=trusted)
    if list(names) == [AUTO] and not at_hand.has(INCEPTION) and not at_hand.has(LITE0):
        if group.rank == 0:
            notify("No feature network is at hand, so nothing is measured: pip install 'stylescope[metrics]'.")
        return None
    metrics = measurable(names, at_hand)
    if not metrics:
        return None
    chosen = [metric.name for metric in metrics]
    if background:
        return _Beside(chosen, group, folder, notify, detectors, trusted)
    return _Within(chosen, source, group, folder, notify, detectors, trusted)


def measurable(names: Sequence[str], detectors: Detectors) -> tuple[Metric, ...]:
    """Return the metrics of these names after checking that a training can measure them.

    Raises:
        ValueError: as `for_training`.
    """
    metrics = resolve(names, detectors)
    if later := [metric.name for metric in metrics if metric.kind == "ls"]:
        raise ValueError(
            f"{later[0]} needs classifiers of attributes, which a training does not have: leave it out, and measure it "
            "afterwards with `python -m gan metrics`."
        )
    return metrics


class _Within:
    """Measures while training waits, and reports the progress."""

    def __init__(
        self,
        names: list[str],
        source: ImageSet,
        group: _Ranked,
        folder: Path,
        notify: Notify,
        detectors: Sequence[str],
        trusted: bool,
    ) -> None:
        self._names, self._source, self._group, self._folder, self._notify = names, source, group, folder, notify
        self._detectors, self._trusted = detectors, trusted
        self._notified_at = 0.0

    def __call__(self, G: StyleGenerator, snapshot: Path) -> dict[str, float]:
        detectors = Detectors(self._detectors, next(iter(G.parameters())).device, trusted=self._trusted)
        try:
            measured = evaluate(
                self._names,
                G,
                self._source,
                detectors=detectors,
                progress=self._progress,
                snapshot=snapshot.name,
                on_result=self._store,
            )
        except ValueError as error:  # an unsuitable metric must not end the training
            if self._group.rank == 0:
                self._notify(f"Not measured: {error}")
            return {}
        return {name: value for result in measured for name, value in result.results.items()}

    def _progress(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._notified_at >= _SECONDS:
            self._notified_at = now
            self._notify(f"{what} {done} of {total}")

    def _store(self, result: Result) -> None:
        results.append(result, self._folder)
        figures = ", ".join(f"{name} {value:.4g}" for name, value in result.results.items())
        self._notify(f"{figures} ({results.duration(result.total_time)})")


class _Beside:
    """Runs `python -m gan metrics`, which finds dataset and folder from the snapshot."""

    def __init__(
        self, names: list[str], group: _Ranked, folder: Path, notify: Notify, detectors: Sequence[str], trusted: bool
    ) -> None:
        self._names, self._group, self._folder, self._notify = names, group, folder, notify
        self._detectors, self._trusted = detectors, trusted
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, G: StyleGenerator, snapshot: Path) -> dict[str, float]:
        if self._group.rank:
            return {}
        command = ["metrics", f"--network={snapshot}", f"--metrics={','.join(self._names)}", "--verbose=0"]
        command += [f"--detector={file}" for file in self._detectors]
        command += ["--trust-detector"] * self._trusted
        if self._process is not None and self._process.poll() is None:
            again = " ".join(["python -m gan", *command])
            self._notify(
                f"The snapshot before is still being measured, so {snapshot.name} is not; to do it later: {again}"
            )
            return {}
        if self._process is not None and self._process.returncode:
            self._notify(
                f"Measuring failed with status {self._process.returncode}; see metrics.log in the run's folder."
            )
        with (self._folder / "metrics.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gan", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **apart(),  # it may outlive the training, and must not receive its Ctrl+C
            )
        self._notify(f"Measuring {snapshot.name} in process {self._process.pid}")
        return {}
