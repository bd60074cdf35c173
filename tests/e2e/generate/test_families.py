"""Each family of networks: every row of the Generator panel works, or is greyed and its tooltip says why."""

from dataclasses import dataclass

import numpy as np
import pytest

from tests.e2e.driver import Driver, drive
from tests.e2e.left import centre
from tests.fixtures_path import fixtures
from viz.state.params import get, put
from viz.state.scene import Scene
from viz.ui.widgets import paint, spots

pytestmark = pytest.mark.window
TALL = (1280, 1240)


@dataclass(frozen=True)
class Row:
    """A control and what it changes.

    Attributes:
        item: The control's id in the panel.
        path: Path of the changed field.
        typed: Text to type into it; empty to click it.
        shows: True if the image must change with it.
    """

    item: str
    path: str
    typed: str = ""
    shows: bool = True


LATENT = (
    Row("Seed/##value", "document.latent.x", "12"),
    Row("##random", "document.latent.x"),
    Row("pad/##x", "document.latent.x", "4.5"),
    Row("pad/##y", "document.latent.y", "1.5"),
    Row("##snap", "document.latent.x"),
    Row("##playWalk", "view.motion.latent", shows=False),
    Row("Walk speed/##number", "view.motion.latent_speed", "2", shows=False),
)
BLEND = (
    Row("blend/##0", "document.latent.blend", shows=False),
    Row("blend/##2", "document.latent.blend", shows=False),
)
CLASSES = (Row("##Class", "document.latent.label"), Row("##Second class", "document.latent.label_b", shows=False))
TRUNCATION = (
    Row("ψ/##number", "document.truncation.psi", "0.4"),
    Row("Layers/##number", "document.truncation.cutoff", "3"),
)
NOISE = (
    Row("noise/Strength/##number", "document.noise.strength", "2"),
    Row("noise/mode/##2", "document.noise.mode"),
    Row("noise/Seed/##value", "document.noise.seed", "9"),
    Row("noise/##random", "document.noise.seed"),
    Row("noise/##playAnimate", "view.motion.noise", shows=False),
    Row("noise/Noise speed/##number", "view.motion.noise_speed", "30", shows=False),
    Row("noise/mode/##0", "document.noise.mode"),
    Row("noise/mode/##1", "document.noise.mode"),
)
TRANSFORM = (
    Row("Translate x/##number", "document.transform.x", "0.2"),
    Row("Translate y/##number", "document.transform.y", "0.15"),
    Row("Rotate/##number", "document.transform.angle", "40"),
    Row("##Whole pixels", "document.transform.whole_pixels", shows=False),
    Row("##Untransform", "view.display.untransform"),
    Row("##playOrbit", "view.motion.orbit", shows=False),
    Row("Orbit speed/##number", "view.motion.orbit_speed", "1", shows=False),
    Row("Orbit size/##number", "view.motion.orbit_radius", "0.2", shows=False),
    Row("##playTurn", "view.motion.turn", shows=False),
    Row("Turn speed/##number", "view.motion.turn_speed", "50", shows=False),
)
SECTIONS = {
    "latent": LATENT + BLEND,
    "classes": CLASSES,
    "truncation": TRUNCATION,
    "noise": NOISE,
    "transform": TRANSFORM,
}

FAMILIES = {
    "sg1_tf_64": ("StyleGAN1", {"latent", "truncation", "noise"}),
    "sg2_tf_64": ("StyleGAN2", {"latent", "truncation", "noise"}),
    "sg2_64": ("StyleGAN2", {"latent", "truncation", "noise"}),
    "sg2ada_cond_32": ("StyleGAN2", {"latent", "classes", "truncation", "noise"}),
    "sg3t_64": ("StyleGAN3-T", {"latent", "truncation", "transform"}),
    "sg3r_64": ("StyleGAN3-R", {"latent", "truncation", "transform"}),
}
"""Of each network: its family and the sections that work."""

REASONS = {"noise": "adds no noise", "transform": "Only a StyleGAN3's input can be moved", "classes": "has no classes"}
WHEN_UNABLE = {"noise": NOISE[:2], "transform": (TRANSFORM[0], TRANSFORM[3], TRANSFORM[5]), "classes": CLASSES[:1]}
"""Rows to try in a greyed section: those that are greyed for no other reason."""


