"""Adding networks, comparing them, and making one of them the document's own."""

from dataclasses import dataclass, replace
from pathlib import Path

from foundation.network_files import newest_of
from renderer.document.document import Document
from renderer.ipc.protocol import Network, Weights
from viz.networks.cells import MOST, titled
from viz.state.scene import Action, Scene, Window
from viz.state.snapshots import snapshots_of


@dataclass(frozen=True)
class AddNetwork(Action):
    """Put a network beside the document's own: a path, a URL, or the newest network of a run folder."""

    source: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with it."""
        network = Network(newest_of(self.source)[0] or self.source)
        document = with_networks(scene.document, (network,))
        if document is scene.document:
            window.say("That network is here already.")
        return replace(scene, document=document)


@dataclass(frozen=True)
class CompareNetworks(Action):
    """Put networks beside the document's own, as one step, and show their comparison."""

    sources: tuple[str, ...]

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with all of them."""
        networks = tuple(Network(newest_of(one)[0] or one) for one in self.sources)
        document = with_networks(scene.document, networks)
        if document is not scene.document:
            window.steps.step = "Add network" if len(networks) == 1 else f"Add {len(networks)} networks"
        view = replace(scene.view, networks=replace(scene.view.networks, on=True), grid=False, sorting=False)
        if len(document.networks) >= MOST:
            window.say(f"{MOST} networks are compared at once; the others stay on the shelf.")
        return replace(scene, document=document, view=view)


@dataclass(frozen=True)
class CompareSnapshots(Action):
    """Compare snapshots of the run of the open network, `every` so many of them."""

    every: int

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the snapshots, as many as there are cells."""
        own = scene.document.network.source
        paths = every_nth([one.path for one in snapshots_of(own)], self.every, own)
        if not paths:
            window.say("The open network has no other snapshots beside it.")
            return scene
        return CompareNetworks(paths).change(scene, window)


@dataclass(frozen=True)
class UseAsBase(Action):
    """Make a network of the document its own; the one before takes its place."""

    network: Network

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the networks exchanged, as one step."""
        document = scene.document
        if self.network == document.network:
            return scene
        window.steps.step = f"Base: {titled(self.network)[0]}"
        return replace(scene, document=based_on(document, self.network))


def based_on(document: Document, network: Network) -> Document:
    """Return the document with another network as its own; shares of layers, which were counted from it, go."""
    networks = tuple(document.network if one == network else one for one in document.networks)
    if document.network not in networks:
        networks = (*networks, document.network)
    return replace(document, network=network, networks=networks, weights=Weights())


def with_networks(document: Document, networks: tuple[Network, ...]) -> Document:
    """Return the document with more networks; the same one if it has all of them."""
    new = [one for one in dict.fromkeys(networks) if one != document.network and one not in document.networks]
    return replace(document, networks=(*document.networks, *new)) if new else document


def every_nth(paths: list[str], every: int, own: str) -> tuple[str, ...]:
    """Return every so many of some snapshots but the present one, at most as many as there are cells beside it.

    The last one is among them, and those before it are counted from it.
    """
    if not paths:
        return ()
    chosen = paths[::-1][:: max(every, 1)]
    here = Path(own).name
    return tuple(one for one in chosen if Path(one).name != here)[: MOST - 1][::-1]
