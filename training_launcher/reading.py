"""Content of a run's folder, whatever state it is in; nothing here raises."""

import glob
import math
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from foundation import runs as run_files
from foundation.inputs import clean_lines, clean_text, read_object
from foundation.process import Identity, read_identity
from training_launcher.run import UNITS, Kind

Signature = tuple[tuple[int, int, int] | None, ...]
"""Time, size and inode of each file that matters; None for a missing one."""

_FILES = (
    "",
    run_files.RUN_FILE,
    run_files.STATUS_FILE,
    run_files.LAUNCH_FILE,
    run_files.SUPERVISOR_FILE,
    run_files.LOG_FILE,
    run_files.STATS_FILE,
    run_files.OPTIONS_FILE,
)
_LONGEST = 300
"""Characters of a shown line."""
_STATS_TAIL = 1 << 16
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Facts:
    """Content of a run's folder, not yet checked against living processes."""

    kind: str = "train"
    spec: Mapping[str, Any] = field(default_factory=dict)
    state: str = ""
    """State in `status.json`; empty if it holds none."""
    done: float | None = None
    total: float | None = None
    unit: str = "kimg"
    seconds_per_unit: float | None = None
    eta_s: float | None = None
    updated: float = 0.0
    beat: float = 0.0
    """Time of the supervisor's last heartbeat."""
    error: str = ""
    cause: str = ""
    device: str = ""
    executor: str = ""
    job: str = ""
    """Number of the cluster's job."""
    stop_asked: bool = False
    worker: Identity | None = None
    """The process that does the work, or did."""
    supervisor: Identity | None = None
    last_line: str = ""
    log_end: tuple[str, ...] = ()
    metric: tuple[str, float] | None = None
    metric_files: tuple[str, ...] = ()
    official: bool = False
    problem: str = ""


def signature(folder: str, metric_files: Iterable[str]) -> Signature:
    """Return a value that changes when the content of a run's folder may have changed."""
    found: list[tuple[int, int, int] | None] = []
    for name in (*_FILES, *metric_files):
        try:
            stat = os.stat(os.path.join(folder, name))
            found.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
        except (OSError, ValueError):
            found.append(None)
    return tuple(found)


def metric_files(folder: str) -> tuple[str, ...]:
    """Return the names of a run's files of metric values."""
    return tuple(sorted(map(os.path.basename, glob.glob(os.path.join(glob.escape(folder), "metric-*.jsonl")))))


def read_facts(folder: str) -> Facts:
    """Read a run's folder."""
    path = Path(folder)
    run, run_problem = run_files.read_run(path)
    status, status_problem = run_files.read_json(path / run_files.STATUS_FILE)
    launch, launch_problem = run_files.read_json(path / run_files.LAUNCH_FILE)
    supervisor, supervisor_problem = run_files.read_json(path / run_files.SUPERVISOR_FILE)
    official = run is None and not run_problem and os.path.exists(path / run_files.OPTIONS_FILE)
    options: Mapping[str, Any] = {}
    options_problem = ""
    if official:
        read, options_problem = run_files.read_json(path / run_files.OPTIONS_FILE)
        options = read or {}
    kind = _word(run, "kind") or _word(launch, "kind") or "train"
    spec = run["spec"] if run else _official_spec(options)
    problem = run_problem or options_problem or status_problem or launch_problem or supervisor_problem
    if not problem and run is None and not official:
        problem = f"There is no {run_files.RUN_FILE} here: it cannot be told what was asked for."
    names = tuple(os.path.join(folder, name) for name in metric_files(folder))
    log_end = tuple(_shown(line) for line in run_files.tail(path / run_files.LOG_FILE) if line.strip())
    return Facts(
        kind=kind if kind in get_args(Kind) else "train",
        spec=spec,
        worker=read_identity(status),
        supervisor=read_identity(supervisor) or read_identity((launch or {}).get("supervisor")),
        executor=_executor(launch),
        job=_word(launch, "job"),
        stop_asked=bool((launch or {}).get("stop_asked")),
        device=_word(supervisor, "device") or _word(spec, "device"),
        beat=_mtime(path / run_files.SUPERVISOR_FILE),
        last_line=log_end[-1] if log_end else "",
        log_end=log_end[-20:],
        metric=_metric(names, spec),
        metric_files=tuple(os.path.basename(name) for name in names),
        official=official,
        problem=problem,
        **_progress(path, kind, spec, status or {}),
    )


