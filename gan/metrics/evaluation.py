"""Evaluation of metrics by name, for `python -m gan metrics` and the training loop."""

import copy
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from foundation.specs.metric_names import AUTO, Metric, parse
from gan.analysis import equivariance
from gan.display import to_uint8
from gan.metrics import cache as cached
from gan.metrics import group
from gan.metrics.classifiers import Classifiers
from gan.metrics.detectors import INCEPTION, Detectors
from gan.metrics.features import (
    BATCH,
    Progress,
    Work,
    generated_answers,
    generated_features,
    generated_moments,
    real_features,
    real_moments,
)
from gan.metrics.frechet import frechet_distance
from gan.metrics.inception_score import inception_score
from gan.metrics.kernel import kernel_distance
from gan.metrics.path_length import path_distances, path_length
from gan.metrics.precision_recall import precision_recall
from gan.metrics.results import Result
from gan.metrics.sampling import ImageSet, Sampler
from gan.metrics.separability import separability
from gan.networks.generator import StyleGenerator
from gan.networks.protocol import Generator

_MOVED_BATCH = 4
"""Images that share one random translation or rotation."""

_FARTHEST = 0.125
"""Largest translation in image widths."""

_Figures = dict[str, float]


def resolve(names: Sequence[str], detectors: Detectors) -> tuple[Metric, ...]:
    """Return the metrics of these names, "auto" included, after checking that their feature networks are available.

    Raises:
        ValueError: a name is unknown.
        MissingDetectorError: a feature network is missing; the message says which and how to get it.
    """
    official = "fid50k_full" if detectors.has(INCEPTION) else "kid10k_lite0_full"
    metrics = tuple(parse(official if name == AUTO else name) for name in names)
    for metric in metrics:
        detectors.check(metric.detector, metric.name)
    return metrics


def check(
    metrics: Sequence[Metric], network: Generator, dataset: ImageSet | None, classifiers: Classifiers | None
) -> None:
    """Check that a network and a dataset suit the metrics, before any computation.

    Raises:
        ValueError: they do not; the message says what to do.
    """
    for metric in metrics:
        name = metric.name
        if metric.needs_transform and not network.synthesis.takes_transform:
            raise ValueError(f"{name} moves the network's input, which only StyleGAN3 networks have: leave it out.")
        if dataset is None and (metric.compares or network.c_dim):
            why = "compares with real pictures" if metric.compares else "draws the labels of a conditional network"
            raise ValueError(f"{name} {why}: name the dataset with --data.")
        if metric.detector and network.img_channels not in (1, 3):
            raise ValueError(f"{name} needs pictures in grey or colour, not of {network.img_channels} channels.")
        if metric.kind == "ls" and classifiers is None:
            raise ValueError(
                f"{name} needs classifiers of attributes: make them with `python -m gan metrics train-classifiers` and "
                "name their file with --classifiers."
            )
    if dataset is None:
        return
    if network.c_dim and dataset.label_dim != network.c_dim:
        raise ValueError(
            f"The network has {network.c_dim} classes and the dataset {dataset.label_dim}: name the dataset that the "
            "network was trained on."
        )
    (height, width), side = network.img_size, dataset.resolution
    made, real = (network.img_channels, width, height), (dataset.channels, side, side)
    if made != real and any(metric.compares for metric in metrics):
        raise ValueError(
            f"The network makes pictures of {made[0]} channels at {width}x{height}, and the dataset has {real[0]} "
            f"at {side}x{side}: make a dataset like the network's with `python -m gan dataset`."
        )


def evaluate(
    names: Sequence[str],
    G: StyleGenerator,
    dataset: ImageSet | None = None,
    *,
    detectors: Detectors | None = None,
    classifiers: Classifiers | None = None,
    num_gpus: int | None = None,
    progress: Progress | None = None,
    device: torch.device | str | None = None,
    seed: int = 0,
    cache: Path | None = None,
    use_cache: bool = True,
    snapshot: str | None = None,
    clock: Callable[[], float] = time.time,
    on_result: Callable[[Result], None] | None = None,
) -> list[Result]:
    """Compute metrics of a generator. In a torch.distributed group all processes call this at once and share the work.

    Metrics that need the same images seen by the same feature network share the work.

    Args:
        names: See `foundation.specs.metric_names`; "auto" is FID if the Inception network is available, else KID with
            EfficientNet-Lite0.
        G: The generator; a copy is evaluated, it is not changed.
        dataset: Its training set, with labels for a conditional network, mirrored if it was; None if no metric needs
            it. "full" metrics use it without mirrored images.
        detectors: The feature networks; None for those that need no file.
        classifiers: For `ls`.
        num_gpus: Value to record in the results; None for the number of processes.
        progress: Called with the state of each step, in process 0 only.
        device: Device to compute on; None for that of G.
        seed: Determines all random numbers, together with the batch sizes, for any number of processes.
        cache: Folder of the cached figures of datasets; None for the user's cache folder.
        use_cache: True to read and write that cache.
        snapshot: The network's file, for the results.
        clock: Seconds since 1970.
        on_result: Called with each result as soon as it is available, in process 0 only.

    Returns:
        A result for each name, in order.

    Raises:
        ValueError: a name is unknown or something it needs is missing; see `resolve` and `check`.
    """
    where = torch.device(device) if device is not None else next(G.parameters()).device
    detectors = detectors or Detectors(device=where)
    metrics = resolve(names, detectors)
    check(metrics, G, dataset, classifiers)
    network = copy.deepcopy(G).eval().requires_grad_(False).to(where)
    sampler = Sampler(network, where, seed, dataset)
    folder = (cache or cached.folder()) if use_cache else None
    asked = Counter((metric.detector, metric.samples) for metric in metrics if metric.compares)
    generated: dict[tuple[str, int], torch.Tensor] = {}
    results = []
    for metric in metrics:
        begun = clock()
        real = dataset.with_xflip(False) if dataset is not None and metric.full else dataset
        detector = detectors.get(metric.detector, metric.name) if metric.detector else None
        again = asked[metric.detector, metric.samples] > 1
        work = Work(metric, sampler, real, detector, folder, progress or _silent, seed, generated if again else None)
        with torch.inference_mode():
            figures = group.share(_compute(work, classifiers))
        ended = clock()
        result = Result(
            metric=metric.name,
            results=figures,
            total_time=ended - begun,
            num_gpus=num_gpus or group.world(),
            snapshot_pkl=snapshot,
            timestamp=ended,
            samples=metric.samples,
            detector=detector.name if detector else "",
            sha256=detector.sha256 if detector else "",
            device=where.type,
            seed=seed,
        )
        results.append(result)
        if on_result is not None and group.rank() == 0:
            on_result(result)
    return results


