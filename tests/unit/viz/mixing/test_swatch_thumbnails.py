"""Thumbnails of swatches through a change of the network."""

from dataclasses import replace

from renderer.document.document import Document
from renderer.ipc.protocol import Latent, Network, RenderRequest
from tests.unit.viz.facts import NoThumbnails, new_facts
from viz.mixing.swatch_thumbnails import NOTHING, SwatchThumbnails
from viz.state.facts import Texture
from viz.state.scene import Scene

A, B = Network("/a.pkl"), Network("/b.pkl")
UV = (0.0, 0.0, 1.0, 1.0)


class Some(NoThumbnails):
    """Thumbnails of some networks, as textures whose ids are their seeds."""

    def __init__(self) -> None:
        self.drawn: set[Network] = set()
        self.asked: list[Network] = []

    def known(self, request: RenderRequest, size: int = 64):
        network = request.image.network
        return (Texture(int(request.image.latent.x), 64, 64), UV) if network in self.drawn else None

    def get(self, request: RenderRequest, size: int = 64, owner: str = ""):
        self.asked.append(request.image.network)
        return self.known(request, size)


def scene(network: Network) -> Scene:
    return replace(Scene(), document=Document(network=network))


def test_the_picture_of_the_network_before_stays_until_the_new_one_has_drawn_its_own():
    pictures, facts = SwatchThumbnails(), replace(new_facts(), thumbnails=(some := Some()))
    some.drawn.add(A)
    pictures.look(scene(A), False)
    assert pictures.picture(facts, Latent(7)) == (7, UV)
    assert pictures.drawn_by(Latent(7)) is None
    pictures.look(scene(B), False)
    some.asked.clear()
    assert pictures.picture(facts, Latent(7)) == (7, UV)
    assert pictures.drawn_by(Latent(7)) == A
    some.drawn.discard(A)  # it makes room for others
    assert pictures.picture(facts, Latent(7)) == NOTHING
    assert set(some.asked) == {B}, "the network before would be loaded again"
    some.drawn.add(B)
    assert pictures.picture(facts, Latent(7)) == (7, UV)
    assert pictures.drawn_by(Latent(7)) is None
