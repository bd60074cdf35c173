"""Feature networks: availability and features."""

import pytest
import torch

from gan.metrics import detectors as module
from gan.metrics import efficientnet_lite as lite
from gan.metrics.detectors import Detectors, MissingDetectorError, file_sha256
from tests.pictures import noise
from tests.unit.metrics.stand_ins import Inception, Vgg, write


@pytest.fixture(scope="module")
def network():
    path = module.lite_weights()
    assert path is not None, "the extra `metrics` is not installed"
    return lite.load(str(path))


def test_lite0_gives_what_the_package_of_its_authors_gives(network):
    """Values of efficientnet-lite-pytorch 0.1.0 with the same weights."""
    y, x = torch.meshgrid(torch.arange(224.0), torch.arange(224.0), indexing="ij")
    img = torch.stack([torch.sin(x / 7), torch.cos(y / 11), torch.sin((x + y) / 5)])[None]
    with torch.inference_mode():
        logits = network(img)[0]
    wanted = torch.tensor([0.34007, 2.66526, -0.33885, -2.00177, -1.26472, 0.04764])
    torch.testing.assert_close(logits[:6], wanted, rtol=0, atol=2e-4)
    assert int(logits.argmax()) == 906


def test_lite0_sees_the_same_each_time_and_in_any_batch(network):
    pictures = torch.from_numpy(noise(10, 20).transpose(0, 3, 1, 2).copy())
    eye = Detectors().get("lite0", "kid1k_lite0")
    with torch.inference_mode():
        seen = eye.features(pictures)
        assert seen.shape == (10, lite.FEATURES)
        assert torch.equal(seen, eye.features(pictures))
        torch.testing.assert_close(eye.features(pictures[3:4]), seen[3:4], rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(eye.probabilities(pictures).sum(dim=1), torch.ones(10))
        grey = pictures[:2, :1]
        torch.testing.assert_close(eye.features(grey), eye.features(grey.expand(-1, 3, -1, -1)))


def test_lite0_distances_are_those_of_unit_vectors(network):
    """Between 0 for equal images and 2 for opposite ones at each of the five resolutions."""
    pictures = torch.from_numpy(noise(2, 20).transpose(0, 3, 1, 2).copy())
    eye = Detectors().get("lite0", "plen1k_lite0_wend")
    with torch.inference_mode():
        a, b = eye.perceptual(pictures)
    assert float(a.square().sum()) == pytest.approx(5, rel=1e-3)
    assert 0.01 < float((a - b).square().sum()) < 10


def test_other_weights_are_refused(tmp_path):
    torch.save({"weight": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match="does not hold EfficientNet-Lite0"):
        lite.load(str(tmp_path / "other.pth"))


def test_official_files_are_told_apart_by_what_they_take(tmp_path):
    first, second = write(tmp_path, Inception, Vgg)
    first.rename(tmp_path / "a.pt")
    second.rename(tmp_path / "b.pt")
    at_hand = Detectors([tmp_path / "b.pt", tmp_path / "a.pt"], trusted=True)
    assert at_hand.get("inception", "fid1k").name == "a.pt"
    assert at_hand.get("vgg16", "ppl2_wend").sha256 == file_sha256(tmp_path / "b.pt")
    pictures = torch.from_numpy(noise(3).transpose(0, 3, 1, 2).copy())
    eye = at_hand.get("inception", "fid1k")
    assert eye.features(pictures).shape == (3, 12)
    torch.testing.assert_close(eye.features(pictures[:, :1]), eye.features(pictures[:, :1].expand(-1, 3, -1, -1)))
    torch.testing.assert_close(eye.probabilities(pictures).sum(dim=1), torch.ones(3))


@pytest.mark.parametrize(
    ("kind", "metric", "says"),
    [
        (
            "inception",
            "fid50k_full",
            r"fid50k_full needs the Inception network: .*--detector.*\[fid\].*fd10k_lite0_full",
        ),
        ("vgg16", "ppl2_wend", r"ppl2_wend needs the VGG16 network: .*--detector=vgg16\.pt.*plen10k_lite0_wend"),
        ("lite0", "kid1k_lite0", r"kid1k_lite0 needs EfficientNet-Lite0: pip install 'stylescope\[metrics\]'"),
    ],
)
def test_what_is_missing_is_told_in_a_sentence(monkeypatch, kind, metric, says):
    monkeypatch.setattr(module, "lite_weights", lambda: None)
    monkeypatch.setattr(module, "_fidelity_installed", lambda: False)
    assert not Detectors().has(kind)
    with pytest.raises(MissingDetectorError, match=says):
        Detectors().check(kind, metric)


def test_torch_fidelity_counts_as_at_hand_once_its_weights_are_there(monkeypatch, tmp_path):
    """It may fetch them for a metric that is asked for by name, but `auto` must not."""
    monkeypatch.setattr(module, "_fidelity_installed", lambda: True)
    monkeypatch.setattr(module, "_fidelity_weights", lambda: tmp_path / "weights.pth")
    assert not Detectors().has("inception")
    Detectors().check("inception", "fid50k_full")
    (tmp_path / "weights.pth").touch()
    assert Detectors().has("inception")


def test_files_that_are_no_detectors_are_told(tmp_path):
    (tmp_path / "text.pt").write_text("nothing")
    with pytest.raises(ValueError, match="is no TorchScript file"):
        Detectors([tmp_path / "text.pt"])
    with pytest.raises(ValueError, match="no detector file"):
        Detectors([tmp_path / "absent.pt"])
