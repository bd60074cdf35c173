"""Numbers of the published editing programs."""

import json
from functools import lru_cache

import numpy as np

import gan
from tests.fixtures_path import fixtures


@lru_cache
def published(case):
    """Return (description, arrays) of a fixture."""
    folder = fixtures() / case
    with np.load(folder / "expected.npz") as stored:
        return json.loads((folder / "meta.json").read_text()), {key: stored[key] for key in stored.files}


@lru_cache
def network(case, path):
    """Return the generator that a fixture's description names."""
    nets = gan.load(str((fixtures() / case / path).resolve()))
    return nets.G_ema


def cosines(found, expected):
    """Return |cos| between rows."""
    found, expected = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (found, expected))
    return np.abs((found * expected).sum(axis=1))
