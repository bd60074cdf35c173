"""The newest network of a folder, whatever the names, and files that are not written whole."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from foundation.network_files import is_whole, newest_first, newest_network, newest_whole

WHOLE = b"\x80\x02}."


def put(folder: Path, *names: str, content: bytes = WHOLE) -> None:
    """Write files, each a second younger than the one before."""
    for index, name in enumerate(names):
        (folder / name).write_bytes(content)
        os.utime(folder / name, (1_700_000_000 + index, 1_700_000_000 + index))


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        (
            ("network-snapshot-000200.pkl", "network-snapshot-000100.pkl", "best_model.pkl"),
            "network-snapshot-000200.pkl",
        ),
        (("network-snapshot.pkl",), "network-snapshot.pkl"),
        (("network-snapshot.pkl", "best_model.pkl"), "best_model.pkl"),
        (("best_model.pkl", "network-snapshot.pkl"), "network-snapshot.pkl"),
        (("snapshot-0100.pkl", "snapshot-0090.pkl", "snapshot-0080.pkl"), "snapshot-0100.pkl"),
        (("000100.pt", "000090.pt"), "000100.pt"),
        (("cars.pth", "faces.safetensors", "dogs.ckpt"), "dogs.ckpt"),
        (("net.pkl", "training-state.pt", "g_optim.pt", "log.txt", ".hidden.pkl"), "net.pkl"),
    ],
)
def test_newest(tmp_path, names, newest):
    put(tmp_path, *names)
    assert newest_first(tmp_path)[0].name == newest
    assert newest_network(str(tmp_path)) == str(tmp_path / newest)


def test_folders_without_networks(tmp_path):
    put(tmp_path, "log.txt", "fakes.png")
    assert newest_network(str(tmp_path)) == ""
    assert newest_network(str(tmp_path / "absent")) == ""
    assert newest_network("") == ""
    assert newest_network("https://example.com/net.pkl") == ""


def files() -> dict[str, bytes]:
    new, old = io.BytesIO(), io.BytesIO()
    torch.save({"w": torch.zeros(3)}, new)
    torch.save({"w": torch.zeros(3)}, old, _use_new_zipfile_serialization=False)
    return {
        "net.pkl": b"\x80\x04" + b"N" * 100 + b".",
        "net.pt": new.getvalue(),
        "old.pt": old.getvalue(),
        "net.safetensors": save({"w": np.zeros(300, np.float32)}),
    }


@pytest.mark.parametrize("name", ["net.pkl", "net.pt", "net.safetensors"])
def test_half_written_files_are_passed_over(tmp_path, name):
    content = files()[name]
    put(tmp_path, "network-snapshot-000100.pkl")
    half = tmp_path / f"network-snapshot-000200{Path(name).suffix.replace('.pt', '.pkl')}"
    half.write_bytes(content[: len(content) // 2])
    assert not is_whole(half)
    found = newest_whole(tmp_path)
    assert found == (tmp_path / "network-snapshot-000100.pkl", (half,))
    half.write_bytes(content)
    assert is_whole(half)
    assert newest_whole(tmp_path) == (half, ())


def test_where_none_is_whole_the_newest_says_what_is_wrong(tmp_path):
    put(tmp_path, "network-snapshot-000100.pkl", "network-snapshot-000200.pkl", content=b"\x80\x02")
    assert newest_whole(tmp_path) == (tmp_path / "network-snapshot-000200.pkl", ())


@pytest.mark.parametrize("name", ["net.pkl", "net.pt", "old.pt", "net.safetensors"])
def test_whole_files(tmp_path, name):
    (tmp_path / name).write_bytes(files()[name])
    assert is_whole(tmp_path / name)
    (tmp_path / name).write_bytes(b"")
    assert not is_whole(tmp_path / name)
