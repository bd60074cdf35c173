"""Thumbnails of single styles: of swatches, layer sources and the second style."""

from dataclasses import dataclass, field, replace

from imgui_bundle import imgui

from renderer.document.document import Document, request_for
from renderer.document.mixing import second_of
from renderer.ipc.protocol import Display, Latent, Mixing, Network, RenderRequest, Source
from viz.mixing.selection import ActiveSwatch
from viz.state.facts import Facts
from viz.state.recording import derived, untracked
from viz.state.scene import Scene

Picture = tuple[int, tuple[float, float, float, float]]
"""Texture and (u0, v0, u1, v1); texture 0 while not available."""
NOTHING: Picture = (0, (0.0, 0.0, 1.0, 1.0))
UNMIXED = Mixing()
MOST = 512
"""Maximum number of cached requests."""

Style = tuple[Source, Mixing, Network | None]
"""A style, with its own network if it has one."""


@dataclass
class SwatchThumbnails:
    """Cached requests for thumbnails of styles; lookups with the same objects are fast.

    A style is shown with the current network and truncation only, so that a swatch looks the same while noise,
    directions or transforms change. During motion and drags, the images are not updated.
    """

    base: RenderRequest = RenderRequest(0)
    """Shared part of all requests; cached parts that show thumbnails must read it."""
    _from: tuple[object, ...] = ()
    """Inputs of `base`."""
    _requests: dict[Style, RenderRequest] = field(default_factory=dict)
    _shown: dict[Style, RenderRequest] = field(default_factory=dict)
    """Last available request of each style, shown until the next one is available."""

    def look(self, scene: Scene, held: bool) -> None:
        """Update `base`. Call once a frame. `held`: a drag is active, whose changes are not followed yet."""
        document = scene.document
        made = (document.network, document.truncation, document.force_fp32, scene.settings.device)
        if self._from and all(new is old for new, old in zip(made, self._from, strict=True)):
            return  # common case, avoids comparing all numbers
        same = document.network == self.base.image.network and scene.settings.device == self.base.device
        if same and (held or scene.view.motion.playing):
            return
        plain = Document(document.network, truncation=document.truncation, force_fp32=document.force_fp32)
        base = request_for(plain, Display(), scene.settings.device, 0)
        if base == self.base:
            self._from = made
            return
        self.base, self._from = base, made
        self._requests.clear()

    def request(self, source: Source, mixing: Mixing = UNMIXED, network: Network | None = None) -> RenderRequest:
        """Return the request that shows a style on its own, by a network of its own if it has one."""
        found = self._requests.get((source, mixing, network))
        if found is None:
            if len(self._requests) >= MOST:
                self._requests.clear()
                self._shown.clear()
            image = replace(self.base.image, latent=source, mixing=mixing)
            found = replace(self.base, image=image if network is None else replace(image, network=network))
            self._requests[source, mixing, network] = found
        return found

    @untracked
    def picture(
        self, facts: Facts, source: Source, mixing: Mixing = UNMIXED, network: Network | None = None
    ) -> Picture:
        """Return the image of a style, its previous image, or texture 0."""
        request = self.request(source, mixing, network)
        found = facts.thumbnails.get(request, owner="swatches")
        if found:
            self._shown[source, mixing, network] = request
        elif (source, mixing, network) in self._shown:
            found = facts.thumbnails.known(self._shown[source, mixing, network])
        return (found[0].id, found[1]) if found else NOTHING

    @untracked
    def drawn_by(self, source: Source, mixing: Mixing = UNMIXED) -> Network | None:
        """Return the network that has drawn the image shown of a style, if it is another one than the present."""
        shown = self._shown.get((source, mixing, None))
        network = shown.image.network if shown is not None else self.base.image.network
        return None if network == self.base.image.network else network


@derived
def _base(scene: Scene, facts: Facts) -> RenderRequest:
    thumbnails = facts.scratch.get(SwatchThumbnails)
    thumbnails.look(scene, imgui.is_any_item_active())
    return thumbnails.base


def of(scene: Scene, facts: Facts) -> SwatchThumbnails:
    """Return the thumbnails of this frame."""
    _base(scene, facts)
    return facts.scratch.get(SwatchThumbnails)


@dataclass
class _Second:
    """The second style, rebuilt only on a change."""

    made_from: tuple[Source, float] | None = None
    style: Source = Latent()


def second(scene: Scene) -> float:
    """Return the seed that represents the second style; while it walks, the nearest integer, to limit renders."""
    x = scene.document.mixing.x
    return float(round(x)) if scene.view.motion.mixing else x


@derived
def pictured_second(scene: Scene, facts: Facts) -> Source:
    """Return the second style as displayed."""
    known, latent, x = facts.scratch.get(_Second), scene.document.latent, second(scene)
    if known.made_from is None or known.made_from[0] is not latent or known.made_from[1] != x:
        known.made_from, known.style = (latent, x), second_of(latent, Mixing(x))
    return known.style


def of_layer(scene: Scene, facts: Facts, source: Source | None) -> Picture:
    """Return the thumbnail of a layer's source; None: the second style."""
    return of(scene, facts).picture(facts, pictured_second(scene, facts) if source is None else source)


def drawn_by(scene: Scene, facts: Facts, swatch: ActiveSwatch) -> Network | None:
    """Return the network that has drawn a swatch's thumbnail, if it is another one than the present."""
    if swatch is not None and swatch.network is not None:
        return None
    source, mixing = (pictured_second(scene, facts), UNMIXED) if swatch is None else (swatch.latent, swatch.mixing)
    return of(scene, facts).drawn_by(source, mixing)


def of_swatch(scene: Scene, facts: Facts, swatch: ActiveSwatch) -> Picture:
    """Return the thumbnail of a swatch; None: the second style."""
    if swatch is None:
        return of_layer(scene, facts, None)
    return of(scene, facts).picture(facts, swatch.latent, swatch.mixing, swatch.network)
