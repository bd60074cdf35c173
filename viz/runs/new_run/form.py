"""State and validation of the form for a new run. The state lasts as long as the window."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from foundation.background import Worker
from foundation.datasets.facts import DatasetFacts, look
from foundation.specs.checks import contradictions, foreign_program
from foundation.specs.draft import Draft, filled
from foundation.specs.measures import unknown
from foundation.specs.metrics import MetricRunSpec
from foundation.specs.options import fields
from foundation.specs.slurm import SlurmOptions
from foundation.specs.train import TrainSpec
from training_launcher.commands import arguments, command_line, command_of
from training_launcher.presets import Preset
from training_launcher.run import Run


class Looker:
    """Inspects datasets in the background, one at a time: during typing only the newest path is inspected."""

    def __init__(self) -> None:
        self._worker: Worker[tuple[str, Callable[[], None]], None] = Worker("dataset", self._look, order="latest")
        self._lock = threading.Lock()
        self._requested = ""
        """Last requested path."""
        self._path = ""
        """Path that `_facts` belong to."""
        self._facts: DatasetFacts | None = None

    def ask(self, path: str, wake: Callable[[], None]) -> DatasetFacts | None:
        """Return facts of a dataset, or None until known; `wake` is called in the background once they are."""
        path = path.strip()
        if not path:
            return None
        with self._lock:
            if path == self._path:
                return self._facts
            if path != self._requested:
                self._requested = path
                self._worker.submit((path, wake))
        return None

    def forget(self) -> None:
        """Inspect again on the next request, as the file may have changed."""
        with self._lock:
            self._path, self._requested, self._facts = "", "", None

    def _look(self, task: tuple[str, Callable[[], None]]) -> None:
        path, wake = task
        facts = look(path)
        with self._lock:
            if path == self._requested:
                self._path, self._facts = path, facts
        wake()


Kind = Literal["train", "metrics"]
Executor = Literal["local", "slurm"]

SPECS: Mapping[str, type] = {"train": TrainSpec, "metrics": MetricRunSpec}
ELSEWHERE = ("outdir", "networks")
"""Fields with a dedicated part of the form."""
_STAY = ("data", "resume", "desc", "gpus", "device")
"""Fields that a preset does not change."""


@dataclass
class Form:
    """All values of the form."""

    kind: Kind = "train"
    drafts: dict[str, Draft] = field(
        default_factory=lambda: {"train": Draft(TrainSpec), "metrics": Draft(MetricRunSpec)}
    )
    outdir: str = ""
    networks: tuple[str, ...] = ()
    """Networks to measure."""
    executor: Executor = "local"
    slurm: Draft = field(default_factory=lambda: Draft(SlurmOptions))
    """Options of the cluster job."""
    taken: dict[str, Preset] = field(default_factory=dict)
    """Last applied preset, by kind."""
    follow: bool = True
    """True to follow the training once it is started."""
    browsing: str = ""
    """Field for which a path is being browsed."""
    looker: Looker = field(default_factory=Looker)
    shown: bool = False
    """True once the form was shown."""
    begin: bool = False
    """True when the form opens, until its first empty field has the keyboard."""
    unwritten: bool = False
    """True while that field has the keyboard and nothing was typed."""
    judged: tuple[object, ...] = ()
    verdict: "Verdict" = field(default_factory=lambda: Verdict())

    @property
    def draft(self) -> Draft:
        """Values of the current kind."""
        return self.drafts[self.kind]

    def put(self, draft: Draft) -> None:
        """Store typed values."""
        self.drafts[self.kind] = draft

    def take(self, preset: Preset) -> None:
        """Apply a preset. Options that it does not set get their defaults, except for the user's own fields."""
        given = self.drafts[preset.kind].entries
        before = self.taken.get(preset.kind)
        last = filled(SPECS[preset.kind], before.values).entries if before is not None else {}
        own = {name: entry for name, entry in given.items() if name in _STAY and entry != last.get(name)}
        fresh = filled(SPECS[preset.kind], preset.values)
        self.drafts[preset.kind] = replace(fresh, entries={**fresh.entries, **own})
        self.taken[preset.kind] = preset

    def slurm_options(self) -> SlurmOptions | None:
        """Return the options of the cluster job; None for a local run. Raises ValueError for invalid input."""
        options: SlurmOptions | None = self.slurm.made() if self.executor == "slurm" else None
        return options

    def take_run(self, run: Run) -> None:
        """Fill in the options of an existing run, for editing."""
        kind: Kind = "metrics" if run.kind == "metrics" else "train"
        self.kind = kind
        self.taken.pop(kind, None)
        self.drafts[kind] = filled(SPECS[kind], {k: v for k, v in run.spec.items() if k not in ELSEWHERE})
        self.outdir = os.path.dirname(run.folder)
        networks = run.spec.get("networks")
        if kind == "metrics":
            self.networks = tuple(map(str, networks)) if isinstance(networks, list | tuple) else ()

    def take_path(self, name: str, path: str) -> None:
        """Store a browsed path in the field `name`."""
        if name == "outdir":
            self.outdir = path
        elif name == "networks":
            self.networks = (*self.networks, *((path,) if path not in self.networks else ()))
        elif name:
            self.put(self.draft.put(name, path))


