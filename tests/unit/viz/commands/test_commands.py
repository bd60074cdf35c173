"""The table of commands: keys, menus and their effect on the scene."""

import random
from dataclasses import replace

import pytest

from renderer.document.document import Camera, Document, Motion, View
from renderer.fake.engine import model_info
from renderer.ipc.protocol import Latent, Network, Truncation
from tests.unit.viz.facts import new_facts
from viz.commands import keys
from viz.commands.palette import matches
from viz.commands.table import commands
from viz.files.actions import OpenNetwork, SavePicture
from viz.history.actions import Redo, Undo
from viz.shell.app_bar import MENUS, window_title
from viz.state.facts import Facts, Texture
from viz.state.scene import Scene, ShowDialog
from viz.state.settings import Settings, fitting, scale_problem, shown_scale

TABLE = {command.id: command for command in commands(random.Random(7))}
FACTS = new_facts()
SHOWN = replace(FACTS, picture=Texture(1, 64, 64), model=model_info(Network(), "StyleGAN3-T", 64))
SCENE = Scene()


def run(name: str, scene: Scene = SCENE, facts: Facts = SHOWN) -> Scene:
    return TABLE[name].run(scene, facts)


def test_no_chord_does_two_things():
    for place in {command.place for command in TABLE.values()}:
        chords = [keys.chord(one) for command in TABLE.values() if command.place is place for one in command.keys]
        assert len(chords) == len(set(chords))


def test_views_with_keys_of_their_own_are_never_shown_together():
    places = {command.place for command in TABLE.values() if command.place is not None}
    view = replace(Scene().view, sorting=True, gallery=replace(Scene().view.gallery, on=True))
    assert sum(place(replace(Scene(), view=view)) for place in places) == 1


def test_every_command_is_in_a_menu_or_a_palette_and_says_what_it_does():
    for command in TABLE.values():
        assert command.group in (*MENUS, "Tools", "Timeline", "Seeds")
        assert command.name
        assert command.help or command.id in ("larger", "smaller", "scale-1")


@pytest.mark.parametrize(
    ("keys_", "name"),
    [
        ("Ctrl+Z", "undo"), ("Ctrl+Shift+Z", "redo"), ("Ctrl+Y", "redo"), ("Ctrl+O", "open"),
        ("Ctrl+S", "save-picture"),
        ("Ctrl+1", "workspace-explore"), ("Ctrl+2", "workspace-mix"), ("Ctrl+3", "workspace-analyse"),
        ("Ctrl+4", "workspace-train"), ("F", "fit"), ("0", "actual-size"), ("1", "tool-walk"), ("2", "tool-transform"),
        ("3", "tool-inspect"), ("R", "random-seed"), ("N", "snap"), ("Space", "play"), ("Tab", "hide-panels"),
        ("Ctrl++", "larger"), ("Ctrl+−", "smaller"), ("Ctrl+0", "scale-1"), ("Ctrl+K", "commands"),
    ],
)  # fmt: skip
def test_the_keys_of_the_design(keys_, name):
    assert keys_ in TABLE[name].keys


def test_chords_are_parsed_and_unknown_keys_refused():
    from imgui_bundle import imgui

    assert keys.chord("Ctrl+Shift+Z") == imgui.Key.mod_ctrl | imgui.Key.mod_shift | imgui.Key.z
    assert keys.chord("Ctrl++") == imgui.Key.mod_ctrl | imgui.Key.equal
    assert keys.chord("0") == imgui.Key._0
    with pytest.raises(ValueError, match="no key is named 'Q1'"):
        keys.chord("Ctrl+Q1")


def test_asks():
    assert run("undo").actions == (Undo(),)
    assert run("redo").actions == (Redo(),)
    assert run("save-picture").actions == (SavePicture(),)
    assert run("open").actions == (ShowDialog("browse-network"),)
    assert run("network-demo").actions == (OpenNetwork(""),)


def test_some_commands_need_something():
    assert not TABLE["undo"].available(SCENE, SHOWN)
    assert TABLE["undo"].available(SCENE, replace(SHOWN, undo="ψ 0.62"))
    assert not TABLE["save-picture"].available(SCENE, FACTS)
    assert TABLE["save-picture"].available(SCENE, SHOWN)
    assert TABLE["tool-transform"].available(SCENE, SHOWN)
    noisy = replace(SHOWN, model=model_info(Network(), "StyleGAN2", 64))
    assert not TABLE["tool-transform"].available(SCENE, noisy)