def _silent(what: str, done: int, total: int) -> None:
    """Discard progress."""


def _compute(work: Work, classifiers: Classifiers | None) -> _Figures | None:
    """Compute the results; returns them in process 0, and None in the others."""
    kind = work.metric.kind
    if kind == "ls":
        assert classifiers is not None
        return _separability(work, classifiers)
    return _KINDS[kind](work)


def _fid(work: Work) -> _Figures | None:
    real, generated = real_moments(work), generated_moments(work)
    return {work.metric.name: frechet_distance(real, generated)} if group.rank() == 0 else None


def _kid(work: Work) -> _Figures | None:
    real, generated = real_features(work), generated_features(work)
    if group.rank():
        return None
    return {work.metric.name: kernel_distance(real, generated, np.random.RandomState(work.seed))}


def _pr(work: Work) -> _Figures | None:
    real, generated = real_features(work), generated_features(work)
    if group.rank():
        return None
    device, name = work.sampler.device, work.metric.name
    precision, recall = precision_recall(real.to(device), generated.to(device), work.metric.neighbours)
    return {f"{name}_precision": precision, f"{name}_recall": recall}


def _is(work: Work) -> _Figures | None:
    probabilities = generated_answers(work, work.eye().probabilities)
    if group.rank():
        return None
    mean, std = inception_score(probabilities)
    return {f"{work.metric.name}_mean": mean, f"{work.metric.name}_std": std}


def _ppl(work: Work) -> _Figures | None:
    metric = work.metric
    rows = [
        path_distances(
            work.sampler, batch, work.eye().perceptual, space=metric.space, ends=metric.ends, crop=metric.crops
        )
        for batch in work.reported("paths", group.batches(metric.samples, BATCH), metric.samples)
    ]
    distances = group.gather(rows, metric.samples, BATCH)
    return {metric.name: path_length(distances)} if group.rank() == 0 else None


def _moved(work: Work) -> _Figures | None:
    """EQ-T and EQ-R: a batch's images share one random movement of the network's input."""
    sampler, metric = work.sampler, work.metric
    sums = torch.zeros(2, dtype=torch.float64)
    for batch in work.reported("pictures", group.batches(metric.samples, _MOVED_BATCH), metric.samples):
        draw = sampler.draw(batch)
        ws = sampler.ws(draw)
        x, y = (2 * torch.rand(2, generator=draw.random, dtype=torch.float64) - 1).tolist()

        def render(matrix: npt.ArrayLike, ws: torch.Tensor = ws) -> torch.Tensor:
            return sampler.network.synthesis(ws, input_transform=matrix)

        still = render(np.eye(3))
        if metric.kind == "eqr":
            error = equivariance.rotation_error(render, still, x * np.pi)
        else:
            whole = metric.kind == "eqt_int"
            error = equivariance.translation_error(render, still, x * _FARTHEST, y * _FARTHEST, whole)
        sums += torch.tensor(error, dtype=torch.float64)
    error_sum, count = group.sum_over(sums).tolist()
    return {metric.name: equivariance.equivariance_db(error_sum, count)}


def _separability(work: Work, classifiers: Classifiers) -> _Figures | None:
    """Linear separability in Z and in W."""
    sampler, total = work.sampler, work.metric.samples
    if classifiers.detector_sha256 != work.eye().sha256:
        raise ValueError(
            "The classifiers were trained on another feature network: make them again with "
            "`python -m gan metrics train-classifiers`."
        )
    rows = []
    for batch in work.reported("generated pictures", group.batches(total, BATCH), total):
        draw = sampler.draw(batch)
        ws = sampler.ws(draw)
        seen = [
            classifiers.logits(work.eye().features(to_uint8(img)).float()) for img in sampler.images(ws, draw.random)
        ]
        rows.append(torch.cat([draw.z, ws[:, 0], torch.cat(seen)], dim=1).float().cpu())
    table = group.gather(rows, total, BATCH).numpy()
    if group.rank():
        return None
    z_dim, w_dim = sampler.network.z_dim, sampler.network.w_dim
    z, w, logits = table[:, :z_dim], table[:, z_dim : z_dim + w_dim], table[:, z_dim + w_dim :]
    name = work.metric.name
    return {f"{name}_z": separability(z, logits), f"{name}_w": separability(w, logits)}


_KINDS: dict[str, Callable[[Work], _Figures | None]] = {
    "fid": _fid,
    "fd": _fid,
    "kid": _kid,
    "pr": _pr,
    "is": _is,
    "ppl": _ppl,
    "ppl2": _ppl,
    "plen": _ppl,
    "eqt_int": _moved,
    "eqt_frac": _moved,
    "eqr": _moved,
}
