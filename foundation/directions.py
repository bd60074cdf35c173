"""Files of directions in W: one, or many with names, standard deviations and layers, whichever program wrote them.

Read are

* `.npz` of `python -m gan directions` and of the window: `directions`, `sigma`, `layers` or `ranges`, and `about`;
* `.npz` of GANSpace: `lat_comp` [K, 1, w_dim] of length 1 and `lat_stdev` [K];
* `.npz` of boundaries: `boundary` [1, w_dim] with or without `scale`, and other names of one direction;
* `.npz` of directions by name, as `numpy.savez(path, age=..., smile=...)`;
* `.npy` and `.pt` with one direction, and rosinality's `eigvec` with one in each column.
"""

import io
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from foundation.arrays import (
    FLOATS_LIMIT,
    LATENT_KEY,
    LIMIT,
    AnyArray,
    Floats,
    are_latents,
    direction_of,
    floats_of,
    names_in,
    read_arrays,
    read_eigenvectors,
    read_floats,
)
from foundation.inputs import DocumentError, clean_text, read_object

SUFFIXES = (".npz", ".npy", ".pt", ".pth")
"""Endings of files that may hold directions."""
MOST_DIRECTIONS = 4096
"""Maximum number of directions in a file."""

ENOUGH = 0.9
"""Share of the change of the picture that the layers have on which a direction is said to act."""

_MANY, _GANSPACE = "directions", "lat_comp"
_ONE = ("boundary", "direction", "normal")
"""Names of a file's one direction, the most telling first."""
_SCALES = ("sigma", "scale", "stdev", "std")
"""Names of the length of a step along it."""
_LAYERS = ("layers", "manipulate_layers")
_LATENTS = (LATENT_KEY, "ws", "z", "latent", "latents", "latent_avg")
_OTHER = (*_SCALES, *_LAYERS, *_LATENTS, "about", "strength", "intercept", "bias", "mean", "scores")
"""Names that no direction has."""
_LONGEST_NAME = 60


@dataclass(frozen=True, eq=False)
class NamedDirection:
    """A direction in a file."""

    name: str
    vector: Floats
    """float32 [w_dim], or [num_ws, w_dim]: what is added to w at a strength of 1."""
    sigma: float | None = None
    """Standard deviation of w along it, which is the length of `vector`; None where the file has none."""
    layers: tuple[int, ...] = ()
    """Positions in ws that it acts on, ascending; empty: the file says nothing."""
    strength: float = 0.0
    """Figure that its search ranked by; 0 where the file has none."""
    starred: bool = False
    style: str = ""
    """Layer of a style channel, whose offset it is in place of a vector; empty for a direction."""
    channel: int = 0
    """Number of the channel in that layer."""


def read_directions(path: str | Path, limit: int = FLOATS_LIMIT) -> tuple[NamedDirection, ...]:
    """Read all directions of a file, in its order; at least one.

    Args:
        path: A regular file, recognised by its content.
        limit: Maximum size of the directions in bytes.

    Raises:
        ValueError: it holds none, is damaged, or too large. The text is a predicate, as in `foundation.arrays`.
        OSError: it cannot be read.
    """
    path = Path(path)
    names = names_in(path)
    if _MANY in names:
        return _ours(path, limit)
    if _GANSPACE in names:
        return _ganspace(path, limit)
    if names:
        return _by_name(path, names, limit)
    columns = read_eigenvectors(path, limit)
    if columns is not None:
        return _listed(columns, "Direction")
    return (NamedDirection(_named(path.stem), _vector(read_floats(path, _ONE[0], limit))),)


def holds_directions(path: str | Path) -> bool:
    """Return True for a `.npz` file of directions, judged by the names of its arrays. Never raises."""
    try:
        names = names_in(path)
    except (OSError, ValueError):
        return False
    return any(name in (_MANY, _GANSPACE, *_ONE) for name in names) or (
        bool(names) and not any(name in _LATENTS for name in names) and any(name not in _OTHER for name in names)
    )


