"""Thumbnails of single styles: of swatches, layer sources and the second style."""

from dataclasses import dataclass, field, replace

from imgui_bundle import imgui

from renderer.document.document import Document, request_for
from renderer.document.mixing import second_of
from renderer.ipc.protocol import Display, Latent, Mixing, RenderRequest, Source
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

Style = tuple[Source, Mixing]


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
        if not same:
            self._shown.clear()
        self.base, self._from = base, made
        self._requests.clear()

    def request(self, source: Source, mixing: Mixing = UNMIXED) -> RenderRequest:
        """Return the request that shows a style on its own."""
        found = self._requests.get((source, mixing))
        if found is None:
            if len(self._requests) >= MOST:
                self._requests.clear()
                self._shown.clear()
            found = replace(self.base, image=replace(self.base.image, latent=source, mixing=mixing))
            self._requests[source, mixing] = found
        return found

    @untracked
    def picture(self, facts: Facts, source: Source, mixing: Mixing = UNMIXED) -> Picture:
        """Return the image of a style, its previous image, or texture 0."""
        request = self.request(source, mixing)
        found = facts.thumbnails.get(request)
        if found:
            self._shown[source, mixing] = request
        elif (source, mixing) in self._shown:
            found = facts.thumbnails.get(self._shown[source, mixing])
        return (found[0].id, found[1]) if found else NOTHING


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


def of_swatch(scene: Scene, facts: Facts, swatch: ActiveSwatch) -> Picture:
    """Return the thumbnail of a swatch; None: the second style."""
    if swatch is None:
        return of_layer(scene, facts, None)
    return of(scene, facts).picture(facts, swatch.latent, swatch.mixing)
