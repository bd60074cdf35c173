"""Whatever a document holds, it is refused in a sentence, or can be drawn, saved, and opened again equal."""

import json
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.plain import to_plain
from renderer.document.recall import Recalled
from renderer.document.recipe import Recipe, RecipeError
from tests.hostile.documents.probe import again, draw
from tests.soak import times
from tests.unit.renderer.document.states import DOCUMENTS, states

EXTREME = st.sampled_from(
    [1e308, -1e308, 1e300, 1e-320, -0.0, 0, -1, 10**40, 2**63, 1e-9, True, None, "x", "\n", "x" * 2000, [], {}, [[]]]
)
ANY = EXTREME | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
_SLOW = settings(
    max_examples=times(60),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking whole documents takes minutes
)


def places(plain: Any) -> list[tuple[Any, Any]]:
    """Every list or map of plain values with each of its indices or names."""
    items = list(plain.items()) if isinstance(plain, dict) else list(enumerate(plain))
    below = [found for _, one in items if isinstance(one, dict | list) for found in places(one)]
    return [(plain, key) for key, _ in items] + below


@_SLOW
@given(DOCUMENTS, states(Recipe), st.data())
def test_any_change_of_a_document_is_refused_or_can_be_drawn_and_kept(document, made, data):
    plain = json.loads(json.dumps(to_plain(Recipe(document, made.display, made.at))))
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(places(plain)))
        holder[key] = data.draw(ANY)
    text, arrays, notes = json.dumps({"stylescope": "recipe", "version": 2, **plain}), ArrayStore(), []
    try:
        found = recipe.read(text, arrays, notes)
    except RecipeError as error:
        assert str(error).endswith(".")  # noqa: PT017
        assert len(str(error)) <= recipe.LONGEST_MESSAGE  # noqa: PT017
        return
    assert all(len(note) <= 300 and note.isprintable() for note in notes)
    recalled = Recalled(found.document, found.display, None, found.at)
    draw(recalled, arrays)
    again(recalled, arrays)
