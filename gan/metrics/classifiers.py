"""Attribute classifiers for linear separability, each one linear layer on a feature network's features."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from foundation.files import replacing
from foundation.inputs import clean_text, open_regular, read_json
from gan.data import ImageSource
from gan.metrics import group
from gan.metrics.detectors import Detector, file_sha256
from gan.metrics.sampling import read_ahead
from gan.optimizers import LBFGS

ATTRIBUTES = "attributes.json"
"""A dataset's true attributes: {image: {attribute: value}}."""

_RAREST = 0.05
"""Minimum share of the images with, and without, an attribute that is learned."""

_HELD_OUT = 10
"""One image in this many is held out, to measure the accuracy."""

_LARGEST = 1 << 30
"""Maximum size of a file of classifiers in bytes."""

_DECAY = 1e-3
_STEPS = 200


@dataclass(frozen=True)
class Classifiers:
    """Binary classifiers of attributes.

    Attributes:
        names: The attributes, as "hair=bun".
        weight: [attributes, features].
        bias: [attributes].
        accuracy: Accuracy of each on held-out images.
        detector_sha256: Hash of the feature network that they were trained on.
        sha256: Hash of their file; empty before they are saved.
    """

    names: tuple[str, ...]
    weight: Tensor
    bias: Tensor
    accuracy: tuple[float, ...]
    detector_sha256: str
    sha256: str = ""

    def logits(self, features: Tensor) -> Tensor:
        """Features [N, D] -> [N, attributes], positive where the image has the attribute."""
        return F.linear(features, self.weight.to(features.device), self.bias.to(features.device))


def attributes_of(source: ImageSource) -> dict[str, npt.NDArray[np.bool_]]:
    """Return the binary attributes of a dataset's images, by name, [images] each.

    They come from `attributes.json` if the dataset has one, else from the classes of its labels. Each text value makes
    an attribute, "hair=bun"; numbers are split at their median. Attributes that nearly all images have or lack are
    left out, and so are duplicates and negations of others.

    Raises:
        ValueError: nothing is left to learn.
    """
    table = source.read_json(ATTRIBUTES)
    columns: dict[str, npt.NDArray[np.bool_]]
    if table is not None:
        columns = _columns([_flat(table.get(name)) for name in source.names])
    else:
        labelled = ImageSource(source.path, use_labels=True)
        labels = labelled.labels(range(len(labelled)))
        columns = {f"class={i}": labels[:, i] > 0 for i in range(labels.shape[1])}
    kept: dict[str, npt.NDArray[np.bool_]] = {}
    seen: set[bytes] = set()
    for name, has in sorted(columns.items()):
        # The negation of an attribute carries the same information and would count twice in `ls`.
        if _RAREST <= has.mean() <= 1 - _RAREST and has.tobytes() not in seen:
            kept[name] = has
            seen |= {has.tobytes(), (~has).tobytes()}
    if not kept:
        raise ValueError(
            f"{source.path} has no attribute that at least 5 % of its pictures have and 5 % lack: add an {ATTRIBUTES} "
            "or labels."
        )
    return kept


def train(
    source: ImageSource,
    attributes: Mapping[str, npt.NDArray[np.bool_]],
    detector: Detector,
    device: torch.device,
    progress: Callable[[str, int, int], None],
) -> Classifiers:
    """Fit the classifiers by logistic regression.

    Args:
        source: The images.
        attributes: Attributes of the images, by name.
        detector: Network whose features are classified.
        device: Device of the detector.
        progress: Called with the number of images done.
    """
    total = len(source.names)
    rows = []
    for batch, images in read_ahead(source, group.batches(total, 64)):
        with torch.inference_mode():
            rows.append(detector.features(images.to(device)).float().cpu())
        progress("features", batch.start + batch.count, total)
    features = torch.cat(rows).clone()
    wanted = torch.from_numpy(np.stack(list(attributes.values()), axis=1)).float()
    held_out = torch.arange(total) % _HELD_OUT == _HELD_OUT - 1
    weight, bias = _fit(features[~held_out], wanted[~held_out])
    right = (F.linear(features[held_out], weight, bias) > 0) == (wanted[held_out] > 0)
    accuracy = tuple(right.float().mean(dim=0).tolist())
    return Classifiers(tuple(attributes), weight, bias, accuracy, detector.sha256)


def save(classifiers: Classifiers, path: Path) -> None:
    """Write a safetensors file atomically."""
    header = {
        "attributes": json.dumps(classifiers.names),
        "accuracy": json.dumps(classifiers.accuracy),
        "detector_sha256": classifiers.detector_sha256,
    }
    tensors = {"weight": classifiers.weight.contiguous(), "bias": classifiers.bias.contiguous()}
    with replacing(path) as part:
        save_file(tensors, part, metadata=header)


def load(path: Path) -> Classifiers:
    """Read a file written by `save`.

    Raises:
        ValueError: the file is missing, or has other contents.
    """
    if not os.path.isfile(path):
        raise ValueError(
            f"There is no classifier file {path}: make one with `python -m gan metrics train-classifiers`."
        )
    try:
        open_regular(path, _LARGEST).close()
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            names = tuple(clean_text(name) for name in read_json(header["attributes"]))
            accuracy = tuple(float(share) for share in read_json(header["accuracy"]))
            weight, bias = file.get_tensor("weight"), file.get_tensor("bias")
            sha256 = header["detector_sha256"]
        if weight.ndim != 2 or not len(names) == len(accuracy) == len(weight) == len(bias) or bias.ndim != 1:
            raise ValueError("the parts do not fit together")
    except (OSError, SafetensorError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise ValueError(
            f"{path} holds no classifiers: make them with `python -m gan metrics train-classifiers`."
        ) from error
    return Classifiers(names, weight, bias, accuracy, sha256, file_sha256(path))


def _fit(features: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Logistic regression on standardised features, with a little weight decay; the scaling goes into the weights."""
    mean, std = features.mean(dim=0), features.std(dim=0).clamp_min(1e-6)
    x = (features - mean) / std
    weight = torch.zeros(wanted.shape[1], x.shape[1], requires_grad=True)
    bias = torch.zeros(wanted.shape[1], requires_grad=True)
    solver = LBFGS([weight, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> float:
        solver.zero_grad()
        error = F.binary_cross_entropy_with_logits(F.linear(x, weight, bias), wanted) * wanted.shape[1]
        total = error + _DECAY * weight.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return float(total.detach())

    with torch.enable_grad():
        solver.step(loss)
    scaled = (weight / std).detach()
    return scaled, (bias - scaled @ mean).detach()


def _flat(of_image: object) -> dict[str, Any]:
    """Return an image's attributes with nested tables flattened."""
    flat: dict[str, Any] = {}
    for name, value in of_image.items() if isinstance(of_image, dict) else ():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": deeper for inner, deeper in _flat(value).items()})
        else:
            flat[str(name)] = value
    return flat


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, npt.NDArray[np.bool_]]:
    columns: dict[str, npt.NDArray[np.bool_]] = {}
    for name in sorted({name for row in rows for name in row}):
        values = [row.get(name) for row in rows]
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) == len(values) and len(set(numbers)) > 2:
            columns[f"{name}>median"] = np.array(numbers) > np.median(numbers)
            continue
        for value in {str(value) for value in values if value is not None}:
            columns[f"{name}={value}"] = np.array([str(other) == value for other in values])
    return columns
