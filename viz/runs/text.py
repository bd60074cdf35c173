"""Texts about runs: states, times, metrics."""

import math
import re
import time
from dataclasses import dataclass

from training_launcher.run import Kind, Run
from viz.ui.icons import Glyph
from viz.ui.numbers import duration, kimg_text

NBSP = "\u00a0"


@dataclass(frozen=True)
class Look:
    """Appearance of a state: word, colour token and icon."""

    word: str
    token: str
    glyph: Glyph


LOOKS = {
    "queued": Look("queued", "dim", "timer"),
    "starting": Look("starting", "accent", "timer"),
    "running": Look("running", "accent", "play"),
    "finished": Look("done", "good", "check-circle"),
    "stopped": Look("stopped", "dim", "stop"),
    "failed": Look("failed", "bad", "warning-circle"),
    "lost": Look("lost", "warn", "warning"),
}
KIND_GLYPHS: dict[Kind, Glyph] = {
    "train": "chart-line",
    "metrics": "gauge",
    "video": "film-strip",
    "figures": "images",
    "dataset": "stack",
    "fit": "image",
}
"""Icons of runs without an image."""


@dataclass(frozen=True)
class Stopping:
    """Effect of stopping a run of one kind."""

    before: str
    """As the hint of a button."""
    after: str
    """As a sentence once it was asked to."""


STOPPING: dict[Kind, Stopping] = {
    "train": Stopping("Let it save a snapshot and end; it can be resumed", "It saves a snapshot first."),
    "metrics": Stopping("End it; what has been measured stays", "What has been measured stays."),
    "video": Stopping("End it; the unfinished film is removed", "The unfinished film is removed."),
    "figures": Stopping("End it; pictures that are done stay", "Pictures that are done stay."),
    "dataset": Stopping("End it; nothing is written", "Nothing is written."),
    "fit": Stopping("End it; the best result so far stays, and it can be resumed", "The best result so far stays."),
}


def progress_text(run: Run) -> str:
    """Format progress: `1 240 of 5 000 kimg`, `466 of 720 frames`; without a total only the amount done."""
    done = done_text(run)
    return f"{done} of {kimg_text(run.total)} {run.unit}" if run.total else f"{done} {run.unit}"


def done_text(run: Run) -> str:
    """Format the amount done: `1 240` kimg, `1.8` kimg at the beginning, `466` frames."""
    return kimg_text(math.floor(run.done) if run.unit != "kimg" or run.done >= 10 else round(run.done, 1))


def share(run: Run) -> float:
    """Return the progress, 0..1."""
    return min(1.0, max(0.0, run.done / run.total)) if run.total > 0 else float(run.state == "finished")


def pace_text(run: Run) -> str:
    """Format the pace: `41.2 s/kimg`; empty if unknown."""
    pace = run.seconds_per_unit
    return f"{pace_number(pace)} s/{run.one}" if pace else ""


def pace_number(pace: float) -> str:
    """Format seconds with three digits."""
    return f"{pace:.2f}" if pace < 10 else f"{pace:.1f}" if pace < 100 else f"{pace:,.0f}".replace(",", NBSP)


def moment(at: float, now: float) -> str:
    """Format a time, more coarsely if distant: `16:05`, `Tue 07:10`, `2 Nov`, `2 Nov 2024`."""
    there, here = time.localtime(at), time.localtime(now)
    if there[:3] == here[:3]:
        return time.strftime("%H:%M", there)
    if abs(at - now) < 6 * 86_400:
        return time.strftime("%a %H:%M", there)
    month = f"{there.tm_mday} {time.strftime('%b', there)}"
    return month if there.tm_year == here.tm_year else f"{month} {there.tm_year}"


def outcome(run: Run, now: float) -> tuple[str, str]:
    """Return the text at the right of a run's line and its colour: remaining time, error, or end time. `now` in seconds
    since 1970.
    """
    if run.state == "queued":
        return "waits for a device", "faint"
    if run.live:
        return (duration(run.eta_s), "faint") if run.eta_s is not None else ("", "faint")
    if run.state == "failed":
        return run.cause or "see the log", "bad"
    if run.state == "lost":
        return "can be resumed", "warn"
    return (moment(run.updated, now), "faint") if run.updated else ("", "faint")


_ACRONYMS = {"fid": "FID", "kid": "KID", "ppl": "PPL", "is": "IS", "ls": "LS", "pr": "PR", "eqt": "EQ-T", "eqr": "EQ-R"}
_METRIC = re.compile(r"([a-z]+)(\d+k)?(\d*)_?(.*)")
_HIGHER = ("IS", "PR", "EQ")


def metric_name(name: str, *, short: bool = False) -> str:
    """Return the usual name of a metric value: `fid50k_full` -> `FID 50k`; with `short` without its size, `FID`."""
    found = _METRIC.fullmatch(name)
    if not found or found[1] not in _ACRONYMS:
        return name
    words = [word for word in found[4].split("_") if word and word not in ("full", "mean", "clean")]
    size = [] if short or not found[2] else [found[2]]
    return " ".join([_ACRONYMS[found[1]], *words, *size])


def metric_value(value: float) -> str:
    """Format a metric value: `18.4`, `0.0123`, `152`, `-3.2e68`."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    return f"{value:.1f}" if 10 <= size < 1000 else f"{value:.0f}" if 1000 <= size < 1e6 else f"{value:.3g}"


def better(name: str) -> str:
    """Return `lower is better` or `higher is better`; empty for an unknown metric."""
    known = metric_name(name)
    if known == name or name.endswith("_std"):
        return ""
    return "higher is better" if known.startswith(_HIGHER) else "lower is better"


def run_number(run: Run) -> str:
    """Return `00007`, or the whole name if it has no number."""
    head = run.name.partition("-")[0]
    return head if head.isdigit() else run.name
