"""Principal components of w against the published program (fixtures/ganspace_parity)."""

import numpy as np
import pytest
import torch

from gan.edits.components import centred, components_of, layer_pca, pca, published_z
from gan.edits.directions import Direction, apply
from gan.edits.found import mapped
from tests.parity.edits.published import cosines, network, published

CASE = "ganspace_parity"
RUNS = ("sg2_64_ipca", "avatars-32_pca")


def generator(run):
    return network(CASE, published(CASE)[0]["runs"][run]["network"])


@pytest.mark.parametrize("run", RUNS)
def test_samples_are_those_of_the_published_program(run):
    meta, arrays = published(CASE)
    G, batch = generator(run), meta["runs"][run]["batch"]
    z = next(published_z(G.z_dim, batch, np.random.RandomState(1)))
    w = mapped(G, torch.from_numpy(z[:3])).numpy()
    np.testing.assert_allclose(w, arrays[f"{run}/first_w"], rtol=0, atol=2e-4)


@pytest.mark.parametrize("run", RUNS)
def test_components(run):
    meta, arrays = published(CASE)
    asked = meta["runs"][run]
    found = components_of(generator(run), asked["components"], asked["n"], batch=asked["batch"])
    assert found.samples == asked["samples_used"]
    if asked["zero_rows_appended"]:
        # The published program fits rows of zeros too; with them the exact components are its own.
        n, zeros = found.samples, asked["zero_rows_appended"]
        mean = found.mean * n / (n + zeros)
        full = components_of(generator(run), found.mean.size, asked["n"], batch=asked["batch"])
        covariance = full.vectors.T * full.variance @ full.vectors * (n - 1) + n * np.outer(full.mean, full.mean)
        covariance = covariance / (n + zeros) - np.outer(mean, mean)
        values, columns = np.linalg.eigh(covariance)
        order = np.argsort(values)[::-1][: asked["components"]]
        deviations, vectors = np.sqrt(values[order]), columns.T[order]
    else:
        mean, deviations, vectors = found.mean, np.sqrt(found.variance), found.vectors
    np.testing.assert_allclose(mean, arrays[f"{run}/act_mean"][0], rtol=0, atol=2e-4)
    expected = arrays[f"{run}/act_comp"][:, 0]
    assert cosines(vectors[:10], expected[:10]).min() > 0.999
    np.testing.assert_allclose(deviations[:10], arrays[f"{run}/act_stdev"][:10], rtol=1e-3)


@pytest.mark.parametrize("run", RUNS)
@torch.no_grad()
def test_edits(run):
    meta, arrays = published(CASE)
    G = generator(run)
    comp, stdev = arrays[f"{run}/lat_comp"][:, 0], arrays[f"{run}/lat_stdev"]
    mean = torch.from_numpy(arrays[f"{run}/lat_mean"][0])
    for number, edit in enumerate(meta["runs"][run]["edits"]):
        z = torch.from_numpy(np.random.RandomState(edit["z_seed"]).randn(1, G.z_dim)).float()
        base = G.mapping(z, None)
        vector = comp[edit["component"]].astype(np.float32)
        layers = tuple(range(edit["layer_start"], edit["layer_end_exclusive"]))
        if edit["centered"]:
            base = base.clone()
            base[:, list(layers)] = centred(base[:, list(layers)], torch.from_numpy(vector), mean)
        moves = np.linspace(-edit["sigma"], edit["sigma"], edit["frames"]) * stdev[edit["component"]]
        ws = torch.cat([apply(base, [Direction(vector, float(move), layers)]) for move in moves])
        np.testing.assert_allclose(ws.numpy(), arrays[f"{run}/edit{number}/ws"], rtol=0, atol=1e-4)
        pictures = G.synthesis(ws[[0, -1]], noise_mode="const").numpy()
        expected = arrays[f"{run}/edit{number}/img"]
        np.testing.assert_allclose(pictures, expected, rtol=0, atol=1e-4 * max(1.0, np.abs(expected).max()))


def test_found_components_are_ranked_and_measured():
    _, arrays = published(CASE)
    found = pca(generator("sg2_64_ipca"), 12, 10_000)
    assert len(found) == 12
    assert found.names[0] == "PC 1"
    assert (np.diff(found.strength) <= 0).all()
    assert found.strength.sum() < 1
    np.testing.assert_allclose(found.sigma, arrays["sg2_64_ipca/lat_stdev"][:12], rtol=0.05)  # over other samples


def test_components_of_a_layer_change_that_layer_most():
    G = generator("avatars-32_pca")
    found = layer_pca(G, "b8.conv1", 4, 200)
    assert found.layers == (0, 1, 2)
    assert len(found) == 4
    w = mapped(G, torch.randn(8, G.z_dim, generator=torch.Generator().manual_seed(0)))

    def change(vector, sigma):
        ws = w[:, None].expand(-1, G.num_ws, -1)
        with torch.no_grad():
            before = G.synthesis(ws, capture="b8.conv1", noise_mode="const")
            after = G.synthesis(
                apply(ws, [Direction(vector, float(sigma), found.layers)]), capture="b8.conv1", noise_mode="const"
            )
        return float((after - before).square().mean())

    by_chance = np.random.RandomState(0).randn(16, G.w_dim)
    by_chance /= np.linalg.norm(by_chance, axis=1, keepdims=True)
    usual = np.median([change(one.astype(np.float32), found.sigma[0]) for one in by_chance])
    assert change(found.vectors[0], found.sigma[0]) > 2 * usual


def test_too_few_pictures():
    with pytest.raises(ValueError, match="at least 40 pictures"):
        layer_pca(generator("avatars-32_pca"), "b8.conv1", 20, 30)
    with pytest.raises(ValueError, match="no layer b7"):
        layer_pca(generator("avatars-32_pca"), "b7.conv1")
