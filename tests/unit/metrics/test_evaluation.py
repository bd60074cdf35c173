"""Evaluation of metrics by name, with small networks, datasets and detectors."""

import json

import numpy as np
import pytest
import torch

from gan.data import ImageSource
from gan.display import to_uint8
from gan.inference import cpu
from gan.inference.cpu import stylegan2
from gan.metrics import Detectors, check, evaluate, features, parse, resolve
from gan.metrics import cache as kept
from gan.metrics.frechet import frechet_distance
from gan.metrics.group import Batch
from gan.metrics.moments import Moments
from gan.metrics.path_length import EPSILON, path_length
from gan.metrics.sampling import Sampler
from gan.networks import build
from tests.pictures import noise, write_zip
from tests.unit.metrics import stand_ins
from tests.unit.networks.tiny import RES, Z, assert_unchanged, generator, snapshot


@pytest.fixture(scope="module")
def at_hand(tmp_path_factory):
    return stand_ins.detectors(tmp_path_factory.mktemp("detectors"))


@pytest.fixture
def dataset(tmp_path):
    return ImageSource(write_zip(tmp_path / "data.zip", noise(30, RES), [i % 3 for i in range(30)]))


@pytest.fixture
def measure(at_hand, dataset, tmp_path):
    def measured(name, G=None, source=dataset, **more):
        more = {"detectors": at_hand, "cache": tmp_path / "cache"} | more
        return evaluate([name], G if G is not None else generator(), source, **more)[0]

    return measured


def drawn(G, samples, size=features.BATCH, seed=0):
    """All images of a measurement, uint8 [samples, C, H, W]."""
    sampler = Sampler(G, torch.device("cpu"), seed, None)
    pictures = []
    for index, start in enumerate(range(0, samples, size)):
        draw = sampler.draw(Batch(index, start, min(size, samples - start)))
        pictures += [to_uint8(img) for img in sampler.images(sampler.ws(draw), draw.random)]
    return torch.cat(pictures)


def test_fid_is_that_of_the_features_of_the_same_pictures(measure, at_hand, dataset):
    look = at_hand.get("inception", "fid70_full").features
    real = Moments.of(look(torch.from_numpy(dataset.images(range(30)))))
    made = Moments.of(look(drawn(generator(), 70)))
    result = measure("fid70_full")
    assert result.results == {"fid70_full": pytest.approx(frechet_distance(real, made), rel=1e-9)}
    assert (result.samples, result.num_gpus, result.device, result.detector) == (70, 1, "cpu", "inception.pt")
    assert result.sha256 == at_hand.get("inception", "fid70_full").sha256


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("kid20_full", ["kid20_full"]),
        ("pr20_3_full", ["pr20_3_full_precision", "pr20_3_full_recall"]),
        ("is20", ["is20_mean", "is20_std"]),
        ("ppl2_10_wend", ["ppl2_10_wend"]),
        ("ppl_10_zfull", ["ppl_10_zfull"]),
        ("ppl_10_wfull", ["ppl_10_wfull"]),
        ("ppl_10_zend", ["ppl_10_zend"]),
    ],
)
def test_each_kind_gives_its_figures_and_the_same_again(measure, name, figures):
    first, again, other = measure(name), measure(name), measure(name, seed=1)
    assert list(first.results) == figures
    assert all(np.isfinite(value) for value in first.results.values())
    assert first.results == again.results
    assert first.results != other.results or name.startswith("pr")


def test_path_length_is_that_of_single_steps(measure, at_hand):
    """Without the noise of StyleGAN2, so that a step can be taken by hand."""
    G = generator()
    for parameter in (p for name, p in G.named_parameters() if name.endswith("noise_strength")):
        parameter.data.zero_()
    draw = Sampler(G, torch.device("cpu"), 0, None).draw(Batch(0, 0, 8), pairs=True)
    w0, w1 = torch.chunk(G.mapping(draw.z, None), 2)
    look = at_hand.get("vgg16", "ppl2_8_wend").perceptual
    with torch.no_grad():
        a, b = (look((G.synthesis(w) + 1) * 127.5) for w in (w0, torch.lerp(w0, w1, EPSILON)))
    wanted = path_length((a - b).square().sum(dim=1) / EPSILON**2)
    assert measure("ppl2_8_wend", G).results["ppl2_8_wend"] == pytest.approx(wanted, rel=0.02)