@dataclass(frozen=True)
class Verdict:
    """Result of validating a form."""

    problems: Mapping[str, str] = field(default_factory=dict)
    """Error message by field."""
    reason: str = ""
    """Why the run cannot be started; empty if it can."""
    spec: Any = None
    """The filled spec; None if invalid."""
    command: str = ""
    """Its command line, as the form shows it."""


def judge(form: Form, dataset: DatasetFacts | None) -> Verdict:
    """Validate a form and build its spec."""
    draft = form.draft
    if form.kind == "train":
        draft = draft.put("outdir", at_home(form.outdir))
    elif form.networks:
        draft = draft.put("networks", "those chosen")  # set below: a path may contain the separator
    problems = draft.problems
    where = outdir_problem(form.outdir)
    if where:
        problems["outdir"] = where
    else:
        problems.pop("outdir", None)
    if form.kind == "metrics":
        _metric_problems(form, draft, problems)
    if not problems:
        spec = draft.made()
        problems |= dict(contradictions(spec, dataset))
        if (asked := foreign_program(spec)) is not None:
            problems.setdefault(*asked)
    elif dataset is not None and dataset.problem:
        problems.setdefault("data", dataset.problem)
    if form.executor == "slurm":
        problems |= form.slurm.problems
    if problems:
        return Verdict(problems, _first(problems, draft))
    made = draft.made()
    made = replace(made, data=at_home(made.data)) if made.data else made
    return Verdict({}, "", replace(made, networks=form.networks) if form.kind == "metrics" else made)


def at_home(text: str) -> str:
    """Expand `~` in a path, so that it works inside quotation marks."""
    text = text.strip()
    return str(Path(text).expanduser()) if text.startswith("~") else text


def _metric_problems(form: Form, draft: Draft, problems: dict[str, str]) -> None:
    if not form.networks:
        problems["networks"] = "Choose a network to measure."
    if "metrics" not in problems:
        metrics = draft.value(next(part for part in fields(MetricRunSpec) if part.name == "metrics"))
        if bad := unknown(metrics):
            problems["metrics"] = f"There is no metric {bad[0]}; choose from the list, or change only its number."


def _first(problems: Mapping[str, str], draft: Draft) -> str:
    """Return the problem of the first field in form order."""
    order = ["networks", *(part.name for part in fields(draft.spec) if part.name not in ELSEWHERE), "outdir"]
    return next((problems[name] for name in order if name in problems), next(iter(problems.values())))


def outdir_problem(text: str) -> str:
    """Return why runs cannot be created in a folder; empty if they can."""
    if not text.strip():
        return "Runs need a folder."
    path = Path(text.strip()).expanduser()
    parent = next((one for one in (path, *path.parents) if os.path.exists(one)), None)
    if not path.is_absolute() or parent is None:
        return f"{text} is no whole path; write it from the root on, or with ~."
    if not os.path.isdir(parent):
        return f"{parent} is a file, so no run can be put there."
    if not os.access(parent, os.W_OK):
        return f"You may not write into {parent}; choose another folder."
    return ""


def every_kth(paths: Sequence[str], k: int) -> tuple[str, ...]:
    """Return every k-th snapshot of a run, always including the newest, oldest first."""
    return tuple(reversed(tuple(reversed(paths))[:: max(k, 1)]))


def words(form: Form, verdict: Verdict) -> list[str]:
    """Return the words of the command; the form must be valid.

    A local training uses the library's own command; cluster jobs and measurements of several networks use the launcher.
    """
    spec = verdict.spec
    if form.kind == "train" and form.executor == "local":
        return command_line(spec)
    found = ["python", "-m", "training_launcher", "submit", command_of(spec).name, *arguments(spec)]
    if form.kind != "train":
        found.append(f"--runs={at_home(form.outdir)}")
    if (slurm := form.slurm_options()) is not None:
        found += ["--executor=slurm", *(word.replace("--", "--slurm-", 1) for word in arguments(slurm))]
    return found
