"""Where a new run goes: this computer or a cluster, and what it would wait for."""

from collections.abc import Iterable

from foundation.specs.options import fields
from foundation.specs.slurm import SlurmOptions
from training_launcher.run import Run
from viz.runs.new_run import fields as rows
from viz.runs.new_run.form import Executor, Form
from viz.ui import widgets as ui

_EXECUTORS: tuple[tuple[Executor, str, str], ...] = (
    ("local", "This computer", "In a process of its own, which outlives the window; it waits for its devices"),
    ("slurm", "Slurm", "A job of the cluster, whose nodes must see the folder for runs and the dataset"),
)


def executor(form: Form, width: float) -> None:
    """Where it runs, and what to ask the cluster for."""
    ui.heading("Runs on")
    now = [name for name, _, _ in _EXECUTORS].index(form.executor)
    names, hints = [name for _, name, _ in _EXECUTORS], [hint for _, _, hint in _EXECUTORS]
    form.executor = _EXECUTORS[ui.segmented("executor", names, now, width=width, hints=hints)][0]
    ui.space(6)
    if form.executor == "slurm":
        problems = form.slurm.problems
        for part in fields(SlurmOptions):
            form.slurm = rows.row(form.slurm, part, problems.get(part.name, ""), width).draft
        ui.space(6)


def waits_for(form: Form, runs: Iterable[Run]) -> str:
    """What a run would wait for on this computer, in a sentence; empty where nothing is in its way.

    Every run of a training or a measurement takes its devices for itself; which those are is known once it has begun.
    """
    if form.executor != "local":
        return ""
    ahead = sorted((run for run in runs if run.live and run.executor == "local" and run.kind in ("train", "metrics")),
                   key=lambda run: (run.state == "queued", run.name))  # fmt: skip
    wanted = str(form.draft.entries.get("device", "")).strip() or "auto"
    kind = wanted.partition(":")[0]
    in_the_way = [run for run in ahead if _may_share(kind, run)]
    if not in_the_way:
        return ""
    names = ", ".join(run.name.partition("-")[0] for run in in_the_way[:3])
    more = f" and {len(in_the_way) - 3} more" if len(in_the_way) > 3 else ""
    return f"Will wait for {names}{more} if no other device is free."


def _may_share(kind: str, run: Run) -> bool:
    """Whether a run works, or will work, on devices of a kind."""
    theirs = run.device.partition(":")[0]
    return kind == "auto" or not theirs or theirs == kind
