"""Principal components of w, and of a layer's activations (GANSpace, Haerkoenen et al., arXiv 2004.02546)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from foundation.specs.editing.defaults import PCA_COMPONENTS, PCA_SAMPLES, PCA_SEED
from gan.edits.found import (
    Found,
    Progress,
    Steps,
    checked_layers,
    counted,
    finished,
    mapped,
    numbered,
    positive,
    sampling,
    silent,
)
from gan.images import Label
from gan.networks.generator import StyleGenerator

Doubles = npt.NDArray[np.float64]

BATCH = 1000
"""Of the published sampling; its batch follows from the memory of the device, and blocks are of at least 2,000."""
SIGMA_SAMPLES = 5000


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components of a sample."""

    mean: Doubles
    """[D]."""
    vectors: Doubles
    """[K, D], unit rows, largest variance first, the largest entry of each positive."""
    variance: Doubles
    """[K]: variance along each, dividing by N - 1."""
    total: float
    """Variance in all directions together."""
    samples: int
    """Number of vectors that were used."""


def published_z(z_dim: int, batch: int, generator: np.random.RandomState) -> Iterator[npt.NDArray[np.float32]]:
    """Yield batches of z [batch, z_dim] without end as GANSpace draws them: each from a seed that `generator` draws."""
    while True:
        own = np.random.RandomState(generator.randint(np.iinfo(np.int32).max))
        yield own.standard_normal(z_dim * batch).reshape(batch, z_dim).astype(np.float32)


def components_of(
    G: StyleGenerator,
    count: int,
    samples: int,
    *,
    seed: int = PCA_SEED,
    batch: int = BATCH,
    label: Label | None = None,
    progress: Progress = silent,
) -> Components:
    """Return the principal components of w, exact for the sample: from the covariance, summed in double precision.

    The published program goes on to whole blocks of max(batch, 2000, 3 count), so up to a block more is used than
    `samples`; so is it here. Some of its estimators also take rows of zeros at the end of its array for data, which
    moves mean and deviations: here there are none.
    """
    return finished(component_steps(G, count, samples, seed=seed, batch=batch, label=label), progress)


