"""Recordings of reads, and watched objects."""

import ast
import collections.abc
import importlib
import inspect
import pickle
import pkgutil
from dataclasses import dataclass, field, fields, is_dataclass, replace
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
import pytest

import renderer.document
import renderer.fake
import renderer.ipc
import viz
from renderer.document.document import Document
from renderer.ipc.protocol import Latent, Truncation
from tests.unit.viz.facts import new_facts
from viz.state import recording
from viz.state.facts import JobStatus, Scratch
from viz.state.params import put
from viz.state.recording import derived, untracked
from viz.state.scene import Scene


@dataclass
class Note:
    text: str = ""
    marks: dict[str, int] = field(default_factory=dict)


@pytest.fixture
def facts():
    return new_facts()


def record(scene, facts, read):
    with recording.current.recording(scene, facts) as reads:
        read(scene, facts)
    return reads


def test_only_what_was_read_counts(facts):
    scene = Scene()
    reads = record(scene, facts, lambda s, f: (s.document.truncation.psi, f.undo))
    assert reads.names() == {"scene.document.truncation", "facts.undo"}
    assert reads.unchanged(put(scene, "document.latent.x", 3.0), replace(facts, redo="Latent"))
    assert not reads.unchanged(put(scene, "document.truncation.psi", 0.1), facts)
    assert not reads.unchanged(scene, replace(facts, undo="Latent"))
    assert reads.changed(put(scene, "document.truncation.psi", 0.1), facts) == ["scene.document.truncation"]


def test_results_that_hold_arrays_are_compared_without_error(facts):
    held = {"status": JobStatus(1, 2, np.zeros((3, 3)))}

    @derived
    def measured(scene, facts):
        return held["status"], held["status"].result

    reads, scene = record(Scene(), facts, measured), Scene()
    assert reads.unchanged(scene, facts)
    assert reads.changed(scene, facts) == []
    for shape in ((3, 3), (2,), (1,), (0,), ()):
        held["status"] = JobStatus(1, 2, np.zeros(shape))
        assert not reads.unchanged(scene, facts)
        assert len(reads.changed(scene, facts)) == 1
        assert not recording.same(np.zeros((3, 3)), held["status"].result)


def arrays_in(hint: object) -> bool:
    """Return True if values of this type are or contain arrays."""
    origin = get_origin(hint) or hint
    if isinstance(origin, type) and issubclass(origin, np.ndarray):
        return True
    return origin is not collections.abc.Callable and any(map(arrays_in, get_args(hint)))


def imported_for_types(module: ModuleType) -> dict[str, Any]:
    """Names that a module imports for type checkers only."""
    names: dict[str, Any] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            exec(compile(ast.Module(node.body, []), module.__name__, "exec"), names)  # our own imports
    return names


def test_no_class_of_the_window_compares_arrays():
    wrong, seen = [], 0
    for package in (viz, renderer.document, renderer.ipc, renderer.fake):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            imported = importlib.import_module(module.name)
            for kind in [*vars(imported).values()]:
                if not isinstance(kind, type) or not is_dataclass(kind) or kind.__module__ != module.name:
                    continue
                hints = get_type_hints(kind, localns=imported_for_types(imported))
                holders = [one.name for one in fields(kind) if one.compare and arrays_in(hints[one.name])]
                seen += bool(holders)
                if holders and kind.__eq__ is not object.__eq__:
                    wrong.append(f"{kind.__name__}.{holders[0]}")
    assert wrong == []
    assert seen >= 5


def test_equal_values_of_another_object_are_no_change(facts):
    scene = Scene(document=Document(truncation=Truncation(0.5)))
    reads = record(scene, facts, lambda s, f: s.document.truncation)
    assert reads.unchanged(Scene(document=Document(truncation=Truncation(0.5))), facts)


@pytest.mark.parametrize(
    "read",
    [
        lambda s: s.document is None,
        lambda s: (s.document.noise, s.document is None),
        lambda s: s.document == Document(),
        lambda s: hash(s.document),
        lambda s: replace(s.document, shelf=()),
    ],
)
def test_a_document_that_is_used_as_a_whole_counts_as_a_whole(facts, read):
    scene = Scene()
    reads = record(scene, facts, lambda s, f: read(s))
    assert not reads.unchanged(put(scene, "document.latent.x", 3.0), facts)


def test_one_object_in_two_places_counts_in_both(facts):
    shared = Document(latent=Latent(x=2.0))
    scene = put(Scene(document=shared), "view.compare.b", shared)
    reads = record(scene, facts, lambda s, f: (s.document.noise, s.view.compare.b.latent))
    assert not reads.unchanged(put(scene, "view.compare.b", Document()), facts)


def test_watched_objects_stay_the_same_and_are_released(facts):
    scene = Scene()
    document = scene.document

    def read(s, f):
        assert s.document is document
        assert isinstance(s, Scene)
        assert s.document.__class__ is Document
        assert s.document == Document()
        assert Document() == s.document
        assert type(replace(s.document, shelf=())) is Document
        raise RuntimeError

    with pytest.raises(RuntimeError):
        record(scene, facts, read)
    assert type(scene) is Scene
    assert type(document) is Document
    assert type(facts.scratch) is Scratch
    assert pickle.loads(pickle.dumps(document)) == document
    assert not recording.current.active


def test_scratch_objects_are_followed_by_attribute(facts):
    note = facts.scratch.get(Note)
    reads = record(Scene(), facts, lambda s, f: (f.scratch.get(Note).text, f.scratch.get(Note).marks))
    assert reads.names() == {"Note.text", "Note.marks"}
    assert reads.unchanged(Scene(), facts)
    note.marks["a"] = 1
    assert not reads.unchanged(Scene(), facts)
    note.marks.clear()
    assert reads.unchanged(Scene(), facts)
    note.text = "other"
    assert not reads.unchanged(Scene(), facts)


def test_what_is_written_while_drawing_is_noticed_once(facts):
    def read(s, f):
        f.scratch.get(Note).text = f.scratch.get(Note).text or "made"

    assert not record(Scene(), facts, read).unchanged(Scene(), facts)
    assert record(Scene(), facts, read).unchanged(Scene(), facts)


@derived
def half(scene):
    return scene.document.latent.x // 2


@untracked
def quietly(scene):
    return scene.document.latent.x


def test_derived_values_count_instead_of_what_they_are_made_from(facts):
    scene = Scene()
    reads = record(scene, facts, lambda s, f: (half(s), quietly(s)))
    assert reads.names() == {f"{__name__}.half()"}
    assert reads.unchanged(put(scene, "document.latent.x", 1.0), facts)
    assert not reads.unchanged(put(scene, "document.latent.x", 2.0), facts)


def test_recordings_nest(facts):
    scene = Scene()
    with recording.current.recording(scene, facts) as outer:
        assert scene.view.tool
        with recording.current.recording(scene, facts) as inner:
            assert scene.document.noise
        assert scene.settings.device
    assert inner.names() == {"scene.document.noise"}
    assert outer.names() == {"scene.view.tool", "scene.document.noise", "scene.settings.device"}


@pytest.mark.parametrize("name", ["now", "jobs", "pixels", "performance"])
def test_what_differs_in_every_frame_marks_the_part(facts, name):
    assert record(Scene(), facts, lambda s, f: getattr(f, name)).volatile
