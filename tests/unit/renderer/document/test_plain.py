"""Frozen state to plain values and back."""

import dataclasses
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from renderer.document import timeline as tl
from renderer.document.document import Camera, Document, Playback, View
from renderer.document.parts import (
    Display,
    Latent,
    LayerStyle,
    Mixing,
    Network,
    Noise,
    Spectrum,
    Transform,
    Truncation,
    WBlend,
)
from renderer.document.plain import DEEPEST, MOST_NOTES, PlainError, from_plain, to_plain
from renderer.document.plain_text import TextError, dump, parse
from renderer.document.ranges import Range
from renderer.document.recipe import Recipe
from renderer.document.session import Session
from tests.soak import times
from tests.unit.renderer.document.states import DOCUMENTS, VIEWS

T = TypeVar("T")


@dataclass(frozen=True)
class Key(Generic[T]):
    at: float
    value: T


@dataclass(frozen=True)
class Track:
    """A stand-in for what a timeline has: the type of its values follows from its path."""

    path: str = ""
    keys: tuple[Key[Any], ...] = ()

    @classmethod
    def plain_hints(cls, plain):
        kinds = {"latent": Latent | WBlend, "truncation.psi": float, "transform": Transform}
        kind = kinds.get(plain.get("path"))
        return {} if kind is None else {"keys": tuple[Key[kind], ...]}


_BIG = settings(
    max_examples=times(40),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking whole documents takes minutes
)


@_BIG
@given(DOCUMENTS)
def test_a_document_comes_back_as_it_was_through_json(document):
    notes: list[str] = []
    assert from_plain(Document, parse(dump(to_plain(document))), notes) == document
    assert notes == []


@_BIG
@given(VIEWS)
def test_a_view_comes_back_as_it_was(view):
    notes: list[str] = []
    assert from_plain(View, to_plain(view), notes) == view
    assert notes == []


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=times(150), deadline=None)
@given(st.data())
def test_junk_anywhere_leaves_defaults_and_notes_and_never_raises(data):
    plain = to_plain(Document(mixing=Mixing(layers=(LayerStyle(1, Latent(2.0)),))))
    part = data.draw(st.sampled_from(sorted(plain)))
    plain[part] = data.draw(_JUNK)
    notes: list[str] = []
    document = from_plain(Document, plain, notes)
    assert isinstance(document, Document)
    assert from_plain(Document, to_plain(document), []) == document


def test_a_bad_value_stays_at_its_default_and_is_named():
    plain = to_plain(Document(truncation=Truncation(0.5, 4)))
    plain["truncation"]["psi"] = "much"
    plain["noise"]["mode"] = "loud"
    plain["later"] = 1
    notes: list[str] = []
    document = from_plain(Document, plain, notes)
    assert document == Document(truncation=Truncation(1.0, 4))
    assert notes == [
        "truncation.psi: 'much' is not a number",
        "noise.mode: 'loud' is none of none, const, random",
        "later: is not known here",
    ]


def test_one_bad_layer_costs_that_layer_alone():
    plain = to_plain(Document(mixing=Mixing(layers=(LayerStyle(1), LayerStyle(2), LayerStyle(3)))))
    del plain["mixing"]["layers"][1]["ws"]
    notes: list[str] = []
    document = from_plain(Document, plain, notes)
    assert document.mixing.ws == (1, 3)
    assert notes == ["mixing.layers[1]: ws is missing"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, True])
def test_what_is_no_finite_number_is_no_number(value):
    notes: list[str] = []
    assert from_plain(Truncation, {"psi": value}, notes) == Truncation()
    assert len(notes) == 1


def test_whole_numbers_stand_for_floats_and_not_the_other_way_round():
    notes: list[str] = []
    assert from_plain(Latent, {"x": 3, "label": 2.5}, notes) == Latent(x=3.0)
    assert type(from_plain(Latent, {"x": 3}, []).x) is float
    assert notes == ["label: 2.5 is not a whole number"]


def test_a_choice_of_dataclasses_is_told_by_its_name():
    style = LayerStyle(0, WBlend(((Latent(1.0), 0.5), (WBlend(((Latent(2.0), 1.0),)), 0.5))))
    plain = to_plain(style)
    assert plain["source"]["is"] == "WBlend"
    assert from_plain(LayerStyle, plain, []) == style
    plain["source"]["is"] = "Magic"
    notes: list[str] = []
    assert from_plain(LayerStyle, plain, notes) == replace(style, source=None)
    assert notes == ["source: 'Magic' is not known here"]


