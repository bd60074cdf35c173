"""Published networks by name."""

from pathlib import Path

import pytest

import gan
from foundation.networks.published import BY_NAME, address_of
from foundation.specs.names import SOURCES, source_of
from gan.io import loader

DRIVE = "gdrive:networks/stylegan2-ffhq-config-f.pkl"


def test_names_mean_addresses_and_all_else_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert str(address_of("stylegan3-r-afhqv2-512x512")).endswith("/files/stylegan3-r-afhqv2-512x512.pkl")
    assert str(address_of("ffhq256")).endswith("ffhq-res256-mirror-paper256-noaug.pkl")
    assert address_of(DRIVE) == BY_NAME["stylegan2-ffhq-config-f"]
    for other in ("net.pkl", "https://example.org/ffhq256", "", Path("ffhq256.pkl")):
        assert address_of(other) == other
    (tmp_path / "ffhq256").mkdir()
    assert address_of("ffhq256") == "ffhq256", "what is there comes first"


def test_trainings_start_from_any_of_them():
    assert source_of("ffhq512") == SOURCES["ffhq512"]
    assert source_of("stylegan2-cifar10-32x32") == BY_NAME["stylegan2-cifar10-32x32"]
    assert source_of("noresume") is None
    assert source_of("runs/00001") == "runs/00001"


@pytest.mark.parametrize("name", ["stylegan2-afhqdog-512x512", DRIVE])
def test_networks_are_fetched_by_name(name, monkeypatch):
    asked: list[str] = []

    def fetch(url, **options):
        asked.append(url)
        raise gan.LoadError("No connection.")

    monkeypatch.setattr(loader, "fetch", fetch)
    with pytest.raises(gan.LoadError):
        gan.load(name)
    assert asked == [address_of(name)]