def test_full_takes_all_pictures_unmirrored_and_the_others_what_was_trained_on(at_hand, dataset, tmp_path):
    asked = []
    mirrored = dataset.with_xflip(True)

    class Spy:
        def __init__(self, source):
            self._source = source
            asked.append((len(source), source.xflip))

        def __getattr__(self, name):
            return getattr(self._source, name)

        def __len__(self):
            return len(self._source)

        def with_xflip(self, xflip):
            return Spy(self._source.with_xflip(xflip))

    def real_count(name):
        told = []
        evaluate(
            [name],
            generator(),
            Spy(mirrored),
            detectors=at_hand,
            use_cache=False,
            progress=lambda what, done, total: told.append((what, total)),
        )
        return {total for what, total in told if what.endswith("real pictures")}

    assert real_count("fid40_full") == {30}
    assert asked[-1] == (30, False)
    assert real_count("fid40") == {40}
    assert asked[-1] == (60, True)


def test_a_conditional_network_gets_the_labels_of_the_dataset(measure, dataset):
    G = generator(c_dim=3)
    with pytest.raises(ValueError, match="has 3 classes and the dataset 0"):
        measure("fid20_full", G)
    labelled = ImageSource(dataset.path, use_labels=True)
    assert measure("fid20_full", G, labelled).results["fid20_full"] > 0
    draw = Sampler(G, torch.device("cpu"), 0, labelled).draw(Batch(0, 0, 50))
    assert set(draw.c.argmax(dim=1).tolist()) == {0, 1, 2}


def test_the_network_and_the_global_random_numbers_stay_as_they_are(measure):
    G = generator()
    before, state = snapshot(G), torch.get_rng_state()
    measure("fid20_full", G)
    measure("ppl2_4_wend", G)
    assert_unchanged(G, before)
    assert torch.equal(torch.get_rng_state(), state)


def test_the_cache_goes_by_content_and_never_by_path(measure, dataset, tmp_path, monkeypatch):
    calls = []
    real = features.read_ahead
    monkeypatch.setattr(features, "read_ahead", lambda *args: calls.append(1) or real(*args))
    first = measure("kid20_full")
    assert (len(calls), len(list((tmp_path / "cache").iterdir()))) == (1, 1)
    moved = ImageSource(dataset.path.rename(tmp_path / "moved.zip"))
    assert measure("kid20_full", source=moved).results == first.results
    assert len(calls) == 1  # another place, the same images
    changed = noise(30, RES)
    changed[7, 0, 0, 0] ^= 255
    same_place = ImageSource(write_zip(dataset.path, changed))
    measure("kid20_full", source=same_place)
    assert len(calls) == 2  # the same place, another image
    measure("kid20", source=moved)
    assert len(calls) == 3  # fewer images
    measure("kid20_full", source=moved, use_cache=False)
    assert len(calls) == 4


def test_another_detector_is_another_entry(dataset, tmp_path, at_hand):
    for detectors in (at_hand, Detectors()):
        name = "kid20_full" if detectors is at_hand else "kid20_lite0_full"
        evaluate([name], generator(), dataset, detectors=detectors, cache=tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_a_damaged_cache_is_computed_again(measure, tmp_path):
    first = measure("fid20_full")
    (entry,) = (tmp_path / "cache").iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(whole[: len(whole) // 2])
    assert measure("fid20_full").results == first.results
    assert entry.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, measure, caplog):
    (tmp_path / "file").touch()
    assert measure("fid20_full", cache=tmp_path / "file").results == measure("fid20_full").results
    assert "will be computed again" in caplog.text


def test_where_the_cache_lies(monkeypatch, tmp_path):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path))
    assert kept.folder() == tmp_path / "metrics"
    monkeypatch.delenv("STYLESCOPE_CACHE_DIR")
    assert kept.folder().name == "metrics"


