"""Documents of every kind, for tests that write and read them."""

import dataclasses
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from renderer.document import Document, View
from renderer.parts import ArrayRef, Latent, WBlend

_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
_REFS = st.sampled_from([ArrayRef("0" * 64), ArrayRef("ab" * 32)])


def states(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Objects of a dataclass (or values of another hint), their fields drawn by their hints."""
    origin, args = get_origin(kind), get_args(kind)
    if kind is ArrayRef:
        return _REFS
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
        hints = get_type_hints(kind)
        names = [field.name for field in dataclasses.fields(kind)]
        return st.builds(kind, **{name: states(hints[name], depth + 1) for name in names})
    plain = {
        float: st.floats(allow_nan=False, allow_infinity=False),
        int: st.integers(-(2**40), 2**40),
        bool: st.booleans(),
        str: _TEXT,
        type(None): st.none(),
    }
    return plain[kind]


DOCUMENTS: st.SearchStrategy[Document] = st.deferred(lambda: states(Document))
VIEWS: st.SearchStrategy[View] = st.deferred(lambda: states(View))
SOURCES = states(Latent | WBlend)