def component_steps(
    G: StyleGenerator,
    count: int,
    samples: int,
    *,
    seed: int = PCA_SEED,
    batch: int = BATCH,
    label: Label | None = None,
    more: int = 0,
) -> Steps[Components]:
    """Do `components_of` in steps of `batch` vectors, as part of a search of `more` further ones."""
    block = max(batch, 2000, 3 * count)
    wanted = -(-samples // block) * block
    drawn = published_z(G.z_dim, batch, np.random.RandomState(seed))
    total, square, done = np.zeros(G.w_dim), np.zeros((G.w_dim, G.w_dim)), 0
    while done < wanted:
        w = mapped(G, torch.from_numpy(next(drawn)), label, done).double().cpu().numpy()[: wanted - done]
        total += w.sum(axis=0)
        square += w.T @ w
        done += len(w)
        yield done, wanted + more
    mean = total / done
    values, columns = np.linalg.eigh((square - done * np.outer(mean, mean)) / (done - 1))
    order = np.argsort(values)[::-1][:count]
    kept = values[order].clip(0)
    return Components(mean, positive(columns.T[order]), kept, float(values.clip(0).sum()), done)


def pca(
    G: StyleGenerator,
    count: int = PCA_COMPONENTS,
    samples: int = PCA_SAMPLES,
    *,
    layers: Sequence[int] | None = None,
    seed: int = PCA_SEED,
    label: Label | None = None,
    progress: Progress = silent,
) -> Found:
    """Find the main variations of w.

    The unit of strength is the standard deviation of 5,000 new w along each component, as published.

    Args:
        G: A generator with a mapping network.
        count: Maximum number of components.
        samples: Number of w.
        layers: Positions in ws that the directions act on; None for all. They do not change what is found.
        seed: Of the sampling.
        label: Class of all samples, or the numbers of their condition; None for the class of each.
        progress: Called with (samples done, samples in all).

    Raises:
        ValueError: there is no such layer or class, or too few samples.
    """
    return finished(pca_steps(G, count, samples, layers=layers, seed=seed, label=label), progress)


def pca_steps(
    G: StyleGenerator,
    count: int = PCA_COMPONENTS,
    samples: int = PCA_SAMPLES,
    *,
    layers: Sequence[int] | None = None,
    seed: int = PCA_SEED,
    label: Label | None = None,
) -> Steps[Found]:
    """Do `pca` in steps of a thousand w."""
    if samples < 2 or count < 1:
        raise ValueError("Principal components need at least two pictures and one component.")
    chosen = checked_layers(layers, G.num_ws)
    found = yield from component_steps(G, min(count, G.w_dim), samples, seed=seed, label=label, more=SIGMA_SAMPLES)
    kept = found.variance > 1e-9 * found.variance[0]
    vectors = found.vectors[kept].astype(np.float32)
    drawn = sampling(G, SIGMA_SAMPLES, first_seed=1_000_000, label=label)
    new = (yield from counted(drawn, found.samples, found.samples + SIGMA_SAMPLES)).double().cpu().numpy()
    sigma = (new @ vectors.T.astype(np.float64)).std(axis=0).astype(np.float32)
    share = (found.variance[kept] / found.total).astype(np.float32)
    return Found("pca", vectors, sigma, share, "share of the variance", numbered("PC", len(vectors)), chosen)


@torch.no_grad()
def layer_pca(
    G: StyleGenerator,
    layer: str,
    count: int = 20,
    samples: int = 1000,
    *,
    seed: int = PCA_SEED,
    batch: int = 20,
    label: Label | None = None,
    progress: Progress = silent,
) -> Found:
    """Find the directions of w that move one layer's activations along their main variations.

    The activations of `samples` pictures are analysed in blocks (incremental PCA), and w is regressed on the
    coordinates of the same pictures by least squares: a direction is the change of w that goes with one deviation.

    Args:
        G: A generator with a mapping network.
        layer: One of `G.synthesis.layer_names`.
        count: Maximum number of components.
        samples: Number of pictures, computed up to that layer.
        seed: Of the sampling.
        batch: Number of pictures at a time.
        label: Class of all samples, or the numbers of their condition; None for the class of each.
        progress: Called with (pictures done, pictures in all).

    Raises:
        ValueError: there is no such layer, or fewer than two pictures for each component.
    """
    if layer not in G.synthesis.layer_names:
        raise ValueError(f"There is no layer {layer}: this network's are {', '.join(G.synthesis.layer_names)}.")
    if samples < 2 * count:
        raise ValueError(f"{count} components of a layer need at least {2 * count} pictures; give more pictures.")
    block = max(batch, 2 * count)
    rounds = -(-samples // block)
    from sklearn.decomposition import IncrementalPCA  # takes longer to import than torch

    estimator = IncrementalPCA(n_components=count)
    for again in (False, True):
        drawn = published_z(G.z_dim, block, np.random.RandomState(seed))
        ws, coordinates = [], []
        for number in range(rounds):
            w = mapped(G, torch.from_numpy(next(drawn)), label, number * block)
            features = _activations(G, layer, w, batch)
            if again:
                ws.append(w.double().cpu().numpy())
                coordinates.append(estimator.transform(features))
            else:
                estimator.partial_fit(features)
            progress((rounds * again + number + 1) * block, 2 * rounds * block)
    x, y = np.concatenate(coordinates), np.concatenate(ws)
    x = x / x.std(axis=0).clip(1e-12)
    slopes, *_ = np.linalg.lstsq(x - x.mean(axis=0), y - y.mean(axis=0), rcond=None)
    lengths = np.linalg.norm(slopes, axis=1)
    vectors = (slopes / lengths[:, None].clip(1e-12)).astype(np.float32)
    sigma = (y @ vectors.T).std(axis=0).astype(np.float32)
    share = estimator.explained_variance_ratio_.astype(np.float32)
    acting = tuple(i for i, names in enumerate(G.synthesis.ws_layers) if _reads_by(G, names, layer))
    return Found("pca", vectors, sigma, share, f"share of the variance of {layer}", numbered(layer, count), acting)


def _reads_by(G: StyleGenerator, names: tuple[str, ...], layer: str) -> bool:
    """Return True if one of the layers runs before `layer`, or is it."""
    order = list(G.synthesis.layer_names)
    return any(name in order and order.index(name) <= order.index(layer) for name in names)


def _activations(G: StyleGenerator, layer: str, w: torch.Tensor, batch: int) -> npt.NDArray[np.float32]:
    rows = []
    for part in torch.split(w, batch):
        features = G.synthesis(part[:, None].expand(-1, G.num_ws, -1), capture=layer, noise_mode="const")
        rows.append(features.flatten(1).float().cpu().numpy())
    return np.concatenate(rows)


def centred(ws: torch.Tensor, vector: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
    """Remove a unit direction's own coordinate from ws [..., w_dim], so that its strength is absolute.

    w - u (u . (w - mean)), GANSpace's "centred" edits.
    """
    return ws - ((ws - mean) @ vector)[..., None] * vector
