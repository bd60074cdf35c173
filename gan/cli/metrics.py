"""`metrics`: measures the quality of a network; `metrics train-classifiers`: trains the classifiers for `ls`."""

import dataclasses
import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
import torch
import torch.distributed as dist
from torch.multiprocessing.spawn import ProcessExitedException, ProcessRaisedException, spawn

import gan
from foundation.specs.metrics import ClassifiersSpec, MetricsSpec
from gan.cli.command import WithMore
from gan.cli.command import command as make
from gan.cli.progress import progress, steps
from gan.data import DatasetError, ImageSource
from gan.device import choose_device
from gan.images import load_described
from gan.io.download import is_url
from gan.metrics import Detectors, Result, append, check, evaluate, resolve
from gan.metrics import classifiers as classify
from gan.metrics.detectors import LITE0
from gan.metrics.training_set import run_of, training_set
from gan.networks.generator import StyleGenerator


@make(MetricsSpec, "metrics")
def _metrics(spec: MetricsSpec) -> None:
    """Print each result as soon as it is available."""
    if not spec.metrics:
        raise ValueError("No metrics were named: give some, as in --metrics=fid50k_full,kid50k_full.")
    device = choose_device(spec.device)
    if device.type == "cuda" and spec.gpus > torch.cuda.device_count():
        raise ValueError(f"This computer has {torch.cuda.device_count()} GPUs: give fewer --gpus.")
    work = _prepare(spec, device)  # reports errors before any process is started
    if spec.gpus == 1:
        _measure(spec, work)
        return
    work.detectors.close()  # each process opens its own
    with tempfile.TemporaryDirectory() as folder:
        try:
            spawn(_worker, (spec, f"file://{folder}/meeting"), nprocs=spec.gpus)  # type: ignore[no-untyped-call]
        except (ProcessExitedException, ProcessRaisedException) as error:
            raise ValueError(f"Process {error.error_index} failed: {str(error).strip().splitlines()[-1]}") from error


def _worker(rank: int, spec: MetricsSpec, meeting: str) -> None:
    """Run one of the processes that share the work."""
    device = choose_device(spec.device)
    if device.type == "cuda":
        device = torch.device("cuda", rank)
        torch.cuda.set_device(device)
    else:
        torch.set_num_threads(max(1, torch.get_num_threads() // spec.gpus))
    backend = "nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(backend, init_method=meeting, rank=rank, world_size=spec.gpus)
    try:
        _measure(dataclasses.replace(spec, verbose=spec.verbose and rank == 0), _prepare(spec, device))
        dist.barrier()  # no process may exit while another still sends to it
    finally:
        dist.destroy_process_group()


@dataclass(frozen=True)
class _Work:
    """Inputs of a measuring process."""

    names: tuple[str, ...]
    network: StyleGenerator
    dataset: ImageSource | None
    detectors: Detectors
    classifiers: classify.Classifiers | None
    folder: Path | None
    snapshot: str


def _prepare(spec: MetricsSpec, device: torch.device) -> _Work:
    """Open all inputs and check that they are compatible."""
    detectors = Detectors(spec.detector, device, trusted=spec.trust_detector)
    metrics = resolve(spec.metrics, detectors)
    with progress("Download (bytes)") as report:
        network, info = load_described(spec.network, device, report)
    folder = None if is_url(spec.network) else run_of(Path(spec.network).expanduser())
    dataset = _dataset(spec, folder, info, needed=info.c_dim > 0 or any(m.compares for m in metrics))
    classifiers = classify.load(Path(spec.classifiers)) if spec.classifiers else None
    check(metrics, network, dataset, classifiers)
    names = tuple(metric.name for metric in metrics)
    return _Work(names, network, dataset, detectors, classifiers, folder, Path(info.source).name)


def _measure(spec: MetricsSpec, work: _Work) -> None:
    with steps(spec.verbose) as tell:
        evaluate(
            work.names,
            work.network,
            work.dataset,
            detectors=work.detectors,
            classifiers=work.classifiers,
            progress=tell,
            seed=spec.seed,
            use_cache=spec.cache,
            snapshot=work.snapshot,
            on_result=functools.partial(_keep, work.folder),
        )


def _dataset(spec: MetricsSpec, folder: Path | None, info: gan.NetworkInfo, needed: bool) -> ImageSource | None:
    if not needed:
        return None
    known = training_set(folder, info.training_set_kwargs) if None in (spec.data, spec.mirror) else None
    data = spec.data or (known.data if known else None)
    mirror = spec.mirror if spec.mirror is not None else bool(known and known.mirror)
    if data is None:
        return None
    try:
        return ImageSource(data, use_labels=info.c_dim > 0, xflip=mirror)
    except DatasetError as error:
        if spec.data:
            raise
        raise ValueError(
            f"The dataset that the network was trained on: {error} Or name another with --data."
        ) from error


def _keep(folder: Path | None, result: Result) -> None:
    click.echo(result.line())
    if folder is not None:
        append(result, folder)


@make(ClassifiersSpec, "train-classifiers")
def _train_classifiers(spec: ClassifiersSpec) -> None:
    """Print the accuracy of each classifier on held-out images."""
    device = choose_device(spec.device)
    source = ImageSource(spec.data)
    attributes = classify.attributes_of(source)
    if unknown := set(spec.attributes) - set(attributes):
        raise ValueError(f"There is no attribute {min(unknown)}: choose from {', '.join(attributes)}.")
    chosen = {name: attributes[name] for name in spec.attributes or attributes}
    detector = Detectors(device=device).get(LITE0, "train-classifiers")
    with steps() as tell:
        made = classify.train(source, chosen, detector, device, tell)
    classify.save(made, Path(spec.outfile))
    for name, accuracy in zip(made.names, made.accuracy, strict=True):
        click.echo(f"{name}: {accuracy:.1%} right, {max(chosen[name].mean(), 1 - chosen[name].mean()):.1%} by guessing")


command = WithMore(_metrics, _train_classifiers)
