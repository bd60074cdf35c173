import os
from pathlib import Path

import pytest

from foundation.bundled import RECORDED_RUNS
from tests.unit.viz.facts import new_facts
from training_launcher import registry
from viz.runs.data import RUN_FILES, RunFiles
from viz.runs.menu import actions
from viz.state.facts import Services, Snapshot
from viz.state.settings import Settings
from viz.state.snapshots import current, nearest, newest_kimg, run_folders, snapshots_of


def make(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def kimgs(source: Path | str) -> list[float]:
    return [snapshot.kimg for snapshot in snapshots_of(str(source))]


def test_a_run_folder_lists_its_networks_by_kimg(tmp_path: Path) -> None:
    run = make(
        tmp_path / "00007-run",
        "network-snapshot-000200.pkl",
        "network-snapshot-000040.safetensors",
        "network-snapshot-001240.pkl",
        "fakes000200.png",
        "network-final.pkl",
        "training_options.json",
        "network-snapshot-000080.pkl.tmp",
    )
    found = snapshots_of(str(run))
    assert [s.kimg for s in found] == [40, 200, 1240]
    assert found[1] == Snapshot(200.0, str(run / "network-snapshot-000200.pkl"), str(run / "fakes000200.png"))
    assert found[0].fakes == ""
    assert newest_kimg(str(run)) == 1240


def test_a_file_of_a_run_finds_its_siblings_and_any_other_file_does_not(tmp_path: Path) -> None:
    run = make(tmp_path / "run", "network-snapshot-000000.pkl", "network-snapshot-000004.pkl", "ffhq.pkl")
    assert kimgs(run / "network-snapshot-000000.pkl") == [0, 4]
    assert kimgs(run / "ffhq.pkl") == []


def test_the_safe_format_wins_where_both_hold_one_snapshot(tmp_path: Path) -> None:
    run = make(tmp_path / "run", "network-snapshot-000004.pkl", "network-snapshot-000004.safetensors")
    (only,) = snapshots_of(str(run))
    assert only.path.endswith(".safetensors")


def test_the_first_grid_of_the_official_loop_belongs_to_kimg_0(tmp_path: Path) -> None:
    run = make(tmp_path / "run", "network-snapshot-000000.pkl", "fakes_init.png")
    assert snapshots_of(str(run))[0].fakes == str(run / "fakes_init.png")


@pytest.mark.parametrize("source", ["", "https://example.org/network-snapshot-000004.pkl", "/no/such/folder"])
def test_what_is_no_folder_has_no_snapshots(source: str) -> None:
    assert snapshots_of(source) == ()


def test_a_new_snapshot_is_seen_and_an_old_folder_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(tmp_path / "run", "network-snapshot-000004.pkl")
    assert kimgs(run) == [4]
    make(run, "network-snapshot-000008.pkl")
    assert kimgs(run) == [4, 8]
    os.utime(run, (1_000_000, 1_000_000))
    assert kimgs(run) == [4, 8]
    reads = []
    scan = os.scandir
    monkeypatch.setattr("viz.state.snapshots.os.scandir", lambda path: reads.append(path) or scan(path))
    assert kimgs(run) == [4, 8]
    assert reads == []
    make(run, "network-snapshot-000012.pkl")
    assert kimgs(run) == [4, 8, 12]
    assert reads


def test_current_and_nearest(tmp_path: Path) -> None:
    run = make(tmp_path / "run", *(f"network-snapshot-{kimg:06d}.pkl" for kimg in (0, 40, 100)))
    found = snapshots_of(str(run))
    assert current(found, str(run)) == 2
    assert current(found, found[1].path) == 1
    assert [nearest(found, kimg) for kimg in (-5, 19, 20, 21, 69, 71, 1e9)] == [0, 0, 0, 1, 1, 2, 2]
    with pytest.raises(ValueError, match="without snapshots"):
        current((), "x")


def test_the_trainings_of_the_demo_networks_are_listed_and_cannot_be_trashed():
    folders = run_folders(Settings(), "")
    assert folders[-1] == str(RECORDED_RUNS)
    runs = registry.scan([folders[-1]])
    assert len(runs) == 2
    services = Services()
    services.add(RUN_FILES, RunFiles(lambda: None))
    for run in runs:
        assert run.kind == "train"
        assert "trash" not in [id_ for id_, *_ in actions(new_facts(services=services), run)]
    assert run_folders(Settings(run_dirs="/mine"), "") == ("/mine",)
