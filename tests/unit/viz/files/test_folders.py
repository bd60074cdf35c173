import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.waiting import PATIENCE
from viz.files.browse_list import move
from viz.files.folder_listing import (
    Entry,
    FolderError,
    Reading,
    arrange,
    date_text,
    first_folder,
    natural,
    places,
    read_folder,
    size_text,
)
from viz.state.settings import Settings


def fill(folder: Path) -> Path:
    for name in ("run 10", "run 2", ".cache", "00007-run"):
        (folder / name).mkdir(parents=True)
    for name, size in (("b.pkl", 10), ("A.safetensors", 30), ("c.PKL", 20), ("readme.txt", 5), (".d.pkl", 1)):
        (folder / name).write_bytes(b"x" * size)
    (folder / "00007-run" / "network-snapshot-000400.pkl").write_bytes(b"")
    return folder


def names(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.name for entry in entries]


def test_a_folder_shows_folders_and_networks_only(tmp_path: Path) -> None:
    found = read_folder(str(fill(tmp_path)))
    assert set(names(found)) == {"run 10", "run 2", ".cache", "00007-run", "b.pkl", "A.safetensors", "c.PKL", ".d.pkl"}
    network = next(entry for entry in found if entry.name == "b.pkl")
    assert (network.kind, network.size, network.path) == ("network", 10, str(tmp_path / "b.pkl"))
    assert abs(network.modified - time.time()) < 60


def test_sorting_filtering_and_hidden_files(tmp_path: Path) -> None:
    found = read_folder(str(fill(tmp_path)))
    assert names(arrange(found)) == ["00007-run", "run 2", "run 10", "A.safetensors", "b.pkl", "c.PKL"]
    by_size = arrange(found, order="size", descending=True)
    assert names(by_size)[3:] == ["A.safetensors", "c.PKL", "b.pkl"]
    assert names(arrange(found, descending=True))[:3] == ["run 10", "run 2", "00007-run"]
    assert names(arrange(found, find="PKL")) == ["b.pkl", "c.PKL"]
    assert ".d.pkl" in names(arrange(found, hidden=True))
    assert names(arrange(found, find=".d")) == [".d.pkl"]
    assert all(entry.kind == "folder" for entry in arrange(found, only_folders=True))


def test_newest_first(tmp_path: Path) -> None:
    for age, name in ((3, "old.pkl"), (1, "new.pkl"), (2, "mid.pkl")):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    found = read_folder(str(tmp_path))
    assert names(arrange(found, order="modified", descending=True)) == ["new.pkl", "mid.pkl", "old.pkl"]


def test_natural_order_never_compares_numbers_with_letters() -> None:
    ordered = ["2", "10", "10a", "a2", "A10", "b", "²"]
    assert sorted(["b", "²", "A10", "10a", "a2", "10", "2"], key=natural) == ordered


def test_a_folder_that_cannot_be_shown_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FolderError, match="There is no folder"):
        read_folder(str(tmp_path / "missing"))
    (tmp_path / "file.pkl").write_bytes(b"")
    with pytest.raises(FolderError, match="is a file"):
        read_folder(str(tmp_path / "file.pkl"))

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("viz.files.folder_listing.os.scandir", refuse)
    reading = Reading(str(tmp_path))
    assert reading.wait(PATIENCE)
    assert reading.problem == "You have no right to look into this folder. Go up, or ask its owner."
    assert reading.entries == ()


def test_runs_are_found_in_the_background_and_the_window_is_woken(tmp_path: Path) -> None:
    woken = threading.Semaphore(0)
    reading = Reading(str(fill(tmp_path)), woken.release)
    assert woken.acquire(timeout=PATIENCE)
    assert reading.ready
    assert woken.acquire(timeout=PATIENCE)
    assert reading.runs == {str(tmp_path / "00007-run"): 400.0}
    assert reading.own_kimg is None
    inside = Reading(str(tmp_path / "00007-run"))
    assert inside.wait(PATIENCE)
    assert inside.own_kimg == 400


def test_ten_thousand_entries_are_arranged() -> None:
    entries = tuple(Entry(f"net {i * 7919 % 10_000}.pkl", f"/n/{i}", "network", i) for i in range(10_000))
    shown = arrange(entries, find="9")
    assert shown[0].name == "net 9.pkl"
    assert len(shown) == 3439


def test_moving_through_the_list_stops_at_its_ends() -> None:
    shown = tuple(Entry(name, f"/{name}", "network") for name in "abc")
    assert move(shown, "", 1) == "/a"
    assert move(shown, "", -1) == "/c"
    assert move(shown, "/a", 1) == "/b"
    assert move(shown, "/b", 9) == "/c"
    assert move(shown, "/b", -9) == "/a"
    assert move((), "/b", 1) == ""


def test_bookmarks_are_home_the_browsing_folder_and_where_networks_came_from() -> None:
    settings = Settings(
        browse_dir="/data", recent=("/nets/a.pkl", "https://example.org/x.pkl", "/nets/b.pkl", "/runs/00007-run")
    )
    found = places(settings, "/home/ann")
    assert [path for _, _, path in found][:4] == ["/home/ann", "/data", "/nets", "/runs"]
    assert [name for _, name, _ in found][:4] == ["Home", "data", "nets", "runs"]


def test_browsing_begins_where_it_is_most_likely_wanted(tmp_path: Path) -> None:
    nets, home = tmp_path / "nets", tmp_path / "home"
    nets.mkdir()
    home.mkdir()
    settings = Settings(recent=(str(nets / "a.pkl"),))
    assert first_folder(settings, "", str(home)) == str(nets)
    assert first_folder(replace(settings, browse_dir=str(home)), str(nets / "b.pkl"), "/") == str(home)
    assert first_folder(Settings(), "https://example.org/x.pkl", str(home)) == str(home)
    assert first_folder(Settings(browse_dir="/no/such"), "", str(home)) == str(home)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (88_816, "88.8 kB"),
        (364_000_000, "364 MB"),
        (1_000_000, "1.0 MB"),
        (999_960, "1.0 MB"),
    ],
)
def test_sizes_read_as_in_file_managers(size: int, text: str) -> None:
    assert size_text(size) == text


def test_dates() -> None:
    assert date_text(0) == ""
    assert date_text(1e300) == ""
    assert date_text(time.mktime((2026, 11, 22, 17, 50, 0, 0, 0, -1))) == "2026-11-22 17:50"