def test_equivariance_of_stylegan3_only(at_hand):
    torch.manual_seed(0)
    G = build("stylegan3.Generator", z_dim=Z, c_dim=0, w_dim=8, img_resolution=16, img_channels=3, num_layers=6,
              channel_base=64, channel_max=8, margin_size=2).eval()  # fmt: skip
    names = ["eqt5_int", "eqt5_frac", "eqr5"]
    for name, result in zip(names, evaluate(names, G, detectors=at_hand), strict=True):
        assert list(result.results) == [name]
        assert 0 < result.results[name] < 200
        assert result.detector == ""
    with pytest.raises(ValueError, match="only StyleGAN3 networks have"):
        evaluate(["eqr5"], generator())


def test_metrics_that_look_at_the_same_pictures_look_once(measure, at_hand, dataset):
    names = ["fid70_full", "kid70_full", "kid20_full", "fid70"]
    told = []
    together = evaluate(
        names, generator(), dataset, detectors=at_hand, use_cache=False, progress=lambda *words: told.append(words)
    )
    for name, result in zip(names, together, strict=True):
        assert result.results == {name: pytest.approx(measure(name).results[name], rel=1e-9)}
    made = [what for what, done, total in told if what.endswith("generated pictures") and done == total]
    assert made == ["fid70_full: generated pictures", "kid20_full: generated pictures"]


def test_progress_is_told_for_each_step(measure):
    told = []
    measure("fid70_full", progress=lambda *words: told.append(words))
    assert told == [
        ("fid70_full: real pictures", 30, 30),
        ("fid70_full: generated pictures", 64, 70),
        ("fid70_full: generated pictures", 70, 70),
    ]


def test_time_is_an_argument(measure):
    ticks = iter([100.0, 103.5])
    result = measure("is20", clock=lambda: next(ticks), num_gpus=3, snapshot="network-snapshot-000004.safetensors")
    line = json.loads(result.line())
    official = ["results", "metric", "total_time", "total_time_str", "num_gpus", "snapshot_pkl", "timestamp"]
    assert list(line) == [*official, "samples", "detector", "sha256", "device", "seed"]
    assert (line["total_time"], line["total_time_str"], line["timestamp"]) == (3.5, "4s", 103.5)
    assert (line["num_gpus"], line["snapshot_pkl"]) == (3, "network-snapshot-000004.safetensors")


def test_auto_is_fid_where_its_network_is_at_hand(at_hand):
    assert [metric.name for metric in resolve(["auto"], at_hand)] == ["fid50k_full"]
    assert [metric.name for metric in resolve(["auto"], Detectors())] == ["kid10k_lite0_full"]


@pytest.mark.parametrize(
    ("name", "resolution", "channels", "source", "says"),
    [
        ("fid1k", RES, 3, False, "fid1k compares with real pictures: name the dataset"),
        ("fid1k", 2 * RES, 3, True, "3 channels at 32x32, and the dataset has 3 at 16x16"),
        ("is1k", RES, 4, False, "in grey or colour, not of 4 channels"),
        ("ls1k", RES, 3, False, "needs classifiers of attributes"),
    ],
)
def test_what_does_not_fit_is_told_before_any_work(dataset, name, resolution, channels, source, says):
    G = generator(img_resolution=resolution, img_channels=channels)
    with pytest.raises(ValueError, match=says):
        check([parse(name)], G, dataset if source else None, None)


def test_where_kernels_are_wanted_they_draw_the_batches(measure, monkeypatch):
    expected = measure("kid60_full").results["kid60_full"]
    monkeypatch.delenv("STYLESCOPE_KERNELS")
    monkeypatch.setattr(stylegan2, "MANY", 0)
    batches = []
    pictures = cpu.plans.images
    monkeypatch.setattr(cpu.plans, "images", lambda count, *rest: batches.append(count) or pictures(count, *rest))
    assert measure("kid60_full").results["kid60_full"] == pytest.approx(expected, abs=1e-3)
    assert sum(batches) == 60