def use(d: Driver, row: Row) -> None:
    """Change the row's value, as a user would."""
    item = f"//Generator/{row.item}"
    before, shown = get(d.scene, row.path), d.picture()
    if row.item.endswith("lass"):
        d.click(item)
        d.click("**/##pick 2")
    elif row.typed:
        d.type_into(item, row.typed)
    else:
        d.click(item)
    assert get(d.scene, row.path) != before, f"{row.item} changes nothing"
    if row.item.startswith(("##play", "noise/##play")):
        d.click(item)
    d.wait_frame()
    assert d.facts.failure is None
    if row.shows:
        assert not np.array_equal(d.picture(), shown), f"the picture does not follow {row.item}"


def refuse(d: Driver, row: Row, reason: str, tips: list[str]) -> None:
    """Try the row, which is greyed, and read its tooltip."""
    before = get(d.scene, row.path)
    tips.clear()
    d.ctx.mouse_move_to_pos(_vec(centre(d, f"//Generator/{row.item}")))
    d.wait_for(lambda: any(reason in text for text in tips), what=f"the reason why {row.item} is greyed")
    d.drag([centre(d, f"//Generator/{row.item}")])
    assert get(d.scene, row.path) == before, f"{row.item} is greyed, but answers"


def _vec(point: tuple[float, float]):
    from imgui_bundle import imgui

    return imgui.ImVec2(*point)


@pytest.fixture
def tips(monkeypatch) -> list[str]:
    """The lines of the tooltips that were shown."""
    shown: list[str] = []
    label = paint.label

    def noted(text: str, *args, **kwargs) -> None:
        shown.append(text)
        label(text, *args, **kwargs)

    monkeypatch.setattr(paint, "label", noted)
    return shown


def between_seeds(scene: Scene) -> Scene:
    """Return the scene halfway between two seeds, where blending has an effect."""
    return put(scene, "document.latent.x", 3.5)


WORKING = [(case, name) for case, (_, able) in FAMILIES.items() for name in SECTIONS if name in able]


@pytest.mark.parametrize(("case", "name"), WORKING)
def test_every_row_of_every_family_works(case, name, lent):
    def steps(d: Driver) -> None:
        d.wait_frame()
        assert d.facts.model.family == FAMILIES[case][0]
        for row in SECTIONS[name]:
            use(d, row)

    drive(steps, network=str(fixtures() / case / "net.pkl"), renderer=lent, size=TALL, scene=between_seeds)


@pytest.mark.parametrize("case", FAMILIES)
def test_greyed_rows_say_why(case, lent, tips):
    unable = [name for name in SECTIONS if name not in FAMILIES[case][1]]

    def steps(d: Driver) -> None:
        d.wait_frame()
        for name in unable:
            for row in WHEN_UNABLE[name]:
                refuse(d, row, REASONS[name], tips)

    drive(steps, network=str(fixtures() / case / "net.pkl"), renderer=lent, size=TALL)


def test_these_are_all_rows(lent):
    """A control that is added to the panel must be added above."""
    network = str(fixtures() / "sg2ada_cond_32" / "net.pkl")
    places: dict[str, spots.Rect] = {}
    rows = {row.item for section in SECTIONS.values() for row in section}
    # A slider's two parts are one control. The others change nothing by themselves, or have tests of their own.
    known = {item.removesuffix("/##number").rpartition("/")[2].replace("##", "") for item in rows}
    others = {
        "Network file",
        "browse",
        "seeds",
        "pad",
        "value",
        "caret-left",
        "caret-right",
        "psis",
        "deviation",
        "realisations",
    }

    def steps(d: Driver) -> None:
        d.wait_frame()
        spots.watch(places)
        d.frames(3)
        spots.unwatch()

    drive(steps, network=network, renderer=lent, size=TALL)
    names = {name.removeprefix("Generator/") for name in places if name.startswith("Generator/")}
    assert "ψ" in names, "nothing was watched"
    kinds = ("section", "reset", "blend ", "condition ", "mode ", "key", "noise ", "psi ", "Add a direction")
    assert {name for name in names - known - others if not name.startswith(kinds)} == set()
