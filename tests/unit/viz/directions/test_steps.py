"""Names of the steps that directions make."""

from dataclasses import replace

from renderer.document.document import Document
from renderer.document.parts import ArrayRef, Direction
from viz.state.step_names import step_name

ONE = Direction("Smile", ArrayRef("0" * 64), 0.0, 0, 7, sigma=2.0)


def step(**changes: object) -> str:
    return step_name(Document(directions=(ONE,)), Document(directions=(replace(ONE, **changes),)))


def test_steps_say_what_was_done():
    assert step_name(Document(), Document(directions=(ONE,))) == "Add Smile"
    assert step_name(Document(directions=(ONE,)), Document()) == "Remove Smile"
    assert step(strength=2.0) == "Smile +2 σ"
    assert step(strength=-0.35) == "Smile −0.35 σ"
    assert step(first=3) == "Layers of Smile"
    assert step(name="Grin") == "Name Grin"
    assert step(array=ArrayRef("1" * 64), strength=-1.0) == "Turn Smile around"
