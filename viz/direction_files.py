"""Directions from files: what ages a face or turns its head, as a `.npy` of shape [w_dim] or [num_ws, w_dim]."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from renderer.arrays import MOST_BYTES, AnyArray
from renderer.npy import array_of_npy
from renderer.parts import ArrayRef, Direction
from renderer.protocol import ModelInfo
from viz.scene import Scene

SUFFIXES = (".npy",)


def load(path: Path) -> AnyArray:
    """The direction in a file, float32 [w_dim] or [num_ws, w_dim]; leading sizes of 1 are dropped.

    Raises ValueError with a sentence where there is none.
    """
    try:
        if path.stat().st_size > 2 * MOST_BYTES:
            raise ValueError("it is too large")
        array = array_of_npy(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise ValueError(f"{path.name} holds no direction: {error}.") from error
    found = list(array.shape)
    while array.ndim > 1 and array.shape[0] == 1:
        array = array[0]
    if array.ndim not in (1, 2) or not array.size or array.dtype.kind != "f" or not np.isfinite(array).all():
        raise ValueError(
            f"{path.name} holds no direction: that is finite numbers of the shape [w_dim] or [num_ws, w_dim], "
            f"but it has {array.dtype} {found}."
        )
    return array.astype(np.float32)


def misfit(array: AnyArray, model: ModelInfo | None) -> str:
    """Why a direction is of no use to this network; empty where it is."""
    if model is None or array.shape in ((model.w_dim,), (model.num_ws, model.w_dim)):
        return ""
    has = " × ".join(str(side) for side in array.shape)
    return f"it has {has} numbers, but this network takes {model.w_dim}, or {model.num_ws} × {model.w_dim}"


def added(scene: Scene, name: str, ref: ArrayRef) -> Scene:
    """The scene with one more direction, at rest, under a name that no other one has."""
    directions = scene.document.directions
    taken, given, count = {one.name for one in directions}, name, 1
    while given in taken:
        count += 1
        given = f"{name} {count}"
    return replace(scene, document=replace(scene.document, directions=(*directions, Direction(given, ref))))
