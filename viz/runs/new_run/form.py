"""What a form for a new run holds, and what follows from it: kept while the window is open, whatever is closed."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from foundation.background import Worker
from foundation.specs.checks import contradictions
from foundation.specs.dataset_facts import DatasetFacts, look
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
    """Looks at one dataset at a time: while a path is typed only the newest is looked at."""

    def __init__(self) -> None:
        self._worker: Worker[tuple[str, Callable[[], None]], None] = Worker("dataset", self._look, order="latest")
        self._lock = threading.Lock()
        self._asked = ""
        """The path asked for last."""
        self._path = ""
        """The path that `_facts` are of."""
        self._facts: DatasetFacts | None = None

    def ask(self, path: str, wake: Callable[[], None]) -> DatasetFacts | None:
        """Facts of a dataset, or None while they are not known; `wake` is called in the background once they are."""
        path = path.strip()
        if not path:
            return None
        with self._lock:
            if path == self._path:
                return self._facts
            if path != self._asked:
                self._asked = path
                self._worker.submit((path, wake))
        return None

    def forget(self) -> None:
        """Look again when asked next: the file may have changed."""
        with self._lock:
            self._path, self._asked, self._facts = "", "", None

    def _look(self, task: tuple[str, Callable[[], None]]) -> None:
        path, wake = task
        facts = look(path)
        with self._lock:
            if path == self._asked:
                self._path, self._facts = path, facts
        wake()


Kind = Literal["train", "metrics"]
Executor = Literal["local", "slurm"]

SPECS: Mapping[str, type] = {"train": TrainSpec, "metrics": MetricRunSpec}
ELSEWHERE = ("outdir", "networks")
"""Fields that the form asks for in a way of its own."""
_STAY = ("data", "resume", "desc", "gpus", "device")
"""What a preset leaves as it is."""


@dataclass
class Form:
    """Everything given so far."""

    kind: Kind = "train"
    drafts: dict[str, Draft] = field(
        default_factory=lambda: {"train": Draft(TrainSpec), "metrics": Draft(MetricRunSpec)}
    )
    outdir: str = ""
    networks: tuple[str, ...] = ()
    """What is to be measured."""
    executor: Executor = "local"
    slurm: Draft = field(default_factory=lambda: Draft(SlurmOptions))
    """What to ask the cluster for."""
    taken: dict[str, Preset] = field(default_factory=dict)
    """The preset taken last, by kind."""
    follow: bool = True
    """True if the explorer follows the training once it is started."""
    browsing: str = ""
    """The field that a path is being browsed for."""
    looker: Looker = field(default_factory=Looker)
    begun: bool = False
    """True if it was ever shown."""
    judged: tuple[object, ...] = ()
    verdict: "Verdict" = field(default_factory=lambda: Verdict())

    @property
    def draft(self) -> Draft:
        """What has been given for the kind that is shown."""
        return self.drafts[self.kind]

    def put(self, draft: Draft) -> None:
        """Take what was typed."""
        self.drafts[self.kind] = draft

    def take(self, preset: Preset) -> None:
        """Fill in what a preset recommends; what it says nothing of has its default, but for what is the user's own."""
        given = self.drafts[preset.kind].entries
        before = self.taken.get(preset.kind)
        last = filled(SPECS[preset.kind], before.values).entries if before is not None else {}
        own = {name: entry for name, entry in given.items() if name in _STAY and entry != last.get(name)}
        fresh = filled(SPECS[preset.kind], preset.values)
        self.drafts[preset.kind] = replace(fresh, entries={**fresh.entries, **own})
        self.taken[preset.kind] = preset

    def slurm_options(self) -> SlurmOptions | None:
        """What to ask the cluster for; None where it runs here. Raises ValueError where that cannot be read."""
        options: SlurmOptions | None = self.slurm.made() if self.executor == "slurm" else None
        return options

    def take_run(self, run: Run) -> None:
        """Fill in what a run was asked for, to be changed."""
        kind: Kind = "metrics" if run.kind == "metrics" else "train"
        self.kind = kind
        self.taken.pop(kind, None)
        self.drafts[kind] = filled(SPECS[kind], {k: v for k, v in run.spec.items() if k not in ELSEWHERE})
        self.outdir = os.path.dirname(run.folder)
        networks = run.spec.get("networks")
        if kind == "metrics":
            self.networks = tuple(map(str, networks)) if isinstance(networks, list | tuple) else ()

    def take_path(self, name: str, path: str) -> None:
        """Put a path that was browsed for into the field `name`."""
        if name == "outdir":
            self.outdir = path
        elif name == "networks":
            self.networks = (*self.networks, *((path,) if path not in self.networks else ()))
        elif name:
            self.put(self.draft.put(name, path))


@dataclass(frozen=True)
class Verdict:
    """What follows from a form."""

    problems: Mapping[str, str] = field(default_factory=dict)
    """What is wrong, a sentence by field."""
    reason: str = ""
    """Why it cannot be started; empty where it can."""
    spec: Any = None
    """What would be started: the filled spec; None where something is wrong."""


def judge(form: Form, dataset: DatasetFacts | None) -> Verdict:
    """What is wrong with a form, or what it would start."""
    draft = form.draft
    if form.kind == "train":
        draft = draft.put("outdir", at_home(form.outdir))
    elif form.networks:
        draft = draft.put("networks", "those chosen")  # put in below: a path may hold what parts them in a text
    problems = draft.problems
    where = outdir_problem(form.outdir)
    if where:
        problems["outdir"] = where
    else:
        problems.pop("outdir", None)
    if form.kind == "metrics":
        _metric_problems(form, draft, problems)
    if not problems:
        problems |= dict(contradictions(draft.made(), dataset))
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
    """A path with its `~` written out, so that it means the same in quotation marks."""
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
    """The problem of the field that comes first in the form."""
    order = ["networks", *(part.name for part in fields(draft.spec) if part.name not in ELSEWHERE), "outdir"]
    return next((problems[name] for name in order if name in problems), next(iter(problems.values())))


def outdir_problem(text: str) -> str:
    """Why no run can be put into a folder; empty where it can."""
    if not text.strip():
        return "Runs need a folder."
    path = Path(text.strip()).expanduser()
    parent = next((one for one in (path, *path.parents) if one.exists()), None)
    if not path.is_absolute() or parent is None:
        return f"{text} is no whole path; write it from the root on, or with ~."
    if not parent.is_dir():
        return f"{parent} is a file, so no run can be put there."
    if not os.access(parent, os.W_OK):
        return f"You may not write into {parent}; choose another folder."
    return ""


def every_kth(paths: Sequence[str], k: int) -> tuple[str, ...]:
    """Every k-th of a run's snapshots, the newest always among them, oldest first."""
    return tuple(reversed(tuple(reversed(paths))[:: max(k, 1)]))


def words(form: Form, verdict: Verdict) -> list[str]:
    """The words of the command; the form must be without a problem.

    A training here is the library's own command; what goes to a cluster, and measurements of several networks, are
    asked of the launcher.
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
