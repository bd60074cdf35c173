"""What in a filled spec contradicts itself, or does not fit the dataset: told before anything is started."""

from collections.abc import Callable
from typing import Any

from foundation.specs.dataset_facts import DatasetFacts
from foundation.specs.metrics import MetricRunSpec
from foundation.specs.train import TrainSpec

Wrong = tuple[str, str]
"""The field to mend, and what is wrong in one sentence."""


def contradictions(spec: Any, dataset: DatasetFacts | None = None) -> tuple[Wrong, ...]:
    """What is wrong between the options of a spec whose fields are right by themselves.

    Args:
        spec: The filled spec.
        dataset: What its dataset holds; None where that is not known.
    """
    check: Callable[[Any, DatasetFacts | None], list[Wrong]] | None = _CHECKS.get(type(spec))
    return tuple(check(spec, dataset)) if check is not None else ()


def _train(spec: TrainSpec, dataset: DatasetFacts | None) -> list[Wrong]:
    return [*_batch(spec), *_configuration(spec), *_dataset(spec, dataset)]


def _batch(spec: TrainSpec) -> list[Wrong]:
    if spec.batch % spec.gpus:
        return [("batch", f"batch must be a multiple of gpus: {spec.batch} is none of {spec.gpus}.")]
    share = spec.batch // spec.gpus if spec.batch_gpu is None else spec.batch_gpu
    if spec.batch % (spec.gpus * share):
        return [("batch_gpu", f"batch must be a multiple of gpus times batch-gpu, {spec.gpus * share}.")]
    if share % spec.mbstd_group:
        return [
            (
                "mbstd_group",
                f"The {share} images that a GPU works on at a time must be a multiple of mbstd-group, "
                f"{spec.mbstd_group}.",
            )
        ]
    return []


def _configuration(spec: TrainSpec) -> list[Wrong]:
    wrong: list[Wrong] = []
    if spec.grow and spec.cfg != "stylegan1":
        wrong.append(("grow", f"grow is for stylegan1; {spec.cfg} trains at its full resolution from the start."))
    if spec.freezed and spec.cfg == "stylegan1":
        wrong.append(("freezed", "freezed is not there for stylegan1; leave it at 0."))
    return wrong


def _dataset(spec: TrainSpec, dataset: DatasetFacts | None) -> list[Wrong]:
    if dataset is None:
        return []
    if dataset.problem:
        return [("data", dataset.problem)]
    size = f"{dataset.width}x{dataset.height}"
    if dataset.width != dataset.height:
        return [("data", f"The pictures are {size}, but must be square: make a dataset with `gan dataset`.")]
    if dataset.width < 8 or dataset.width & (dataset.width - 1):
        return [("data", f"The pictures are {size}, but their size must be a power of two of at least 8.")]
    if spec.cond and not dataset.classes:
        return [("cond", "A conditional network needs labels, and the dataset has none.")]
    return []


def _metrics(spec: MetricRunSpec, dataset: DatasetFacts | None) -> list[Wrong]:
    if not spec.metrics:
        return [("metrics", "Choose at least one metric.")]
    if dataset is not None and dataset.problem:
        return [("data", dataset.problem)]
    return []


_CHECKS: dict[type, Callable[[Any, DatasetFacts | None], list[Wrong]]] = {TrainSpec: _train, MetricRunSpec: _metrics}
