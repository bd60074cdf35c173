"""The paper's figures: the content of each cell, and the numbers behind the heat map."""

import re

import numpy as np
import pytest
import torch
from PIL import Image

from foundation.statistics import PixelDeviation
from gan.figures import (
    Figure,
    mix,
    mixing_figure,
    noise_bands_figure,
    noise_variation_figure,
    truncation_figure,
    uncurated_figure,
)
from gan.figures.noise import band_noise, deviation
from gan.images import RenderOptions, render, styles
from gan.networks import build
from tests.unit.networks import tiny

RES = tiny.RES


def cell(figure, row, column):
    return figure.grid[row * RES : (row + 1) * RES, column * RES : (column + 1) * RES]


def test_mix_takes_the_named_layers():
    a, b = torch.zeros(2, 6, 4), torch.ones(2, 6, 4)
    assert mix(a, b, (1, 2, 5))[..., 0].tolist() == [[0, 1, 1, 0, 0, 1]] * 2
    assert (a == 0).all()
    with pytest.raises(ValueError, match="no layer 6 to mix: this network's are 0-5"):
        mix(a, b, (5, 6))


def test_mixing_grid():
    G = tiny.generator()
    told = []
    figure = mixing_figure(G, [1, 2], [3, 1], (0, 1), psi=0.8, progress=lambda *done: told.append(done))
    ws = dict(zip((1, 2, 3), styles(G, [1, 2, 3], psi=0.8), strict=True))
    assert set(figure.images) == {"1-1", "2-2", "3-3", "1-3", "2-3", "2-1"}
    assert told == [(i + 1, 6) for i in range(6)]
    assert (cell(figure, 0, 0) == 0).all()
    assert np.array_equal(cell(figure, 0, 1), render(G, ws[3]))
    assert np.array_equal(cell(figure, 1, 0), render(G, ws[1]))
    assert np.array_equal(cell(figure, 1, 2), render(G, ws[1]))
    by_hand = torch.cat([ws[3][:2], ws[2][2:]])
    assert np.array_equal(cell(figure, 2, 1), render(G, by_hand))
    assert np.array_equal(figure.images["2-3"], render(G, by_hand))


def test_truncation_figure():
    G = tiny.generator()
    figure = truncation_figure(G, [4, 5], (1.0, 0.0, -0.5))
    assert list(figure.images)[:3] == ["seed0004-psi1", "seed0004-psi0", "seed0004-psi-0.5"]
    assert np.array_equal(cell(figure, 1, 0), render(G, styles(G, [5])[0]))
    assert np.array_equal(cell(figure, 1, 2), render(G, styles(G, [5], psi=-0.5)[0]))
    assert np.array_equal(cell(figure, 0, 1), cell(figure, 1, 1))


