"""Documents that name a bundled network of another installation."""

import pytest

from foundation import bundled
from renderer.document import recipe, session
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View
from renderer.document.network_files import Pins, sources_in, with_sources
from renderer.document.parts import Latent, Network
from renderer.document.session import Session

ELSEWHERE = "/elsewhere/share/stylescope/assets/avatars-64.safetensors"
DOCUMENT = Document(Network(ELSEWHERE), Latent(3.0), networks=(Network("/elsewhere/assets/none.safetensors"),))


def test_a_session_opens_with_the_network_that_is_here(tmp_path):
    arrays = ArrayStore()
    arrays.networks.opened(ELSEWHERE, "a" * 64)
    session.save(tmp_path / "one.stylescope", Session(DOCUMENT, View()), arrays)
    fresh = ArrayStore()
    document = session.load(tmp_path / "one.stylescope", fresh, []).document
    assert document.network == Network(str(bundled.AVATARS))
    assert document.networks == DOCUMENT.networks, "a file that no installation has"
    assert [one.source for one in fresh.networks.pins(document).networks] == [str(bundled.AVATARS)]


def test_a_recipe_too():
    arrays = ArrayStore()
    made = recipe.Recipe(DOCUMENT)
    assert recipe.read(recipe.write(made, arrays), ArrayStore(), []).document.network.source == str(bundled.AVATARS)


@pytest.mark.parametrize("source", ["", "relative/assets/avatars-64.safetensors", "/elsewhere/other/demo.safetensors"])
def test_other_sources_stay(source):
    assert bundled.moved(source) == source


def test_without_a_change_it_is_the_same_object():
    document = Document(Network("/a.pkl"), shelf=())
    assert with_sources(document, lambda source: source) is document
    changed = with_sources(document, str.upper)
    assert [*sources_in(changed)] == ["/A.PKL"]
    assert with_sources(Pins(), str.upper) == Pins()
