"""Checks of a filled spec against itself and its dataset, before a run is started."""

import os
from collections.abc import Callable
from typing import Any

from foundation.datasets.facts import DatasetFacts
from foundation.downloads import cache_folder
from foundation.inputs import clean_text
from foundation.specs.metrics import MetricRunSpec
from foundation.specs.train import TrainSpec
from foundation.specs.train_defaults import resolved
from foundation.specs.training_rules import broken

Wrong = tuple[str, str]
"""The field to change, and the problem in one sentence."""


def contradictions(spec: Any, dataset: DatasetFacts | None = None) -> tuple[Wrong, ...]:
    """Return contradictions between the options of a spec whose fields are individually valid.

    Args:
        spec: The filled spec.
        dataset: Facts about its dataset; None if they are not known.
    """
    check: Callable[[Any, DatasetFacts | None], list[Wrong]] | None = _CHECKS.get(type(spec))
    return tuple(check(spec, dataset)) if check is not None else ()


def _train(spec: TrainSpec, dataset: DatasetFacts | None) -> list[Wrong]:
    known = dataset is not None and not dataset.problem and dataset.width == dataset.height
    size = dataset.width if dataset is not None and known else None
    rules = broken(resolved(spec, size), size)
    return [*((one.field, one.form) for one in rules), *_dataset(spec, dataset)]


def _dataset(spec: TrainSpec, dataset: DatasetFacts | None) -> list[Wrong]:
    if dataset is None:
        return []
    if dataset.problem:
        return [("data", dataset.problem)]
    if dataset.width != dataset.height:
        size = f"{dataset.width}x{dataset.height}"
        return [("data", f"The pictures are {size}, but must be square: make a dataset with `gan dataset`.")]
    if spec.cond and not dataset.classes:
        return [("cond", "A conditional network needs labels, and the dataset has none.")]
    return []


def _metrics(spec: MetricRunSpec, dataset: DatasetFacts | None) -> list[Wrong]:
    if not spec.metrics:
        return [("metrics", "Choose at least one metric.")]
    if dataset is not None and dataset.problem:
        return [("data", dataset.problem)]
    return []


def foreign_program(spec: TrainSpec | MetricRunSpec) -> Wrong | None:
    """Ask whether a detector in a file that this program has not fetched is trusted; None if there is none.

    A detector is a program. Whoever runs a command is asked once its content is known.
    """
    fetched = os.path.abspath(cache_folder())
    named = (one for one in spec.detector if "://" not in one)
    foreign = next((one for one in named if os.path.dirname(os.path.abspath(one)) != fetched), None)
    if foreign is None or spec.trust_detector:
        return None
    name = clean_text(os.path.basename(foreign), 60)
    return "trust_detector", f"{name} is a program: do you trust where it came from? Then switch this on."


_CHECKS: dict[type, Callable[[Any, DatasetFacts | None], list[Wrong]]] = {TrainSpec: _train, MetricRunSpec: _metrics}
