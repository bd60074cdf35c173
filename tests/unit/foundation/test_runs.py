"""Run folders: numbers, names, files and snapshots."""

import pytest

import gan
from foundation import runs
from foundation.runs import fakes_name, grids, number_of, snapshot_kimg, snapshot_name, snapshots
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


@pytest.mark.parametrize(
    ("name", "kimg"),
    [
        ("network-snapshot-000200.pkl", 200),
        ("network-snapshot-10000.safetensors", 10000),
        ("network-snapshot-000001.5.safetensors", 1.5),
        ("NETWORK-SNAPSHOT-5.PKL", 5),
        ("runs/00001-a/network-snapshot-000004.pkl", 4),
        (r"C:\\runs\\network-snapshot-000004.pkl", 4),
        ("network-final.pkl", None),
        ("network-snapshot-5.pkl.part", None),
        ("network-snapshot-5.pt", None),
        ("network-snapshot-.pkl", None),
        ("network-snapshot-1234567890.pkl", None),
        ("network-snapshot-٥.pkl", None),
        ("my-network-snapshot-5.pkl", None),
        ("ours-4.pkl", None),
        ("", None),
    ],
)
def test_one_pattern_says_what_a_snapshot_is(name, kimg):
    assert snapshot_kimg(name) == kimg


def test_the_name_of_a_snapshot_gives_its_time_back():
    assert snapshot_name(200_000) == "network-snapshot-000200.safetensors"
    assert fakes_name(200_000) == "fakes000200.png"
    names = [snapshot_name(nimg) for nimg in (0, 500, 1_000, 1_032, 1_800, 200_999, 12_345_000)]
    assert [snapshot_kimg(name) for name in names] == [0, 0.5, 1, 1.032, 1.8, 200.999, 12345]
    assert list(grids([fakes_name(1_000), fakes_name(1_800)])) == [1, 1.8]


def test_the_first_grid_of_the_official_tools_counts_where_no_other_does():
    assert grids(["fakes_init.png", "fakes000200.png", "reals.png"]) == {
        0.0: "fakes_init.png",
        200.0: "fakes000200.png",
    }
    assert grids(["fakes000000.jpg", "fakes_init.png"]) == {0.0: "fakes000000.jpg"}
    assert grids(["fakes.png", "fakes1.gif"]) == {}


def test_folders_are_numbered_from_the_highest_on(tmp_path):
    (tmp_path / "00007-x").mkdir()
    (tmp_path / "99999999999999999-too-many-digits").mkdir()
    (tmp_path / "x-00009").mkdir()
    folder = runs.create(tmp_path, "a b/c" + "d" * 300)
    assert folder.name == "00008-a_b_c" + "d" * (180 - 5)
    assert (number_of(folder.name), number_of("x"), number_of("12")) == (8, None, None)


def test_a_folder_is_a_run_by_what_lies_in_it(tmp_path):
    assert not runs.is_run(tmp_path)
    (tmp_path / "training_options.json").touch()
    assert runs.is_run(tmp_path)
    assert not runs.is_run(tmp_path / "absent")


def test_options_come_back_from_their_file(tmp_path):
    runs.write_run(tmp_path, "figures", {"seeds": [1, 2], "text": "ψ"}, "images")
    content = {"kind": "figures", "command": "images", "spec": {"seeds": [1, 2], "text": "ψ"}}
    assert runs.read_run(tmp_path) == (content, "")
    runs.write_run(tmp_path, "train", {})
    assert runs.read_run(tmp_path) == ({"kind": "train", "spec": {}}, "")
    assert runs.read_run(tmp_path / "absent") == (None, "")


@pytest.mark.parametrize("content", [b"", b"[1, 2", b"spec: 1", b"\xff", b"a" * 70_000, b"spec: &a {b: *a}\n" * 2])
def test_a_damaged_file_says_so(tmp_path, content):
    (tmp_path / "run.yaml").write_bytes(content)
    (tmp_path / "status.json").write_bytes(content)
    assert runs.read_run(tmp_path) == (None, "run.yaml is damaged.")
    assert runs.read_json(tmp_path / "status.json") == (None, "status.json is damaged.")
