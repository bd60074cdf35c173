"""Documents of every kind, for tests that write and read them."""

import dataclasses
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from foundation.interpolation import EASES, KINDS
from renderer.document.document import Document, View
from renderer.document.parts import ArrayRef, Latent, WBlend
from renderer.document.ranges import SMALLEST, Range, Text
from renderer.document.timeline import Key, Retiming, Timeline, Track, type_of

_TEXT = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=12)
_ANY_TEXT = st.text(max_size=12)
"""Also with characters that cannot be shown or encoded."""
_REFS = st.sampled_from([ArrayRef("0" * 64), ArrayRef("ab" * 32)])


def states(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Objects of a dataclass (or values of another hint), their fields drawn by their hints and bounds."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        bounds = next((one for one in args[1:] if isinstance(one, Range)), None)
        if bounds is not None:
            return _numbers(args[0], bounds)
        if any(isinstance(one, Text) and one.verbatim for one in args[1:]):
            return _ANY_TEXT
        return states(args[0], depth)
    if kind is ArrayRef:
        return _REFS
    if kind is Timeline:
        return _timelines()
    if origin in (Union, types.UnionType):
        kinds = [one for one in args if one is not WBlend or depth < 4]
        return st.one_of(*(states(one, depth) for one in kinds))
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple:
        if args[-1] is Ellipsis:
            return st.lists(states(args[0], depth), max_size=2).map(tuple)
        return st.tuples(*(states(one, depth) for one in args))
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        names = [field.name for field in dataclasses.fields(kind)]
        return st.builds(kind, **{name: states(hints[name], depth + 1) for name in names})
    plain = {
        bool: st.booleans(),
        str: _TEXT,
        type(None): st.none(),
    }
    return plain[kind]


def _numbers(kind: type, bounds: Range) -> st.SearchStrategy[Any]:
    if kind is int:
        return st.integers(int(bounds.low), int(bounds.high))
    return st.floats(bounds.low, bounds.high).map(_notable)


def _notable(number: float) -> float:
    return number if abs(number) >= SMALLEST else 0.0


@st.composite
def _tracks(draw: st.DrawFn, path: str) -> Track:
    moments = st.floats(0, 12).map(_notable)
    times = draw(st.lists(moments, unique_by=lambda at: round(at, 3), max_size=4).map(sorted))
    values = states(type_of(path, bounds=True), 3)
    keys = tuple(Key(at, draw(values), draw(st.sampled_from(EASES))) for at in times)
    return Track(path, keys, draw(st.sampled_from(KINDS)), draw(st.booleans()))


@st.composite
def _timelines(draw: st.DrawFn) -> Timeline:
    paths = draw(st.lists(st.sampled_from(PATHS), unique=True, max_size=3))
    shares = draw(st.lists(st.floats(0, 1).map(_notable), min_size=2, max_size=4).map(sorted))
    return Timeline(
        tuple(draw(_tracks(path)) for path in paths),
        draw(st.floats(0.5, 60)),
        draw(st.floats(1, 120)),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.none() | st.just(Retiming(tuple(shares), "abc"))),
        draw(st.booleans()),
    )


PATHS = (
    "latent",
    "mixing",
    "truncation",
    "truncation.psi",
    "truncation.cutoff",
    "noise",
    "noise.seed",
    "noise.mode",
    "transform.angle",
    "directions.smile",
    "styles.b8.conv0.118",
    "bends.b8.conv0.turn",
    "display.scale_db",
    "display.layer",
    "display.spectrum.on",
)

DOCUMENTS: st.SearchStrategy[Document] = st.deferred(lambda: states(Document))
VIEWS: st.SearchStrategy[View] = st.deferred(lambda: states(View))
SOURCES = states(Latent | WBlend)
