"""Small pictures of styles on their own: of swatches, of what layers take, of the second style."""

from dataclasses import dataclass, field, replace

from imgui_bundle import imgui

from renderer.document.document import Document, request_for
from renderer.document.mixing import second_of
from renderer.ipc.protocol import Display, Latent, Mixing, RenderRequest, Source
from viz.mixing.selection import Hand
from viz.state.facts import Facts
from viz.state.recording import derived, untracked
from viz.state.scene import Scene

Picture = tuple[int, tuple[float, float, float, float]]
"""Texture and (u0, v0, u1, v1); texture 0 while it is not there."""
NOTHING: Picture = (0, (0.0, 0.0, 1.0, 1.0))
UNMIXED = Mixing()
MOST = 512
"""Styles whose requests are kept."""

Style = tuple[Source, Mixing]


@dataclass
class Likenesses:
    """Requests for the pictures of styles, kept in `Facts.scratch`: asking with the same objects is quick.

    A style is shown by the present network and truncation alone, so that a swatch looks the same while noise,
    directions or transforms change. While something moves or is held, the pictures stay as they were.
    """

    base: RenderRequest = RenderRequest(0)
    """What all of them share; part of what a kept part must read that shows any."""
    _from: tuple[object, ...] = ()
    """What `base` was made from."""
    _requests: dict[Style, RenderRequest] = field(default_factory=dict)
    _shown: dict[Style, RenderRequest] = field(default_factory=dict)
    """The newest picture that was there, shown until the next one is."""

    def look(self, scene: Scene, held: bool) -> None:
        """Call once a frame. `held`: the hand holds something, so what it changes is not followed yet."""
        document = scene.document
        made = (document.network, document.truncation, document.force_fp32, scene.settings.device)
        if self._from and all(new is old for new, old in zip(made, self._from, strict=True)):
            return  # the usual answer, without comparing every number
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
        """What shows a style on its own."""
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
        """The picture of a style, or the one that it had before, or nothing yet."""
        request = self.request(source, mixing)
        found = facts.thumbnails.get(request)
        if found:
            self._shown[source, mixing] = request
        elif (source, mixing) in self._shown:
            found = facts.thumbnails.get(self._shown[source, mixing])
        return (found[0].id, found[1]) if found else NOTHING


@derived
def _base(scene: Scene, facts: Facts) -> RenderRequest:
    likenesses = facts.scratch.get(Likenesses)
    likenesses.look(scene, imgui.is_any_item_active())
    return likenesses.base


def of(scene: Scene, facts: Facts) -> Likenesses:
    """The likenesses, as they are to be seen in this frame."""
    _base(scene, facts)
    return facts.scratch.get(Likenesses)


@dataclass
class _Second:
    """The second style, made anew only when it is another one; kept in `Facts.scratch`."""

    made_from: tuple[Source, float] | None = None
    style: Source = Latent()


def second(scene: Scene) -> float:
    """The seed by which the second style is pictured. While it walks: the nearest whole one, so few are rendered."""
    x = scene.document.mixing.x
    return float(round(x)) if scene.view.motion.mixing else x


@derived
def pictured_second(scene: Scene, facts: Facts) -> Source:
    """The second style as it is pictured."""
    known, latent, x = facts.scratch.get(_Second), scene.document.latent, second(scene)
    if known.made_from is None or known.made_from[0] is not latent or known.made_from[1] != x:
        known.made_from, known.style = (latent, x), second_of(latent, Mixing(x))
    return known.style


def of_layer(scene: Scene, facts: Facts, source: Source | None) -> Picture:
    """The picture of what a layer takes; None: the second style."""
    return of(scene, facts).picture(facts, pictured_second(scene, facts) if source is None else source)


def of_hand(scene: Scene, facts: Facts, hand: Hand) -> Picture:
    """The picture of what is in the hand; None: the second style."""
    return of_layer(scene, facts, None) if hand is None else of(scene, facts).picture(facts, hand.latent, hand.mixing)
