"""Directions from the weights alone, without samples: SeFa and the singular vectors of the affine layers."""

from collections.abc import Sequence

import numpy as np

from foundation.arrays import Floats
from foundation.specs.editing.defaults import SEFA_COMPONENTS
from gan.edits.found import MEASURED_ON, Found, Steps, checked_layers, deviating, finished, numbered, positive
from gan.edits.styles import StyleLayer, style_layers
from gan.networks.generator import StyleGenerator

_NOTHING = 1e-6
"""Eigenvalues below this share of the largest are rounding: their vectors are arbitrary."""


def sefa(
    G: StyleGenerator, count: int = SEFA_COMPONENTS, layers: Sequence[int] | None = None, samples: int | None = None
) -> Found:
    """Find the directions of w that change the styles of some layers most (Shen and Zhou, arXiv 2007.06600).

    They are the unit eigenvectors of A^T A, largest eigenvalue first, where A [outputs, w_dim] stacks the weights of
    the affine layers that read the chosen vectors, each row divided by its length (the paper's formula leaves that
    division out, the published code does it). The published code lists them in the order of its eigen-solver; here
    they are sorted, and the largest entry of each is positive. Where A has a rank below w_dim, the other vectors are
    arbitrary and left out.

    Args:
        G: A generator whose layers have styles.
        count: Maximum number of directions.
        layers: Positions in ws; None for all.
        samples: Number of w over which the deviations are measured; None for the default.

    Raises:
        ValueError: there is no such layer, or the network has no styles.
    """
    return finished(sefa_steps(G, count, layers, samples))


def sefa_steps(
    G: StyleGenerator, count: int = SEFA_COMPONENTS, layers: Sequence[int] | None = None, samples: int | None = None
) -> Steps[Found]:
    """Do `sefa` in steps: the deviations take longer than all else."""
    chosen = checked_layers(layers, G.num_ws)
    values, vectors = sefa_values(G, chosen)
    kept = values > _NOTHING * values[0]
    values, vectors = values[kept][:count], vectors[kept][:count]
    return (yield from _found(G, "sefa", "SeFa", values, vectors, chosen, "eigenvalue", samples))


def sefa_values(G: StyleGenerator, layers: Sequence[int]) -> tuple[Floats, Floats]:
    """Return all eigenvalues [w_dim], descending, and their unit vectors as rows [w_dim, w_dim]."""
    rows = np.concatenate([_weight(layer) for layer in _main_readers(G) if layer.index in set(layers)])
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)
    values, columns = np.linalg.eigh(rows.T @ rows)
    order = np.argsort(values)[::-1]
    return values[order], positive(columns.T[order])


def singular(G: StyleGenerator, count: int = SEFA_COMPONENTS, samples: int | None = None) -> Found:
    """Find the right singular vectors of the affine weights of all layers, stacked as rows that are not normalised.

    This is the closed-form factorisation of rosinality's and of dvschultz's programs. Of the `torgb` only that of the
    first block takes part, as in the latter. They act on all layers.
    """
    _, values, vectors = np.linalg.svd(singular_rows(G), full_matrices=False)
    kept = values > _NOTHING * values[0]
    values, vectors = values[kept][:count], positive(vectors[kept][:count])
    return finished(_found(G, "svd", "SVD", values, vectors, tuple(range(G.num_ws)), "singular value", samples))


def singular_rows(G: StyleGenerator) -> Floats:
    """Return the stacked weights [outputs, w_dim]."""
    taken = [one for one in _styled(G) if not one.name.endswith(".torgb") or one.name == "b4.torgb"]
    return np.concatenate([_weight(layer) for layer in taken])


def _found(
    G: StyleGenerator,
    method: str,
    word: str,
    values: Floats,
    vectors: Floats,
    layers: tuple[int, ...],
    meaning: str,
    samples: int | None,
) -> Steps[Found]:
    vectors = vectors.astype(np.float32)
    sigma = yield from deviating(G, vectors, MEASURED_ON if samples is None else samples)
    return Found(method, vectors, sigma, values.astype(np.float32), meaning, numbered(word, len(vectors)), layers)


def _styled(G: StyleGenerator) -> tuple[StyleLayer, ...]:
    found = style_layers(G.synthesis)
    if not found:
        raise ValueError("The layers of this network have no styles, so its weights name no directions.")
    return found


def _main_readers(G: StyleGenerator) -> list[StyleLayer]:
    """Return the layer that counts for each vector: the convolution where there is one, else the `torgb`."""
    chosen: dict[int, StyleLayer] = {}
    for layer in _styled(G):
        if layer.index not in chosen or chosen[layer.index].name.endswith(".torgb"):
            chosen[layer.index] = layer
    return [chosen[index] for index in sorted(chosen)]


def _weight(layer: StyleLayer) -> Floats:
    return layer.affine.weight.detach().double().cpu().numpy()