def test_nesting_without_end_is_refused():
    plain = {"is": "Latent"}
    for _ in range(3 * DEEPEST):
        plain = {"is": "WBlend", "parts": [[plain, 1.0]]}
    notes: list[str] = []
    from_plain(LayerStyle, {"ws": 0, "source": plain}, notes)
    assert any("too many things within each other" in note for note in notes)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (Truncation, "psi", 1e300),
        (Truncation, "psi", -1e300),
        (Truncation, "cutoff", 10**30),
        (Truncation, "psis", [0.5] * 5000),
        (Latent, "x", 1e13),
        (Latent, "label", -1),
        (Noise, "seed", 2**64),
        (Spectrum, "range_db", 0),
        (Spectrum, "beta", 1e6),
        (Display, "channel", -1),
        (Display, "scale_db", 1e4),
        (Display, "layer", "x" * 1001),
        (Network, "source", "x" * 10_000),
        (Network, "source", {"bytes": "?"}),
        (Network, "source", {"bytes": "YQ==", "more": 1}),
        (Playback, "at", -1),
        (Camera, "zoom", 0),
    ],
)
def test_values_out_of_bounds_stay_at_their_defaults(kind, name, value):
    notes: list[str] = []
    assert from_plain(kind, {name: value}, notes) == kind()
    (note,) = notes
    assert note.startswith(name)
    assert len(note) <= 200


@pytest.mark.parametrize("number", [1e-320, -1e-320, 5e-101])
def test_numbers_next_to_nothing_are_nothing(number):
    assert from_plain(Truncation, {"psi": number}, []) == Truncation(0.0)


def test_every_number_of_the_state_has_bounds():
    unbounded = set()

    def visit(hint, where):
        if get_origin(hint) is Annotated and any(isinstance(one, Range) for one in get_args(hint)[1:]):
            return
        if hint in (int, float):
            unbounded.add(where)
        elif isinstance(hint, type) and dataclasses.is_dataclass(hint):
            if hint not in seen:
                seen.add(hint)
                for name, one in get_type_hints(hint, include_extras=True).items():
                    visit(one, f"{hint.__name__}.{name}")
        else:
            for one in get_args(hint):
                visit(one, where)

    seen = set()
    for root in (Recipe, Session, tl.Key):
        visit(root, "")
    assert unbounded == {"Timeline.seconds", "Timeline.fps"}  # they refuse other values themselves


def test_bounds_hold_for_keys_too():
    notes: list[str] = []
    plain = {
        "path": "truncation.psi",
        "keys": [{"at": 0, "value": 1e300}, {"at": 1e9, "value": 1}, {"at": 2, "value": 3}],
    }
    assert from_plain(tl.Track, plain, notes).keys == (tl.Key(2.0, 3.0),)
    assert len(notes) == 2
    plain = {"path": "directions.a", "keys": [{"at": 1, "value": 1}, {"at": 1 + 1e-12, "value": 1}]}
    with pytest.raises(PlainError, match="order"):
        from_plain(tl.Track, plain, [])
    with pytest.raises(PlainError, match="no parameter"):
        from_plain(tl.Track, {"path": "x" * 10**6, "keys": []}, [])


def test_a_document_with_too_much_wrong_is_refused():
    layers = [{"ws": "?"}] * (MOST_NOTES + 1)
    with pytest.raises(PlainError, match=f"more than {MOST_NOTES} of its values"):
        from_plain(Mixing, {"layers": layers}, [])


def test_names_lose_what_cannot_be_shown_and_file_names_nothing():
    assert from_plain(Display, {"layer": "b8\n\x1b[0m"}, []).layer == "b8 [0m"
    source = "/networks/\udcff\n.pkl"
    plain = to_plain(Network(source))
    assert from_plain(Network, parse(dump({"a": plain}))["a"], []) == Network(source)


def test_values_are_typed_by_the_path_beside_them():
    for track in (
        Track("latent", (Key(0.0, Latent(3.0)), Key(1.0, WBlend(((Latent(), 1.0),))))),
        Track("truncation.psi", (Key(0.5, 0.7),)),
        Track("transform", (Key(0.5, Transform(angle=3.0)),)),
    ):
        notes: list[str] = []
        assert from_plain(Track, parse(dump(to_plain(track))), notes) == track
        assert notes == []
    notes = []
    bad = {"path": "truncation.psi", "keys": [{"at": 0, "value": "x"}, {"at": 1, "value": 0.5}]}
    assert from_plain(Track, bad, notes).keys == (Key(1.0, 0.5),)
    assert notes == ["keys[0]: value: 'x' is not a number"]


def test_every_field_of_the_state_has_a_default():
    for kind in (Document, View):
        assert all(field.default is not dataclasses.MISSING for field in dataclasses.fields(kind))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &x [1]\nb: *x\n", "refers to its own parts"),
        ("[" * 5000, "too many things"),
        ("a: [1", "no valid YAML in line"),
        ("!!python/object/apply:os.system ['true']", "holds tags"),
        ('{"a": 1', "no valid JSON"),
        ('{"a":' + "[" * 5000, "too many things"),
        ('{"a":[' + "0," * 1_000_001, "more than 1000000 values"),
        ('{"a": NaN}', "no valid JSON"),
        ('{"a": "\\ud800"}', "no valid JSON"),
        ('{"a": ' + "9" * 6000 + "}", "no valid JSON"),
        ("a: \x00", "no valid YAML"),
    ],
)
def test_hostile_text_is_refused_with_a_reason(text, reason):
    with pytest.raises(TextError, match=reason):
        parse(text)
