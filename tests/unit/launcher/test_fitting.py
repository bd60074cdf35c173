"""The configuration that fits a dataset and a computer."""

import pytest

from training_launcher.presets import fitting


@pytest.mark.parametrize(
    ("resolution", "gpu", "name"),
    [
        *((16, False, "try-16"), (32, False, "small-32"), (64, False, "small-64"), (256, False, "small-64")),
        *((32, True, "small-32"), (128, True, "stylegan2-256"), (256, True, "stylegan2-256")),
        *((512, True, "stylegan2-512"), (1024, True, "stylegan2-1024"), (2048, True, "stylegan2-1024")),
    ],
)
def test_the_preset_follows_from_size_and_computer(resolution, gpu, name):
    found = fitting(resolution, 10_000, gpu)
    assert found.preset.name == name
    assert ("device" in found.changes) == (gpu and resolution <= 64), "a small preset names the CPU"
    assert "mirror" not in found.changes
    assert ("GPU" in found.reason or "CPU" in found.reason) == (not gpu)


def test_few_pictures_are_mirrored():
    assert fitting(32, 300, False).changes == {"mirror": True}
