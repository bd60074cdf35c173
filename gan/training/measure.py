"""Measuring snapshots while a run goes on, with what `gan.metrics` offers."""

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gan.data import ImageSource

from .errors import TrainingError
from .group import Group
from .loop import Measure

AUTO = "auto"


def make_measure(
    names: tuple[str, ...], source: ImageSource, group: Group, folder: Path, tell: Callable[[str], None]
) -> Measure | None:
    """What measures a run's snapshots; None for nothing.

    Args:
        names: Names of metrics; "auto" for what can be measured here.
        source: The dataset.
        group: The processes.
        folder: Where the results go.
        tell: Takes a line for people.

    Raises:
        TrainingError: a metric was asked for and this version has none.
    """
    if not names:
        return None
    if importlib.util.find_spec("gan.metrics") is None:
        if names == (AUTO,):
            tell("This version has no metrics: the run measures nothing.")
            return None
        raise TrainingError("This version has no metrics: give --metrics=none.")
    module: Any = importlib.import_module("gan.metrics")
    measure: Measure = module.for_training(names, source, group, folder, tell)
    return measure
