"""Directions from the weights against the published programs (fixtures/sefa_parity)."""

import numpy as np
import pytest
import torch

from gan.edits.directions import Direction, apply
from gan.edits.weights import sefa, sefa_values, singular_rows
from tests.fixtures_path import fixtures
from tests.parity.edits.published import cosines, network, published

CASE = "sefa_parity"
NETWORKS = {
    "sg2_64": ("all", "0-1", "2-5", "3", "9"),
    "sg3t_64": ("all", "0-5", "1-15", "7"),
    "sg1_tf_64": ("all", "0-1", "4"),
}
PICTURES = {"sg2_64": 1e-4, "sg3t_64": 5e-5, "sg1_tf_64": 2e-4}


def generator(name):
    return network(CASE, published(CASE)[0]["networks"][name]["network"])


@pytest.mark.parametrize(("name", "layers"), [(name, one) for name, some in NETWORKS.items() for one in some])
def test_eigenvectors(name, layers):
    meta, arrays = published(CASE)
    spec = meta["networks"][name]["specs"][layers]
    values, vectors = sefa_values(generator(name), spec["layers"])
    expected = arrays[f"{name}/{layers}/values"]
    np.testing.assert_allclose(values, expected, rtol=0, atol=2e-4 * expected[0])
    apart = np.abs(np.diff(expected, append=0)) > 1e-3 * expected[0]
    sure = np.arange(8)[(apart & np.insert(apart, 0, True)[:-1])[:8]]
    assert len(sure) >= 3
    assert cosines(vectors, arrays[f"{name}/{layers}/vectors"])[sure].min() > 0.9999
    largest = vectors[sure, np.abs(vectors[sure]).argmax(axis=1)]
    assert (largest > 0).all()


@pytest.mark.parametrize("name", ["sg2_64", "sg3t_64"])
def test_singular_vectors(name):
    _, arrays = published(CASE)
    _, values, vectors = np.linalg.svd(singular_rows(generator(name)), full_matrices=False)
    expected = arrays[f"{name}/svd/values"]
    np.testing.assert_allclose(values, expected, rtol=0, atol=2e-4 * expected[0])
    assert cosines(vectors, arrays[f"{name}/svd/vectors"])[:8].min() > 0.9999


@pytest.mark.parametrize(
    ("name", "layers"), [("sg2_64", "all"), ("sg2_64", "0-1"), ("sg3t_64", "0-5"), ("sg1_tf_64", "0-1")]
)
@torch.no_grad()
def test_pictures_of_edits(name, layers):
    meta, arrays = published(CASE)
    chosen = tuple(meta["networks"][name]["specs"][layers]["layers"])
    G, base = generator(name), torch.from_numpy(arrays[f"{name}/ws"])
    vectors, expected = arrays[f"{name}/{layers}/vectors"], arrays[f"{name}/{layers}/img"]
    for picture, (component, distance) in zip(expected, [(0, -3), (0, 3), (1, -3), (1, 3)], strict=True):
        ws = apply(base, [Direction(vectors[component].astype(np.float32), distance, chosen)])
        found = G.synthesis(ws, noise_mode="const")[0].numpy()
        np.testing.assert_allclose(found, picture, rtol=0, atol=PICTURES[name] * max(1.0, np.abs(picture).max()))


def test_only_directions_that_the_weights_decide_are_offered():
    G = generator("sg2_64")
    last = sefa(G, 100, (9,), samples=200)
    assert len(last) == 16  # the torgb reads 16 channels
    assert last.layers == (9,)
    whole = sefa(G, 5, samples=200)
    assert whole.names == ("SeFa 1", "SeFa 2", "SeFa 3", "SeFa 4", "SeFa 5")
    assert (np.diff(whole.strength) < 0).all()
    assert (whole.sigma > 0).all()
    np.testing.assert_allclose(np.linalg.norm(whole.vectors, axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("layers", [(10,), (), (-1,)])
def test_layers_that_are_not_there(layers):
    fixtures()
    with pytest.raises(ValueError, match="this network's are 0-9"):
        sefa(generator("sg2_64"), layers=layers)
