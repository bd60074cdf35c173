"""Contracts of the window's state: scratch is private to one file, interaction and actions are frozen values."""

import ast
import dataclasses
from pathlib import Path

import viz
from viz.state.interaction import Interaction
from viz.state.scene import Scene

ROOT = Path(viz.__file__).parent
MODULES = {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.rglob("*.py"))}


def scratch_classes(tree: ast.Module) -> set[str]:
    """Expressions passed to `....scratch.get(...)`."""
    return {
        ast.unparse(call.args[0])
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "get"
        and ast.unparse(call.func.value).split(".")[-1] == "scratch"
    }


def classes(tree: ast.Module) -> list[ast.ClassDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def test_each_class_in_scratch_is_used_only_by_the_file_that_defines_it():
    used = {path: scratch_classes(tree) for path, tree in MODULES.items()}
    assert sum(map(len, used.values())) > 20, "the search finds what there is"
    used.pop(Path("state/recording.py"))  # reads what cached parts have read
    for path, names in used.items():
        assert names <= {node.name for node in classes(MODULES[path])}, f"{path} uses a scratch class of another file"


def test_interaction_is_frozen_through_and_through():
    for field in dataclasses.fields(Interaction):
        value = getattr(Interaction(), field.name)
        assert value is None or type(value).__dataclass_params__.frozen, field.name


def test_an_equal_interaction_leaves_the_very_same_scene():
    scene = Scene()
    assert scene.interacting(drag=Interaction().drag, grid=Interaction().grid) is scene


def test_actions_are_frozen_and_have_their_handlers_beside_them():
    actions = {
        node.name: (path.parts[0], node)
        for path, tree in MODULES.items()
        for node in classes(tree)
        if any(ast.unparse(base) == "Action" for base in node.bases)
    }
    assert len(actions) > 30, "the search finds what there is"
    for name, (room, node) in actions.items():
        assert [ast.unparse(one) for one in node.decorator_list] == ["dataclass(frozen=True)"], name
        handlers = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
        assert handlers & {"change", "run"} or name == "ShowDialog", name  # the table of dialogs carries that out
        assert room != "shell", f"{name} belongs to the room of its subject"


WINDOW = {
    ("gl/upload.py", "current"),
    ("state/keyframes.py", "under"),
    ("state/recording.py", "current"),
    ("ui/draw_cache.py", "current"),
    ("ui/theme.py", "current"),
}
"""Objects that modules share because all drawing code reads them; the app clears them when a window opens, or they
hold nothing of a window between frames."""


def test_no_other_module_keeps_an_object_of_a_window():
    own = {node.name for tree in MODULES.values() for node in classes(tree)}
    found = {
        (path.as_posix(), ast.unparse(target))
        for path, tree in MODULES.items()
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in own
        for target in node.targets
        if not ast.unparse(target).isupper()  # constants
    }
    assert found == WINDOW, "what belongs to a window goes into the scene, scratch or services"
