"""The networks of a run folder."""

import pytest

import gan
from gan.io import snapshots
from tests.official_pickles import official, tiny_networks


def test_in_the_order_of_training(tmp_path):
    names = (
        "network-snapshot-000200.pkl",
        "network-snapshot-000000.pkl",
        "network-snapshot-10000.safetensors",
        "network-snapshot-000200.safetensors",
        "network-final.pkl",
    )
    others = (
        "log.txt",
        "network-snapshot-.pkl",
        "network-snapshot-1.pt",
        "network-snapshot-5.pkl.part",
        "fakes000200.png",
    )
    for name in (*names, *others):
        (tmp_path / name).touch()
    found = [(snapshot.kimg, snapshot.path.name) for snapshot in snapshots(tmp_path)]
    assert found == [
        (0, names[1]),
        (200, names[0]),
        (200, names[3]),
        (10000, names[2]),
        (None, names[4]),
    ]


def test_no_folder_has_no_networks(tmp_path):
    assert snapshots(tmp_path / "absent") == ()


def test_a_folder_opens_its_newest_network(tmp_path):
    for kimg in (100, 200):
        content = official(tiny_networks(seed=kimg))
        (tmp_path / f"network-snapshot-{kimg:06}.pkl").write_bytes(content)
    nets = gan.load(tmp_path, only=("G_ema",))
    assert nets.info.source == str(tmp_path / "network-snapshot-000200.pkl")
    want = tiny_networks(seed=200)["G_ema"].mapping.fc0.weight
    assert nets.G_ema.mapping.fc0.weight.equal(want)


def test_an_empty_folder_says_so(tmp_path):
    with pytest.raises(gan.NotFoundError, match="no network yet"):
        gan.load(tmp_path)