def test_random_seeds_come_from_the_given_chance():
    def seeds(chance: int) -> list[float]:
        table = {command.id: command for command in commands(random.Random(chance))}
        return [table["random-seed"].run(SCENE, SHOWN).document.latent.x for _ in range(5)]

    assert seeds(1) == seeds(1) != seeds(2)
    assert all(seed.is_integer() and 0 <= seed < 1e5 for seed in seeds(1))


def test_snap_goes_to_the_nearest_whole_seed():
    scene = replace(SCENE, document=Document(latent=Latent(x=12.6, y=-0.4, blend="z")))
    assert run("snap", scene).document.latent == Latent(x=13.0, y=0.0, blend="z")


def test_play_starts_the_walk_and_stops_everything():
    walking = run("play")
    assert walking.view.motion.latent
    turning = replace(SCENE, view=View(motion=Motion(turn=True, noise=True)))
    assert not run("play", turning).view.motion.playing


def test_reset_keeps_the_network_and_what_is_not_part_of_the_document():
    document = Document(network=Network("x.pkl", 3), latent=Latent(x=4), truncation=Truncation(0.2))
    scene = replace(SCENE, document=document, view=View(workspace="mix", motion=Motion(turn=True)))
    after = run("reset", scene)
    assert after.document == Document(network=Network("x.pkl", 3))
    assert after.view.workspace == "mix"
    assert not after.view.motion.playing


def test_reload_reads_the_same_source_again():
    scene = replace(SCENE, document=Document(network=Network("x.pkl", 3)))
    assert run("reload", scene).document.network == Network("x.pkl", 4)


def test_workspaces_show_hidden_panels_again_and_leave_the_document():
    hidden = replace(SCENE, view=View(panels_hidden=True))
    after = run("workspace-analyse", hidden)
    assert (after.view.workspace, after.view.panels_hidden) == ("analyse", False)
    assert after.document is hidden.document


def test_scale_has_ends_and_comes_back_to_100_per_cent():
    scene, hall = SCENE, new_facts(room=(3840.0, 2160.0))
    for _ in range(30):
        scene = run("larger", scene, hall)
    assert scene.settings.scale == 3.0
    seen = set()
    for _ in range(40):
        scene = run("smaller", scene)
        seen.add(scene.settings.scale)
    assert scene.settings.scale == 0.75
    assert 1.0 in seen
    assert run("scale-1", scene).settings.scale == 1.0


def test_no_scale_leaves_less_than_a_window_needs():
    small, scene = new_facts(room=(1280.0, 720.0)), SCENE
    for _ in range(30):
        scene = run("larger", scene, small) if TABLE["larger"].available(scene, small) else scene
    assert scene.settings.scale == 1.25
    assert not TABLE["larger"].available(scene, small)
    elsewhere = replace(SCENE, settings=Settings(scale=3.0))
    assert shown_scale(elsewhere.settings.scale, small.room) == 1.25
    assert scale_problem(3.0, small.room) == "300 % needs a window of at least 2880 x 1620"
    assert run("smaller", elsewhere, small).settings.scale == 1.1
    assert fitting((300.0, 200.0)) == (0.75,)


def test_fit_and_one_to_one():
    scene = replace(SCENE, view=View(camera=Camera(4.0, 0.2, 0.7)))
    assert run("fit", scene).view.camera == Camera()
    assert run("actual-size", scene).view.camera == Camera(1.0, 0.2, 0.7)


def test_the_palette_finds_commands_by_any_words_and_best_first():
    assert matches("undo", TABLE)[0].id == "undo"
    assert matches("pix insp", TABLE)[0].id == "tool-inspect"
    assert {command.id for command in matches("save", TABLE)} >= {"save-picture", "save-window"}
    assert matches("zzz", TABLE) == []
    assert len(matches("", TABLE)) == len(TABLE)


def test_the_palette_offers_first_what_can_be_done_now():
    found = matches("start", TABLE)
    assert (found[0].id, "drag-run" in [one.id for one in found[1:]]) == ("start", True)
    without = matches("start", TABLE, lambda command: command.id != "start")
    assert without[-1].id == "start"
    assert matches("", TABLE, lambda command: False) == [*TABLE.values()]


def test_quit_and_settings_end_their_menus_and_others_follow_their_like():
    for menu, last in (("File", "quit"), ("Edit", "settings")):
        assert [one.id for one in TABLE.values() if one.group == menu][-1] == last
    files = [one.id for one in TABLE.values() if one.group == "File"]
    assert files.index("save-grid") == files.index("save-picture") + 1
    assert files.index("add-direction") == files.index("save-latent") + 1


def test_the_title_names_session_and_network():
    assert window_title("", "Demo network") == "Demo network – StyleScope"
    assert window_title("/a/work.stylescope", "/runs/00001/net.pkl") == "work.stylescope – net.pkl – StyleScope"
