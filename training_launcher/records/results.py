"""Metric results as a table and as curves, from `metric-<name>.jsonl` files. Standard library only."""

import csv
import io
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foundation.inputs import clean_text, read_object, read_regular
from foundation.runs import snapshot_kimg
from foundation.specs.measures import better

MOST_BYTES = 16 << 20
"""Larger files are not read."""


@dataclass(frozen=True)
class Result:
    """One figure of one network."""

    network: str
    """Path of its file, or only its name if the path is unknown."""
    figure: str
    """`fid50k_full`, or `pr50k3_full_precision` for a metric with several figures."""
    value: float | None
    """None if it is not finite."""
    metric: str = ""
    samples: int = 0
    detector: str = ""
    seconds: float = 0.0
    """Duration of the whole metric."""
    when: float = 0.0
    """Seconds since 1970."""
    device: str = ""

    @property
    def kimg(self) -> float | None:
        """Training time of the network; None if its name holds none."""
        return snapshot_kimg(self.network)


def read(folder: str | os.PathLike[str]) -> tuple[Result, ...]:
    """Return the newest result of each network and figure in a folder. Never raises.

    Damaged lines are skipped.
    """
    newest: dict[tuple[str, str], Result] = {}
    try:
        files = sorted(Path(folder).glob("metric-*.jsonl"))
    except OSError:
        return ()
    for path in files:
        for one in _lines(path):
            known = newest.get((one.network, one.figure))
            if known is None or one.when >= known.when:
                newest[one.network, one.figure] = one
    return tuple(sorted(newest.values(), key=_order))


def _lines(path: Path) -> Iterable[Result]:
    try:
        text = read_regular(path, MOST_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return
    for line in text.splitlines():
        try:
            fields = read_object(line)
        except ValueError:
            continue
        yield from _results(fields, path)


def _results(fields: Mapping[str, Any], path: Path) -> Iterable[Result]:
    figures = fields.get("results")
    if not isinstance(figures, dict):
        return
    network = fields.get("network") or fields.get("snapshot_pkl")
    network = network if isinstance(network, str) else path.parent.name
    for figure, value in figures.items():
        number = _number(value)
        yield Result(
            network,
            clean_text(figure),
            number if number is not None and math.isfinite(number) else None,
            clean_text(fields.get("metric") or figure),
            int(_number(fields.get("samples")) or 0),
            clean_text(fields.get("detector") or ""),
            _number(fields.get("total_time")) or 0.0,
            _number(fields.get("timestamp")) or 0.0,
            clean_text(fields.get("device") or ""),
        )


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _order(one: Result) -> tuple[float, str, str]:
    return (math.inf if one.kimg is None else one.kimg, one.network, one.figure)


@dataclass(frozen=True)
class Table:
    """Networks by figures."""

    networks: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    cells: Mapping[tuple[str, str], Result] = field(default_factory=dict)
    """By network and figure."""
    best: Mapping[str, str] = field(default_factory=dict)
    """The best network by figure, if there are several."""

    def curve(self, figure: str) -> tuple[Sequence[float], Sequence[float]]:
        """Return (kimg, values) of a figure, for the networks whose names hold their training time."""
        points = sorted(
            (one.kimg, one.value)
            for (_, name), one in self.cells.items()
            if name == figure and one.kimg is not None and one.value is not None
        )
        return [kimg for kimg, _ in points], [value for _, value in points]


def table(results: Iterable[Result]) -> Table:
    """Build a table from results, with networks ordered by training time."""
    cells = {(one.network, one.figure): one for one in sorted(results, key=_order)}
    networks = tuple(dict.fromkeys(network for network, _ in cells))
    figures = tuple(sorted({figure for _, figure in cells}))
    best = {}
    for figure in figures:
        values = {
            one.network: one.value for (_, name), one in cells.items() if name == figure and one.value is not None
        }
        if len(values) > 1:
            choose = min if better(figure) == "lower" else max
            best[figure] = choose(values, key=lambda network: values[network] or 0.0)
    return Table(networks, figures, cells, best)


COLUMNS = ("network", "kimg", "metric", "figure", "value", "samples", "detector", "seconds", "device")


def as_csv(results: Iterable[Result]) -> str:
    """Format results as CSV, a row for each figure."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in results:
        kimg = "" if one.kimg is None else f"{one.kimg:g}"
        value = "" if one.value is None else repr(one.value)
        writer.writerow(
            (
                one.network,
                kimg,
                one.metric,
                one.figure,
                value,
                one.samples,
                one.detector,
                f"{one.seconds:g}",
                one.device,
            )
        )
    return out.getvalue()