def test_uncurated_figure():
    G = tiny.generator()
    size = G.img_resolution
    figure = uncurated_figure(G, (0, 1), rows=2, seed=7, psi=0.7)
    assert figure.grid.shape == (2 * size, size + size // 2, 3)
    assert list(figure.images) == [f"image{i:04d}" for i in range(6)]
    z = torch.from_numpy(np.random.RandomState(7).randn(6, G.z_dim)).float()
    wanted = [render(G, G.mapping(z[i : i + 1], None, truncation_psi=0.7)[0]) for i in range(6)]
    for image, expected in zip(figure.images.values(), wanted, strict=True):
        assert np.array_equal(image, expected)
    assert np.array_equal(figure.grid[size:, :size], wanted[1])
    half = np.asarray(Image.fromarray(wanted[3]).resize((size // 2, size // 2), Image.Resampling.LANCZOS))
    assert np.array_equal(figure.grid[size // 2 : size, size:], half)
    part = uncurated_figure(G, (0, 1), rows=1, seed=7, psi=0.7, crop=(4, 0, 4, 8))
    assert part.grid.shape == (8, 6, 3)
    assert np.array_equal(part.grid[:, :4], wanted[0][0:8, 4:8])
    for wrong in ({"lods": ()}, {"lods": (0, 5)}, {"lods": (0,), "crop": (0, 0, size + 1, 4)}):
        with pytest.raises(ValueError, match=r"level of detail|halved|must lie within"):
            uncurated_figure(G, **wrong)


def test_deviation_is_numpys():
    rng = np.random.default_rng(0)
    stack = rng.integers(0, 256, (50, 9, 7, 3), dtype=np.uint8)
    stack[:, 0, 0] = 200
    running = PixelDeviation()
    with pytest.raises(ValueError, match="no pictures yet"):
        _ = running.std
    for i, image in enumerate(stack):
        running.add(image)
        if i in (0, 20, 49):
            wanted = np.std(stack[: i + 1].mean(axis=-1), axis=0)
            np.testing.assert_allclose(running.std, wanted, rtol=1e-12, atol=1e-12)
    assert running.std[0, 0] == 0


def test_deviation_over_the_noise_of_seeds():
    G = tiny.generator()
    ws = styles(G, [1])[0]
    seen = []
    found = deviation(G, ws, 8, lambda i, image, so_far: seen.append((image, so_far.count)))
    by_hand = [
        render(G, ws, RenderOptions(noise=dict.fromkeys(G.synthesis.noise_layers, (True, 1.0, i)))) for i in range(8)
    ]
    np.testing.assert_allclose(found.std, np.std(np.stack(by_hand).mean(axis=-1), axis=0), atol=1e-12)
    assert found.std.max() > 0
    assert [count for _, count in seen] == list(range(1, 9))
    assert np.array_equal(seen[3][0], by_hand[3])


def test_noise_bands():
    layers = [f"b{r}.conv{i}" for r in (4, 8, 16, 32, 64, 128) for i in (0, 1)][1:]
    on = {
        band: {int(re.search(r"\d+", name)[0]) for name, (is_on, _, _) in band_noise(layers, band).items() if is_on}
        for band in ("all", "none", "fine", "coarse")
    }
    assert on == {
        "all": {4, 8, 16, 32, 64, 128},
        "none": set(),
        "fine": {64, 128},
        "coarse": {4, 8, 16, 32},
    }


def test_noise_figures(tmp_path):
    G = tiny.generator()
    bands = noise_bands_figure(G, [1])
    ws = styles(G, [1])[0]
    assert np.array_equal(bands.images["seed0001-all"], render(G, ws))
    assert np.array_equal(bands.images["seed0001-none"], render(G, ws, RenderOptions(noise_mode="none")))
    assert np.array_equal(cell(bands, 0, 2), bands.images["seed0001-none"])  # 16^2 has no fine layers
    variation = noise_variation_figure(G, [1, 2], realisations=5, shown=2)
    assert variation.grid.shape == (2 * RES, 3 * RES, 3)
    np.testing.assert_allclose(variation.arrays["seed0001-std"], deviation(G, ws, 5).std)
    heat = cell(variation, 0, 2)
    assert heat.max() == 255
    assert heat.argmax() // 3 == variation.arrays["seed0001-std"].argmax()
    variation.save(tmp_path / "new", "variation", {"Comment": "how"})
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"variation.png"} | {
        f"seed000{s}-{what}" for s in (1, 2) for what in ("noise0.png", "noise1.png", "std.png", "std.npy")
    }
    np.testing.assert_array_equal(np.load(tmp_path / "new" / "seed0002-std.npy"), variation.arrays["seed0002-std"])
    with Image.open(tmp_path / "new" / "variation.png") as image:
        assert np.array_equal(np.array(image), variation.grid)
        assert image.text == {"Comment": "how"}


def test_networks_without_noise_are_told():
    sizes = {"z_dim": 8, "c_dim": 0, "w_dim": 8, "img_resolution": 16, "img_channels": 3}
    G = build("stylegan3.Generator", **sizes, channel_base=64, channel_max=8).eval()
    for figure in (noise_bands_figure, noise_variation_figure):
        with pytest.raises(ValueError, match="has no noise inputs"):
            figure(G, [1])


def test_what_is_missing_is_told():
    G = tiny.generator()
    with pytest.raises(ValueError, match="seed for each row and for each column"):
        mixing_figure(G, [], [1], (0,))
    with pytest.raises(ValueError, match="at least one psi"):
        truncation_figure(G, [1], ())
    assert isinstance(truncation_figure(G, [1], (1.0,)), Figure)