def _ours(path: Path, limit: int) -> tuple[NamedDirection, ...]:
    """Read what `gan.edits.found.Found` writes; vectors have their sigma in them."""
    held = read_arrays(path, limit, lambda name: name in (_MANY, "sigma", "strength", "layers", "ranges", "about"))
    names = starred = styles = None
    if "about" in held and held["about"].dtype == np.uint8:
        with suppress(DocumentError):  # the directions are there all the same
            about = read_object(held["about"].tobytes())
            names, starred, styles = about.get("names"), about.get("starred"), about.get("styles")
    rows = _listed(
        _rows(held[_MANY]),
        "Direction",
        None if "sigma" not in held else _numbers(held["sigma"], "sigma"),
        _layers(held),
        names if isinstance(names, list) else [],
    )
    strength = _numbers(held["strength"], "strength") if "strength" in held else np.zeros(0, np.float32)
    ranges, stars = _ranges(held, len(rows)), starred if isinstance(starred, list) else []
    places = [_place(one) for one in styles] if isinstance(styles, list) and len(styles) == len(rows) else []
    return tuple(
        replace(
            row,
            vector=plain(row.vector),
            sigma=row.sigma or None,
            layers=ranges[i] if ranges else row.layers,
            strength=float(strength[i]) if len(strength) == len(rows) else 0.0,
            starred=len(stars) == len(rows) and stars[i] is True,
            style=places[i][0] if places else "",
            channel=places[i][1] if places else 0,
        )
        for i, row in enumerate(rows)
    )


def _place(found: object) -> tuple[str, int]:
    """Return layer and number of a style channel; none where the file has something else."""
    match found:
        case [str(layer), int(channel)] if 0 <= channel < 2**31:
            return clean_text(layer, _LONGEST_NAME), channel
    return "", 0


def plain(vector: Floats) -> Floats:
    """Return [w_dim] for a direction [num_ws, w_dim] that is the same in every layer."""
    return vector[0] if vector.ndim == 2 and bool((vector == vector[:1]).all()) else vector


def _ranges(held: dict[str, AnyArray], count: int) -> list[tuple[int, ...]]:
    """Return the layers of each direction from its first and last one; none where they are no positions."""
    array = held.get("ranges")
    if array is None or array.dtype.kind not in "iu" or array.shape != (count, 2):
        return []
    ends = [(int(first), int(last)) for first, last in array]
    if not all(0 <= first <= last < MOST_DIRECTIONS for first, last in ends):
        return []
    return [tuple(range(first, last + 1)) for first, last in ends]


def acting_layers(by_layer: Sequence[float] | Floats) -> tuple[int, int] | None:
    """Return the first and last of the fewest layers in a row that have `ENOUGH` of the change; None of none.

    Args:
        by_layer: Change of the picture by a direction on each layer alone.
    """
    sums = np.concatenate([[0.0], np.cumsum(by_layer, dtype=np.float64)])
    total, count = float(sums[-1]), len(by_layer)
    if not total > 0:
        return None
    for width in range(1, count + 1):
        parts = sums[width:] - sums[:-width]
        best = int(parts.argmax())
        if parts[best] >= ENOUGH * total - 1e-12:
            return best, best + width - 1
    return 0, count - 1


def written(directions: Sequence[NamedDirection], **about: object) -> bytes:
    """Return the content of a `.npz` file that `read_directions` reads again.

    It holds `directions` [K, w_dim], or [K, num_ws, w_dim] where one of them differs by layer, `sigma` [K] (0: not
    known), `strength` [K], `ranges` [K, 2] (first and last position in ws), and `about`: names, stars and the rest as
    JSON in UTF-8 bytes. A style channel has zeros in place of a vector, and `[layer, channel]` in `styles` there.

    Raises:
        ValueError: there are none, or they are of different networks.
    """
    if not directions:
        raise ValueError("There is no direction to write.")
    layers = max((len(one.vector) for one in directions if one.vector.ndim == 2), default=0)
    rows = [np.broadcast_to(one.vector, (layers, one.vector.shape[-1])) if layers else one.vector for one in directions]
    if len({row.shape for row in rows}) > 1:
        raise ValueError("These directions are of networks with different w: they need a file each.")
    known = [one.layers or (0, 7) for one in directions]
    text = {"names": [one.name for one in directions], "starred": [one.starred for one in directions], **about}
    if any(one.style for one in directions):
        text["styles"] = [[one.style, one.channel] if one.style else None for one in directions]
    held = io.BytesIO()
    np.savez(
        held,
        directions=np.stack(rows).astype(np.float32),
        sigma=np.array([one.sigma or 0.0 for one in directions], np.float32),
        strength=np.array([one.strength for one in directions], np.float32),
        ranges=np.array([(min(one), max(one)) for one in known], np.int32),
        about=np.frombuffer(json.dumps(text).encode(), np.uint8),
    )
    return held.getvalue()


def _ganspace(path: Path, limit: int) -> tuple[NamedDirection, ...]:
    """Read components of length 1; each edit of GANSpace multiplies them by `lat_stdev`."""
    held = read_arrays(path, LIMIT, lambda name: name in (_GANSPACE, "lat_stdev"))
    rows = _rows(held[_GANSPACE])
    if rows.nbytes > limit:
        raise ValueError(f"holds directions of {rows.nbytes >> 20} MiB, far more than any network takes")
    if "lat_stdev" not in held:
        return _listed(rows, "PC")
    sigma = _numbers(held["lat_stdev"], "lat_stdev")
    if len(sigma) != len(rows):
        raise ValueError(f"holds {len(rows)} directions but {len(sigma)} deviations; copy or download it again")
    return _listed(rows * sigma.reshape(-1, *[1] * (rows.ndim - 1)), "PC", sigma)


