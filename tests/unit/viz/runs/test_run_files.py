"""Following runs on a thread: reports match the files, and nothing is read while nothing is wanted."""

import json
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.waiting import wait_for
from viz.runs import data
from viz.runs.data import RunFiles
from viz.runs.follower import Follower
from viz.runs.listing import EMPTY, Listings
from viz.ui.plot_series import CurveRequest

LOSS = "Loss/G/loss"


def stats(kimg: float) -> str:
    row = {LOSS: kimg * 2, "Progress/augment": kimg / 100, "Progress/kimg": kimg}
    return json.dumps({name: {"num": 1, "mean": value, "std": 0} for name, value in row.items()}) + "\n"


def metric(kimg: int, value: float) -> str:
    line = {"results": {"fid50k": value}, "metric": "fid50k", "snapshot_pkl": f"network-snapshot-{kimg:06d}.pkl"}
    return json.dumps(line) + "\n"


@pytest.fixture
def run(tmp_path) -> Path:
    folder = tmp_path / "00000-run"
    folder.mkdir()
    (folder / "stats.jsonl").write_text("".join(stats(k) for k in range(10)))
    (folder / "log.txt").write_text("first\n\x1b[31mred\x1b[0m\n10 %\r20 %\nunfinished")
    (folder / "metric-fid50k.jsonl").write_text(metric(0, 90.0) + metric(4, 30.5))
    for name in ("fakes_init.png", "fakes000004.png", "fakes000008.png", "reals.png", "network-snapshot-000004.pkl"):
        (folder / name).touch()
    return folder


@pytest.fixture
def files():
    made = RunFiles(lambda: None)
    yield made
    made.close()


def test_all_of_a_run_is_told(run, files):
    folder, wish = str(run), CurveRequest(str(run), LOSS)
    fid = CurveRequest(folder, "fid50k", metric=True)
    files.want((folder,), (wish, fid), (folder,))
    wait_for(lambda: files.ready(wish) and files.record(folder).metrics and files.curve(fid))
    told, listing = files.record(folder), files.listing(folder)
    assert told.stats == (LOSS, "Progress/augment")
    assert told.newest[LOSS] == 18
    assert told.results == {"fid50k": ((0, 90), (4, 30.5))}
    assert told.log.lines == ("first", "red", "20 %", "unfinished")
    assert told.share == 1
    assert np.array_equal(files.curve(wish).y, np.arange(10) * 2.0)
    assert np.array_equal(files.curve(fid).x, [0, 4])
    assert [grid.kimg for grid in listing.grids] == [0, 4, 8]
    assert listing.reals.endswith("reals.png")
    assert listing.snapshot_at(8).kimg == 4
    assert listing.snapshot_at(0) is None


def test_what_is_appended_comes_and_what_rests_stays_the_same_object(run, files, monkeypatch):
    monkeypatch.setattr(data, "PERIOD_S", 0.02)
    folder, wish = str(run), CurveRequest(str(run), LOSS)
    files.want((folder,), (wish,), (folder,))
    wait_for(lambda: files.ready(wish) and files.record(folder).metrics)
    told, curve, rounds = files.record(folder), files.curve(wish), files.rounds
    wait_for(lambda: files.rounds > rounds + 3)
    assert files.record(folder) is told
    assert files.curve(wish) is curve
    with open(run / "stats.jsonl", "a") as file:
        file.write(stats(10))
    wait_for(lambda: files.curve(wish).newest == 20)
    assert files.record(folder).log is told.log


def test_a_run_that_was_resumed_loses_what_was_cut(run, files, monkeypatch):
    monkeypatch.setattr(data, "PERIOD_S", 0.02)
    folder, wish = str(run), CurveRequest(str(run), LOSS)
    files.want((folder,), (wish,), ())
    wait_for(lambda: files.ready(wish))
    fresh = run / "stats.part"
    fresh.write_text("".join(stats(k) for k in range(5)))
    fresh.replace(run / "stats.jsonl")
    wait_for(lambda: files.curve(wish).newest == 8)
    assert len(files.curve(wish).x) == 5


def test_nothing_is_looked_at_once_nobody_wants_anything(run, files, monkeypatch):
    monkeypatch.setattr(data, "PERIOD_S", 0.01)
    monkeypatch.setattr(data, "ABANDONED_S", 0.1)

    def looked_at(beyond: int) -> bool:
        files.want((str(run),), (), ())
        return files.rounds > beyond

    def at_rest() -> bool:
        before = files.rounds
        time.sleep(0.2)
        return files.rounds == before

    wait_for(lambda: looked_at(3))
    wait_for(at_rest)
    rounds = files.rounds
    wait_for(lambda: looked_at(rounds))


def test_closing_ends_the_thread(run):
    files = RunFiles(lambda: None)
    files.want((str(run),), (), ())
    files.close()
    assert all(thread.name != "run files" for thread in threading.enumerate())


def test_of_a_long_file_there_is_a_curve_before_it_is_read(tmp_path):
    (tmp_path / "stats.jsonl").write_text("".join(stats(k) for k in range(20_000)))
    follower, wish = Follower(str(tmp_path)), CurveRequest(str(tmp_path), LOSS)
    kimg, values = follower.column(wish)
    assert (kimg[0], kimg[-1]) == (0, 19_999)
    assert len(kimg) < 1000
    assert list(values) == [2 * one for one in kimg]
    assert follower.record().share == 0
    while follower.look(100_000)[1]:
        assert 0 < follower.record().share < 1
    assert follower.record().share == 1
    assert len(follower.column(wish)[0]) == 20_000


@pytest.mark.parametrize("junk", [b"", b"\x00\xff" * 5000, b'{"Progress/kimg"', b"[]\n7\n"])
def test_damaged_files_tell_nothing_and_raise_nothing(tmp_path, junk):
    for name in ("stats.jsonl", "log.txt", "metric-fid50k.jsonl"):
        (tmp_path / name).write_bytes(junk)
    follower = Follower(str(tmp_path))
    follower.metrics((str(tmp_path / "metric-fid50k.jsonl"),))
    while follower.look(1000)[1]:
        pass
    assert follower.record().stats == ()
    assert follower.record().metrics == ()
    assert follower.column(CurveRequest(str(tmp_path), LOSS)) is None


def test_a_folder_that_is_gone_is_empty(tmp_path):
    listings = Listings()
    assert listings.of(str(tmp_path / "absent")) is EMPTY
    first = listings.of(str(tmp_path))
    (tmp_path / "fakes000000.png").touch()
    assert listings.of(str(tmp_path)) != first
    assert listings.of(str(tmp_path)) is listings.of(str(tmp_path))
