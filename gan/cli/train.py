"""Command `python -m gan train`."""

import dataclasses
import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

import gan
from foundation.runs import LOG_FILE, RUN_FILE, append_line, create, describe_training
from foundation.specs.click_options import default_map
from foundation.specs.formats import write
from foundation.specs.train import TrainSpec
from gan import metrics
from gan.cli import train_plan
from gan.cli.command import command as make_command
from gan.cli.progress import steps
from gan.cli.train_config import train_config
from gan.data import ImageSource
from gan.io.download import is_url
from gan.training.errors import TrainingError, WorkerLostError
from gan.training.group import started_by_torchrun
from gan.training.run import folder as run_folder
from gan.training.run import launch, session, status

FREE_TO_CHANGE = (
    *("outdir", "resume", "desc", "kimg", "tick", "snap", "metrics", "metrics_async", "nobench", "workers"),
    *("worker_timeout", "detector", "trust_detector"),
)
"""Options that may differ when a run is resumed; all others affect its weights."""


class _Resumable(click.Command):
    """Command that takes the options of a resumed run from its folder, so that --resume=RUN_FOLDER is enough."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        folder = _resumed_folder(args)
        if folder is not None:
            try:
                stored = run_folder.read_spec(folder)
            except TrainingError as error:
                raise click.UsageError(str(error)) from error
            stored.pop("resume", None)
            extra["default_map"] = default_map(TrainSpec, stored)
        return super().make_context(info_name, args, parent, **extra)


def _resumed_folder(args: Sequence[str]) -> Path | None:
    """Return the run folder that the arguments ask to resume; None for anything else."""
    for i, arg in enumerate(args):
        if arg.startswith("--resume="):
            return _run_folder(arg.removeprefix("--resume="))
        if arg == "--resume" and i + 1 < len(args):
            return _run_folder(args[i + 1])
    return None


def _run_folder(text: str) -> Path | None:
    return Path(text) if os.path.isfile(Path(text) / RUN_FILE) else None


def train(spec: TrainSpec) -> None:
    """Start or resume a run."""
    resumed = None if spec.resume is None else _run_folder(spec.resume)
    spec = _absolute(spec)
    if resumed is not None:
        spec = _same_run(spec, resumed)
        if not started_by_torchrun():
            run_folder.write_spec(resumed, dataclasses.asdict(spec))
    job = make_job(spec, resumed)
    if not started_by_torchrun():
        train_plan.check(job)
    if spec.gpus > 1 and not started_by_torchrun():
        folder = new_folder(spec) if resumed is None else resumed
        job = dataclasses.replace(job, folder=folder)
        launch.run_workers(spec.gpus, folder, _worker, job, spec)
    else:
        _work(job, spec)


def plan(spec: TrainSpec) -> str:
    """Check everything that a run needs, and return all that it would use. Raises as `train`."""
    resumed = None if spec.resume is None else _run_folder(spec.resume)
    spec = _absolute(spec)
    if resumed is not None:
        spec = _same_run(spec, resumed)
    job = make_job(spec, resumed)
    return train_plan.describe(spec, job, train_plan.check(job))


def _absolute(spec: TrainSpec) -> TrainSpec:
    """Return a spec with absolute paths: a run may be resumed from another working folder."""
    detectors = tuple(file if is_url(file) else os.path.abspath(os.path.expanduser(file)) for file in spec.detector)
    return dataclasses.replace(spec, data=str(Path(spec.data).absolute()), detector=detectors)


def _same_run(spec: TrainSpec, folder: Path) -> TrainSpec:
    """Return the spec to resume a run with.

    Raises:
        TrainingError: an option that decides the weights differs, or the run is still being trained.
    """
    stored = run_folder.read_spec(folder)
    # Under torchrun, process 0 may have begun already.
    content = None if int(os.environ.get("RANK", "0")) else status.read(folder)
    live = content is not None and content.get("state") in ("starting", "running") and status.is_alive(content)
    if content is not None and live and content["pid"] != os.getpid():
        raise TrainingError(f"{folder} is still being trained by process {content['pid']}: stop that first.")
    given = dataclasses.asdict(spec)
    for name, value in given.items():
        if name not in FREE_TO_CHANGE and name in stored and stored[name] != value:
            raise TrainingError(
                f"{folder} was trained with --{name.replace('_', '-')}={write(stored[name])}, so it cannot go on "
                f"exactly with {write(value)}: leave the option out, or start a new run from its newest network."
            )
    return dataclasses.replace(spec, resume=stored.get("resume"))


def make_job(spec: TrainSpec, resumed: Path | None) -> session.Job:
    """Open the dataset and build the job of each process of a run.

    Args:
        spec: The filled spec.
        resumed: Folder of the run to resume; None for a new run.

    Raises:
        DatasetError: the dataset cannot be opened.
        TrainingError: the options do not fit one another or the dataset.
        ValueError: there is no such metric.
    """
    detectors = metrics.Detectors(spec.detector, trusted=spec.trust_detector)
    if spec.metrics != (metrics.AUTO,):
        metrics.measurable(spec.metrics, detectors)
    source = ImageSource(spec.data, use_labels=spec.cond, xflip=spec.mirror)
    if spec.subset is not None:
        source = source.subset(spec.subset, spec.seed)
    return session.Job(
        train_config(spec, source.resolution, source.channels, source.label_dim),
        data=spec.data,
        cond=spec.cond,
        mirror=spec.mirror,
        subset=spec.subset,
        device=spec.device,
        folder=resumed,
        continued=resumed is not None and run_folder.has_begun(resumed),
    )


def new_folder(spec: TrainSpec) -> Path:
    """Make the folder of a new run and write `run.yaml` into it."""
    options: Mapping[str, Any] = dataclasses.asdict(spec)
    folder = create(Path(spec.outdir), describe_training(options))
    run_folder.write_spec(folder, options)
    return folder


def _work(job: session.Job, spec: TrainSpec) -> None:
    """Do the part of one process, with a progress bar in process 0."""
    total = job.config.total_kimg * 1000
    # In a file, a bar would only clutter the log.
    with steps(sys.stderr.isatty()) as report:
        try:
            session.run(
                job,
                make_folder=functools.partial(new_folder, spec),
                notifier=_logger,
                progress=lambda nimg: report("training", nimg, total),
                abandon=_abandon,
            )
        except WorkerLostError as error:
            _abandon(str(error))


def _abandon(sentence: str) -> NoReturn:
    """Print an error and end this process at once: a thread that waits for a lost process would hold it."""
    click.echo(f"Error: {sentence}", err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _worker(job: session.Job, spec: TrainSpec) -> None:
    """Do the same in a spawned process, and print its errors: no other process does."""
    try:
        _work(job, spec)
    except (gan.LoadError, ValueError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(1) from error


def _logger(folder: Path) -> Callable[[str], None]:
    """Return a function that prints a line and appends it to the run's log."""

    def log(line: str) -> None:
        click.echo(line)
        append_line(folder / LOG_FILE, line)

    return log


command = make_command(TrainSpec, "train", _Resumable, plan=plan)(train)
