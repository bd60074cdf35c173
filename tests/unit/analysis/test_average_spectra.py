"""Average spectra of datasets and networks, and their plots."""

import numpy as np
import pytest
import torch
from PIL import Image

from gan.analysis import average_spectra as spectra
from gan.analysis import spectra_figures
from gan.data import ImageSource
from gan.images import RenderOptions, render, styles
from tests.pictures import noise, write_zip
from tests.unit.renderer.tiny import network, save

SIZE = 32


@pytest.fixture
def data(tmp_path):
    return write_zip(tmp_path / "data.zip", noise(40, SIZE))


def test_statistics_are_those_of_all_pixels(data):
    images = spectra.open_images(str(data), None, 0)
    mean, std = spectra.statistics(images.each())
    assert (images.count, images.size) == (40, SIZE)
    assert mean == pytest.approx(noise(40, SIZE).mean(), rel=1e-12)
    assert std == pytest.approx(noise(40, SIZE).std(), rel=1e-12)


@pytest.mark.parametrize(("beta", "interp"), [(0.0, 1), (8.0, 4)])
def test_white_noise_lies_at_0_db_everywhere(data, beta, interp):
    images = spectra.open_images(str(data), None, 0)
    found = spectra.average_spectrum(images, *spectra.statistics(images.each()), beta, interp)
    assert found.power.shape == (interp * SIZE, interp * SIZE)
    assert (found.count, found.size) == (40, SIZE)
    db = spectra.decibels(found)
    assert abs(10 * np.log10(found.power.mean())) < 0.1
    assert 0.1 < db.std() < 1  # 120 channels: 4.34 dB / sqrt(120)


def test_the_power_of_a_wave_is_found_at_its_frequency():
    x = np.arange(SIZE)
    wave = torch.from_numpy((128 + 100 * np.cos(2 * np.pi * x * 6 / SIZE))[None, None].repeat(SIZE, axis=1))
    images = spectra.ImageSet(1, SIZE, lambda: iter([wave]))
    found = spectra.average_spectrum(images, 128, 100 / 2**0.5, beta=0, interp=1)
    wanted = np.zeros((SIZE, SIZE))
    wanted[SIZE // 2, [SIZE // 2 - 6, SIZE // 2 + 6]] = SIZE**2 / 2  # all of the variance, 1, in two of SIZE^2 places
    np.testing.assert_allclose(found.power, wanted, atol=1e-2)


def test_a_choice_of_a_dataset_is_decided_by_the_seed(data):
    def chosen(seed):
        return torch.stack(list(spectra.open_images(str(data), 7, seed).each()))

    assert len(chosen(0)) == 7
    assert torch.equal(chosen(0), chosen(0))
    assert not torch.equal(chosen(0), chosen(1))
    known = {image.tobytes() for image in ImageSource(data).images(range(40))}
    assert {image.numpy().tobytes() for image in chosen(3)} <= known


@pytest.mark.parametrize("kind", ["sg2", "cond"])
def test_a_network_s_pictures_are_those_of_seeds(tmp_path, kind):
    images = spectra.open_images(save(tmp_path, kind), 3, 5, "cpu")
    assert (images.count, images.size) == (3, SIZE)
    G = network(kind)
    wanted = [render(G, styles(G, [seed])[0], RenderOptions(), seed) for seed in (5, 6, 7)]
    for image, of_seed in zip(images.each(), wanted, strict=True):
        np.testing.assert_array_equal(image.permute(1, 2, 0), of_seed)
    with pytest.raises(ValueError, match="how many with --num"):
        spectra.open_images(save(tmp_path, kind), None, 0)


def test_files_keep_it_all(tmp_path):
    spectrum = spectra.Spectrum(np.random.RandomState(0).rand(8, 8), 4, 9)
    spectra.save(spectrum, tmp_path / "a.npz")
    read = spectra.load(tmp_path / "a.npz")
    np.testing.assert_array_equal(read.power, spectrum.power)
    assert (read.size, read.count) == (4, 9)


def published(power):
    """A plane wave's average spectrum as the published tool stores it: straight from the FFT, DC at [0, 0]."""
    return np.abs(np.fft.fft2(power)) ** 2


def test_files_of_the_published_tool_and_of_earlier_versions_are_told_apart(tmp_path):
    random = np.random.RandomState(1)
    fft_order = published(random.randn(12, 12) + 3)  # a mean of 3: by far the most power at DC
    np.savez(tmp_path / "published.npz", spectrum=fft_order, image_size=4)
    read = spectra.load(tmp_path / "published.npz")
    assert read.count == 0
    assert np.unravel_index(read.power.argmax(), read.power.shape) == (6, 6)
    assert spectra.slices(spectra.decibels(read))[0][1][0] == pytest.approx(10 * np.log10(fft_order[0, 0]))

    centred = np.roll(fft_order, (6, 6), (0, 1))
    np.savez(tmp_path / "before.npz", spectrum=centred, image_size=4, count=9)
    before = spectra.load(tmp_path / "before.npz")
    np.testing.assert_array_equal(before.power, centred)
    assert before.count == 9

    for spectrum in (read, before):
        spectra.save(spectrum, tmp_path / "again.npz")
        with np.load(tmp_path / "again.npz", allow_pickle=False) as stored:  # as the published tool reads it
            np.testing.assert_array_equal(stored["spectrum"], fft_order)
            assert stored["spectrum"].dtype == np.float64
            assert int(stored["image_size"]) == 4
            assert int(stored["count"]) == spectrum.count


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda path: None, "no file"),
        (lambda path: path.write_bytes(b"PK\x03\x04"), "holds no spectrum"),
        (lambda path: np.savez(path, other=1), "holds no spectrum"),
        (lambda path: np.savez(path, spectrum=np.zeros((4, 6)), image_size=4), "of square pictures"),
    ],
)
def test_what_holds_no_spectrum_is_told(tmp_path, write, says):
    write(tmp_path / "x.npz")
    with pytest.raises(ValueError, match=f"{says}.*spectra calc"):
        spectra.load(tmp_path / "x.npz")


