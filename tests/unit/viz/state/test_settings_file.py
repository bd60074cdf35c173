"""Settings files: saved fields, and damaged files."""

from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.waiting import wait_for
from viz.state.settings import Settings, config_dir
from viz.state.settings_file import FILE, RECENT, RETRY_S, SAVE_AFTER_S, SettingsWriter, load, opened, save, without

OTHER = Settings(
    scheme="light",
    scale=1.5,
    device="cpu",
    frame_limit=0,
    vsync=False,
    drafts=False,
    capture_dir="/pictures/ψ",
    browse_dir="/networks",
    recent=("a.pkl", "https://x/b.pkl"),
    followed="/runs/00007-stylegan2",
    run_dirs="/runs:/more",
)


def test_what_is_saved_is_loaded(tmp_path):
    save(tmp_path / "new", OTHER)
    assert load(tmp_path / "new") == (OTHER, "")
    assert [path.name for path in (tmp_path / "new").iterdir()] == [FILE]  # nothing half written is left


def test_without_a_file_there_are_defaults_and_nothing_to_say(tmp_path):
    assert load(tmp_path) == (Settings(), "")


@pytest.mark.parametrize("content", [b"scale: [1", b"\xff\xfe\x00", b"- a\n- b", b"scale", b"\tscale: 1"])
def test_a_damaged_file_gives_defaults_and_a_sentence(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    settings, problem = load(tmp_path)
    assert settings == Settings()
    assert str(tmp_path / FILE) in problem
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scale", "large"),
        ("scale", float("nan")),
        ("scale", True),
        ("scheme", "pink"),
        ("vsync", 1),
        ("recent", "a.pkl"),
        ("recent", [1]),
        ("device", 3),
        ("frame_limit", None),
    ],
)
def test_one_bad_value_costs_only_itself(tmp_path, name, value):
    (tmp_path / FILE).write_text(yaml.safe_dump({"capture_dir": "/kept", name: value}))
    settings, problem = load(tmp_path)
    assert settings == Settings(capture_dir="/kept")
    assert name in problem


def test_unknown_keys_are_left_out_and_numbers_kept_within_their_range(tmp_path):
    (tmp_path / FILE).write_text("scale: 900\nframe_limit: -3\nflavour: mint\n")
    assert load(tmp_path) == (Settings(scale=3.0, frame_limit=0), "")


@given(st.lists(st.sampled_from([f"{i}.pkl" for i in range(20)]), max_size=40))
def test_recent_networks_are_unique_newest_first_and_few(sources):
    settings = Settings()
    for source in sources:
        settings = opened(settings, source)
    assert len(set(settings.recent)) == len(settings.recent) <= RECENT
    expected = list(dict.fromkeys(reversed(sources)))[:RECENT]
    assert list(settings.recent) == expected
    assert opened(settings, "") is settings  # the demo network is always at hand


def test_what_the_command_line_sets_is_not_kept_but_what_the_user_changes_then_is():
    kept, overrides = Settings(device="cuda", capture_dir="/home"), {"device": "cpu", "capture_dir": "/tmp"}
    session = replace(kept, **overrides)
    assert without(session, overrides, kept) == kept
    assert without(replace(session, capture_dir="/new", scale=2.0), overrides, kept) == replace(
        kept, capture_dir="/new", scale=2.0
    )


def test_settings_are_written_once_they_have_stopped_changing(tmp_path):
    writer = SettingsWriter(tmp_path, Settings(), {}, Settings())
    first, second = Settings(scale=1.1), Settings(scale=1.2)
    assert writer.look(first, 10.0) == ""
    assert writer.look(second, 10.5) == ""
    assert writer.look(second, 10.5 + SAVE_AFTER_S - 0.01) == ""
    assert not (tmp_path / FILE).exists()
    assert writer.look(second, 10.5 + SAVE_AFTER_S) == ""
    wait_for(lambda: load(tmp_path)[0] == second)
    assert writer.close() == ""
    assert load(tmp_path)[0] == second


def test_what_is_not_written_yet_is_written_at_the_end(tmp_path):
    writer = SettingsWriter(tmp_path, Settings(), {}, Settings())
    assert writer.look(Settings(scale=1.5), 10.0) == ""
    assert writer.close() == ""
    assert load(tmp_path)[0] == Settings(scale=1.5)


def test_a_folder_that_cannot_be_written_gives_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    writer = SettingsWriter(tmp_path / "file", Settings(), {}, Settings())
    changed = Settings(scale=2.0)
    writer.look(changed, 0.0)
    messages: list[str] = []
    wait_for(lambda: messages.append(writer.look(changed, 10.0)) or any(messages))
    assert "cannot be kept" in max(messages)
    assert writer.look(changed, 20.0) == ""  # said once
    assert writer.close() == ""


def test_settings_that_could_not_be_written_are_written_once_there_is_room(tmp_path):
    folder = tmp_path / "file"
    folder.write_text("")
    writer = SettingsWriter(folder, Settings(), {}, Settings())
    changed = Settings(scale=2.0)
    writer.look(changed, 0.0)
    messages: list[str] = []
    wait_for(lambda: messages.append(writer.look(changed, 10.0)) or any(messages))
    folder.unlink()
    assert writer.look(changed, 10.0 + RETRY_S) == ""
    wait_for(lambda: (folder / FILE).exists())
    assert load(folder)[0] == changed
    folder.joinpath(FILE).unlink()
    assert writer.close() == ""
    assert not (folder / FILE).exists(), "nothing was left to be written"


def test_the_configuration_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("STYLESCOPE_CONFIG_DIR", str(tmp_path))
    assert config_dir() == tmp_path
    monkeypatch.delenv("STYLESCOPE_CONFIG_DIR")
    assert config_dir().name == "stylescope"
