"""A new window removes what killed processes left in the folders that windows and runs write to."""

from dataclasses import replace

from foundation.process import identify
from viz.files.kept.tidying import tidy
from viz.state.settings import Settings


def test_parts_of_killed_processes_go_from_all_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_STATE", str(tmp_path / "state"))
    who = identify()
    gone = replace(who, pid_start_time=who.pid_start_time - 500).mark()
    places = [
        tmp_path / "config" / f".settings.yaml.{gone}-0-0123abcd.part",
        tmp_path / "captures" / f".number.png.{gone}-0-0123abcd.part",
        tmp_path / "state" / f".folders.txt.{gone}-0-0123abcd.part",
        tmp_path / "state" / "devices" / "here" / f".cpu.lease.{gone}-0-0123abcd.part",
        tmp_path / "runs" / f".film.{gone}-0-0123abcd.part",
        tmp_path / "runs" / "00003-run" / f".status.json.{gone}-7-0123abcd.part",
    ]
    alive = tmp_path / "runs" / "00003-run" / f".status.json.{who.mark()}-7-0123abcd.part"
    for path in (*places, alive):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    settings = Settings(capture_dir=str(tmp_path / "captures"), run_dirs=str(tmp_path / "runs"))
    assert tidy(tmp_path / "config", settings).close()
    assert not [path for path in places if path.exists()]
    assert alive.exists()