def test_smoothing_blurs_the_decibels_by_frequencies_of_an_image():
    interp, smooth = 4, 1.25
    power = 10 ** (np.random.RandomState(2).randn(16 * interp, 16 * interp) / 10)
    db = spectra.decibels(spectra.Spectrum(power, 16, 1), smooth)
    plain = np.pad(10 * np.log10(power), (0, 1), mode="wrap")
    # A Gaussian by hand: sigma in points, edges continued, cut off at 4 sigma.
    sigma = interp * smooth
    reach = np.arange(-20, 21)
    kernel = np.exp(-0.5 * (reach / sigma) ** 2)
    padded = np.pad(plain, 20, mode="edge")
    for axis in (0, 1):
        padded = np.apply_along_axis(np.convolve, axis, padded, kernel / kernel.sum(), "valid")
    np.testing.assert_allclose(db, padded, atol=1e-9)


def test_cuts_go_from_the_middle_to_the_nyquist_frequency():
    y, x = np.mgrid[-4:5, -4:5]
    cuts = spectra.slices(np.hypot(x, y))
    for angle, scale in ((0, 1), (45, 2**0.5)):
        frequency, db = cuts[angle]
        np.testing.assert_allclose(frequency, scale * np.arange(5) / 8)
        np.testing.assert_allclose(db, scale * np.arange(5))


def test_drawings_are_pictures_of_the_size_asked_for(tmp_path):
    spectrum = spectra.Spectrum(np.random.RandomState(0).rand(64, 64) + 0.1, 16, 9)
    spectra_figures.heatmap(spectrum, tmp_path / "heat.png", dpi=50)
    spectra_figures.curves({"a": spectrum, "b": spectrum}, tmp_path / "cuts.png", dpi=50)
    for name in ("heat.png", "cuts.png"):
        with Image.open(tmp_path / name) as image:
            assert image.size == (320, 270)
            assert len(image.convert("RGB").getcolors(2**20)) > 20
    spectra_figures.curves({"a": spectrum}, tmp_path / "cuts.svg")
    assert "<svg" in (tmp_path / "cuts.svg").read_text()
    with pytest.raises(ValueError, match=r"use an ending such as \.png"):
        spectra_figures.heatmap(spectrum, tmp_path / "heat.xyz")


def test_spectra_that_are_the_same_everywhere_can_be_drawn(tmp_path):
    spectra_figures.heatmap(spectra.Spectrum(np.ones((16, 16)), 16, 1), tmp_path / "flat.png", smooth=0)
    assert (tmp_path / "flat.png").is_file()


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
def test_drawings_without_a_file_are_shown(monkeypatch):
    from matplotlib import pyplot

    spectrum = spectra.Spectrum(np.random.RandomState(0).rand(16, 16) + 0.1, 16, 9)
    shown = []
    monkeypatch.setattr(pyplot, "show", lambda: shown.append(pyplot.get_fignums()))
    monkeypatch.setattr(pyplot, "get_backend", lambda: "TkAgg")
    spectra_figures.heatmap(spectrum, None)
    spectra_figures.curves({"a": spectrum}, None)
    assert [len(figures) for figures in shown] == [1, 1]
    monkeypatch.setattr(pyplot, "get_backend", lambda: "agg")
    with pytest.raises(ValueError, match="no window here: name a picture to write with --save"):
        spectra_figures.heatmap(spectrum, None)
    assert not pyplot.get_fignums()
