"""Images of lower precision, for motion."""

import numpy as np
import pytest

from gan.inference import cpu
from gan.inference.cpu import precision
from renderer.engine import models
from renderer.ipc.protocol import Display, Latent
from tests.unit.renderer import tiny


@pytest.fixture
def able(monkeypatch):
    """As if the CPU had the instructions: PyTorch computes the same without them."""
    monkeypatch.setattr(precision, "has_fast", lambda: True)
    monkeypatch.setattr(cpu, "has_fast", lambda: True)
    monkeypatch.setenv("STYLESCOPE_KERNELS", "wait")


def bench_of(folder):
    bench = tiny.Bench(tiny.save(folder, "sg2"))
    bench.render()
    synthesis = bench.pipeline._models.get(bench.request.image.network, "cpu", lambda share: None).G.synthesis
    assert cpu.warm_up(synthesis)
    assert cpu.warm_up_fast(synthesis)
    return bench


def test_motion_is_fast_and_rest_is_exact(folder, able):
    bench = bench_of(folder)
    exact = bench.picture(latent=Latent(x=3))
    bench.pipeline._caches.clear()
    moving = bench.render(latent=Latent(x=3), fast=True)
    assert moving.fast
    pixels = tiny.pictures(moving)["picture"]
    assert not np.array_equal(pixels, exact)
    np.testing.assert_allclose(pixels.astype(int), exact, atol=6)
    rest = bench.render(latent=Latent(x=3), fast=False)
    assert not rest.fast
    np.testing.assert_array_equal(tiny.pictures(rest)["picture"], exact)


def test_an_exact_image_that_is_there_serves_motion_too(folder, able):
    bench = bench_of(folder)
    exact = bench.picture(latent=Latent(x=3))
    again = bench.render(latent=Latent(x=3), fast=True)
    assert not again.fast
    np.testing.assert_array_equal(tiny.pictures(again)["picture"], exact)


def test_what_is_measured_is_exact(folder, able):
    bench = bench_of(folder)
    assert not bench.render(latent=Latent(x=4), fast=True, display=Display(layer_table=True)).fast


def test_times_of_fast_images_are_not_those_of_exact_ones(folder, able):
    bench = bench_of(folder)
    before = bench.render(latent=Latent(x=5)).full_ms
    assert bench.render(latent=Latent(x=6), fast=True).full_ms == before


def test_where_the_processor_lacks_the_instructions_nothing_changes(folder, monkeypatch):
    monkeypatch.setattr(models.cpu, "has_fast", lambda: False)
    bench = tiny.Bench(tiny.save(folder, "sg2"))
    exact = bench.picture(latent=Latent(x=3))
    bench.pipeline._caches.clear()
    moving = bench.render(latent=Latent(x=3), fast=True)
    assert not moving.fast
    np.testing.assert_array_equal(tiny.pictures(moving)["picture"], exact)


def test_a_network_that_is_quick_enough_moves_in_exact_images(folder, able):
    bench = bench_of(folder)
    moving = bench.render(latent=Latent(x=7), fast=True, low_res_ms=1e6)
    assert not moving.fast
    assert not moving.low_res
    hurried = bench.render(latent=Latent(x=8), fast=True, low_res_ms=1e-6)
    assert hurried.fast