def _progress(path: Path, kind: str, spec: Mapping[str, Any], status: Mapping[str, Any]) -> dict[str, Any]:
    done, total = _number(status, "done", "kimg"), _number(status, "total", "total_kimg")
    pace, updated = _number(status, "seconds_per_unit", "sec_per_kimg"), _number(status, "updated")
    if kind == "train" and done is None:
        line = _last_stats(path / run_files.STATS_FILE)
        done, pace = _mean(line, "Progress/kimg"), _mean(line, "Timing/sec_per_kimg")
        updated = _number(line, "timestamp")
    if kind == "train" and not total:
        total = _number(spec, "kimg")
    return {
        "state": _word(status, "state"),
        "done": done,
        "total": total,
        "unit": _word(status, "unit") or next((unit for one, unit in UNITS.items() if one == kind), "kimg"),
        "seconds_per_unit": pace,
        "eta_s": _number(status, "eta_s"),
        "updated": updated or _mtime(path / run_files.STATUS_FILE),
        "error": _shown(_word(status, "error")),
        "cause": _word(status, "cause"),
    }


def _last_stats(path: Path) -> Mapping[str, Any]:
    """Return the last whole line of statistics."""
    for line in reversed(run_files.tail(path, _STATS_TAIL)):
        if found := _json(line):
            return found
    return {}


def _metric(names: tuple[str, ...], spec: Mapping[str, Any]) -> tuple[str, float] | None:
    """Return the newest result of the first metric that has one, in the order of the run's options."""
    asked = spec.get("metrics")
    wanted = [f"metric-{name}.jsonl" for name in asked] if isinstance(asked, list | tuple) else []
    ranked = sorted(names, key=lambda name: (_place(os.path.basename(name), wanted), name))
    for name in ranked:
        for line in reversed(run_files.tail(Path(name), _STATS_TAIL)):
            results = _json(line).get("results")
            if isinstance(results, Mapping):
                for key in results:
                    if (value := _number(results, key)) is not None:
                        return clean_text(key), value
    return None


def _place(name: str, wanted: list[str]) -> int:
    return wanted.index(name) if name in wanted else len(wanted)


def _official_spec(options: Mapping[str, Any]) -> dict[str, Any]:
    """Translate the options of the official tools to our names."""
    data = options.get("training_set_kwargs")
    spec: dict[str, Any] = {}
    if isinstance(data, Mapping):
        spec = {"data": data.get("path"), "mirror": data.get("xflip"), "cond": data.get("use_labels")}
    for ours, theirs in {
        "kimg": "total_kimg",
        "tick": "kimg_per_tick",
        "snap": "network_snapshot_ticks",
        "gpus": "num_gpus",
        "batch": "batch_size",
        "seed": "random_seed",
        "metrics": "metrics",
        "outdir": "run_dir",
    }.items():
        spec[ours] = options.get(theirs)
    return {key: value for key, value in spec.items() if value is not None}


def _executor(launch: Mapping[str, Any] | None) -> str:
    word = _word(launch, "executor")
    return word if word in ("local", "slurm") else ""


def _json(line: str) -> Mapping[str, Any]:
    try:
        return read_object(line)
    except ValueError:
        return {}


def _number(content: Mapping[str, Any], *names: str) -> float | None:
    for name in names:
        value = content.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                continue
            if math.isfinite(number):
                return number
    return None


def _mean(line: Mapping[str, Any], name: str) -> float | None:
    found = line.get(name)
    return _number(found, "mean") if isinstance(found, Mapping) else None


def _word(content: Mapping[str, Any] | None, name: str) -> str:
    value = (content or {}).get(name)
    return clean_text(value, _LONGEST) if isinstance(value, str) else ""


def _shown(line: str) -> str:
    """Strip control sequences from a line and cut it to a length that can be shown."""
    return clean_lines(_CONTROL.sub("", line[: 8 * _LONGEST]).strip(), _LONGEST)


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