def _by_name(path: Path, names: tuple[str, ...], limit: int) -> tuple[NamedDirection, ...]:
    """Read a boundary with its scale, or each array that has the shape of a direction."""
    one = next((name for name in _ONE if name in names), None)
    others = [name for name in names if name not in _OTHER]
    if one is None and (latents := [name for name in names if name in _LATENTS]):
        raise ValueError(f"holds latents, called {latents[0]!r}, not directions; open it as a latent")
    if one is None and not others:
        raise ValueError(f"holds no direction (it holds {_some(names)}); choose another file")
    wanted = (one, *_SCALES, *_LAYERS) if one is not None else (*others, *_LAYERS)
    held = read_arrays(path, limit, lambda name: name in wanted)
    layers = _layers(held)
    if one is not None:
        vector = _vector(floats_of(held[one]))
        scale = next((_numbers(held[name], name) for name in _SCALES if name in held), None)
        if scale is None or scale.size != 1:
            return (NamedDirection(_named(path.stem), vector, None, layers),)
        return (_scaled(_named(path.stem), vector, abs(float(scale[0])), layers),)
    vectors = {name: direction_of(floats_of(held[name])) for name in others if held[name].dtype.kind in "fiu"}
    found = {name: vector for name, vector in vectors.items() if vector is not None and vector.shape[-1] > 1}
    if not found:
        raise ValueError(f"holds no direction (it holds {_some(names)}); choose another file")
    alone = path.stem if len(found) == 1 and next(iter(found)).startswith("arr_") else ""
    return tuple(NamedDirection(_named(alone or name), vector, None, layers) for name, vector in found.items())


def _scaled(name: str, normal: Floats, scale: float, layers: tuple[int, ...]) -> NamedDirection:
    """Return a boundary's normal, of any length, with a standard deviation as its length."""
    length = float(np.linalg.norm(normal.astype(np.float64)))
    if not scale or not length:
        return NamedDirection(name, normal, None, layers)
    return NamedDirection(name, np.asarray(normal * (scale / length), np.float32), scale, layers)


def _listed(
    rows: Floats,
    word: str,
    sigma: Floats | None = None,
    layers: tuple[int, ...] = (),
    names: Sequence[object] = (),
) -> tuple[NamedDirection, ...]:
    """Return directions [K, w_dim] or [K, num_ws, w_dim], with numbers for names that are missing."""
    if not len(rows) or len(rows) > MOST_DIRECTIONS:
        raise ValueError(f"holds {len(rows)} directions; from 1 to {MOST_DIRECTIONS} can be read")
    known = sigma if sigma is not None and len(sigma) == len(rows) else None
    given = names if len(names) == len(rows) else [f"{word} {index + 1}" for index in range(len(rows))]
    return tuple(
        NamedDirection(_named(name), _vector(row), None if known is None else abs(float(known[index])), layers)
        for index, (name, row) in enumerate(zip(given, rows, strict=True))
    )


def _rows(array: AnyArray) -> Floats:
    if array.ndim not in (2, 3) or not array.size:
        raise ValueError(f"has the shape {list(array.shape)[:8]} where directions have [K, w_dim]; choose another file")
    return floats_of(array)


def _vector(array: Floats) -> Floats:
    if are_latents(array.shape):
        raise ValueError(f"holds {len(array)} latents, not a direction; open it as a latent")
    vector = direction_of(array)
    if vector is None:
        raise ValueError(f"has the shape {list(array.shape)[:8]}; a direction has [w_dim] or [num_ws, w_dim]")
    return vector


def _numbers(array: AnyArray, name: str) -> Floats:
    if array.ndim > 1 and array.size != max(array.shape):
        raise ValueError(f"has the shape {list(array.shape)[:8]} for {name!r}, which is a list of numbers")
    return floats_of(array).ravel()


def _layers(held: dict[str, AnyArray]) -> tuple[int, ...]:
    """Return the layers that a file names; none if they are no positions."""
    array = next((held[name] for name in _LAYERS if name in held), None)
    if array is None or array.dtype.kind not in "iu" or array.size > MOST_DIRECTIONS:
        return ()
    return tuple(sorted({int(layer) for layer in array.ravel() if 0 <= layer < MOST_DIRECTIONS}))


def _named(text: object) -> str:
    return clean_text(text, _LONGEST_NAME) or "Direction"


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(clean_text(name, 24) for name in names[:4])
