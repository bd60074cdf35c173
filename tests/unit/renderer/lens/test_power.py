"""Radial power of the lens: the figures of `python -m gan spectra` for the same pictures."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from gan.analysis.average_spectra import load
from gan.analysis.radial import compared_spectra
from gan.cli.main import main
from renderer.document.lens.jobs import PowerFound
from renderer.engine.jobs import begin
from renderer.ipc.protocol import RadialPower
from tests.unit.renderer import tiny
from tests.unit.renderer.lens.test_equivariance import finish


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def dataset(tmp_path):
    return drawn(tmp_path / "pictures", 7, 32)


def drawn(folder: Path, count: int, size: int) -> str:
    folder.mkdir()
    noise = np.random.RandomState(3).randn(count, size, size, 3).cumsum(axis=1)
    for i, one in enumerate(noise):
        Image.fromarray((128 + 20 * one).clip(0, 255).astype(np.uint8)).save(folder / f"{i}.png")
    return str(folder)


def spectra(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["spectra", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("pictures", [4, 12])
def test_the_figures_are_those_of_the_command_for_the_same_pictures(sg2, dataset, tmp_path, pictures):
    found = PowerFound.of(finish(RadialPower(sg2.request, dataset, pictures), sg2.pipeline)[-1].result)
    count = min(pictures, 7)
    assert found.counts == (pictures, pictures, count, count)
    assert found.complete
    said = spectra("stats", f"--source={dataset}", f"--num={count}").split()
    moments = [one for one in said if one.startswith(("--mean=", "--std="))]
    files = {}
    for name, source, number in (("network", sg2.request.image.network.source, pictures), ("data", dataset, count)):
        files[name] = tmp_path / f"{name}.npz"
        spectra("calc", f"--source={source}", f"--dest={files[name]}", f"--num={number}", *moments, "--device=cpu")
    wanted = compared_spectra(load(files["network"]), load(files["data"]))
    for name in ("frequency", "network", "dataset", "difference"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), atol=2e-3)
    said = spectra("radial", f"--network={files['network']}", f"--dataset={files['data']}")
    assert f"{wanted.difference[found.largest]:+.2f} dB at {found.frequency[found.largest]:.3f}" in said
    assert f"{found.average:.2f} dB" in said


def test_figures_come_early_and_rest_on_more_and_more_pictures(sg2, dataset):
    steps = finish(RadialPower(sg2.request, dataset, 20), sg2.pipeline)
    found = [PowerFound.of(step.result) for step in steps if step.result is not None]
    assert found[0].counts == (0, 20, 1, 7)
    assert len(found[0].frequency) == 0
    assert found[1].counts == (1, 20, 1, 7)
    counts = [one.counts[0] + one.counts[2] for one in found]
    assert counts == sorted(set(counts))
    assert counts[-1] == 27
    early = next(one for one in found if min(one.counts[0], one.counts[2]) >= 2)
    assert np.nanmedian(found[-1].error) < np.nanmedian(early.error)


def test_what_was_measured_is_kept_in_memory_and_that_of_a_dataset_on_the_disk(sg2, sg3, dataset, cache_folder):
    first = finish(RadialPower(sg2.request, dataset, 5), sg2.pipeline)
    assert len(first) == 10
    assert len(finish(RadialPower(sg2.request, dataset, 5), sg2.pipeline)) == 1
    assert len(list(cache_folder.rglob("*.npz"))) == 1
    other = finish(RadialPower(sg3.request, dataset, 5), sg3.pipeline)
    assert len(other) == 5, "only the pictures of the other network"
    a, b = (PowerFound.of(one[-1].result) for one in (first, other))
    np.testing.assert_array_equal(a.dataset, b.dataset)


def test_another_picture_in_the_folder_is_another_dataset(sg2, dataset):
    first = PowerFound.of(finish(RadialPower(sg2.request, dataset, 9), sg2.pipeline)[-1].result)
    Image.fromarray(np.random.RandomState(0).randint(0, 255, (32, 32, 3), np.uint8)).save(Path(dataset) / "new.png")
    second = PowerFound.of(finish(RadialPower(sg2.request, dataset, 9), sg2.pipeline)[-1].result)
    assert (first.counts[2], second.counts[2]) == (7, 8)
    assert not np.array_equal(first.dataset, second.dataset)


def test_a_damaged_file_of_the_cache_is_measured_again(sg2, sg3, dataset, cache_folder):
    finish(RadialPower(sg2.request, dataset, 3), sg2.pipeline)
    (kept,) = cache_folder.rglob("*.npz")
    kept.write_bytes(b"nothing")
    assert len(finish(RadialPower(sg3.request, dataset, 3), sg3.pipeline)) == 6


def test_smaller_pictures_are_compared_at_their_frequencies(sg2, tmp_path):
    small = drawn(tmp_path / "small", 3, 16)
    found = PowerFound.of(finish(RadialPower(sg2.request, small, 3), sg2.pipeline)[-1].result)
    assert found.sizes == (32, 16)
    assert found.frequency[-1] == 0.25


def test_a_request_interrupts_a_picture_which_is_drawn_again(sg2, dataset):
    running = begin(RadialPower(sg2.request, dataset, 2), sg2.pipeline)
    running.step(tiny.Watching())
    interrupted = running.step(tiny.Watching(cancel_at=0.0))
    assert (interrupted.done, interrupted.result) == (1, None)
    assert PowerFound.of(running.step(tiny.Watching()).result).counts == (1, 2, 1, 2)


@pytest.mark.parametrize("path", ["nowhere", "empty"])
def test_a_source_without_pictures_says_so(sg2, tmp_path, path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"There is no|holds no pictures|no such|not"):
        finish(RadialPower(sg2.request, str(tmp_path / path), 2), sg2.pipeline)


def test_pictures_that_are_not_square_are_refused(folder, dataset):
    bench = tiny.Bench(tiny.save(folder, "tall"))
    with pytest.raises(ValueError, match="square"):
        finish(RadialPower(bench.request, dataset, 2), bench.pipeline)
