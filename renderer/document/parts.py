"""Parameters of an image: frozen, hashable, standard library only.

`ImageState` is their one declaration, with the bounds of every value: the Document extends it, and every request
contains it. The timeline, recipes and sessions follow its fields by reflection; `renderer.engine.keys` says which
stage reads which.
"""

import math
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Annotated, Any, Literal, Self

from foundation.specs.formats import BendKind
from renderer.document import ranges
from renderer.document.ranges import Angle, Count, Factor, FilePath, Index, Label, Offset, Place, Seed, Sha256, Share

Blend = Literal["z", "w", "arc"]
NoiseMode = Literal["none", "const", "random"]
Channels = Literal["rgb", "one"]


@dataclass(frozen=True)
class Network:
    """The generator that renders."""

    source: FilePath = ""
    """Path, URL or run folder; empty for the demo network."""
    reload: Annotated[int, ranges.Range(0, 2**31 - 1)] = 0
    """Incremented to read the same source again."""
    raw: bool = False
    """True for G, the generator as trained, instead of its moving average G_ema, of files that hold both."""


@dataclass(frozen=True)
class ArrayRef:
    """An array, named by its content: sent to the renderer once, and saved beside a session."""

    sha256: Sha256


@dataclass(frozen=True)
class Array:
    """An array that requests name by `ref`; sent once to each renderer, before the first request naming it."""

    ref: ArrayRef
    dtype: str
    shape: tuple[int, ...]
    data: bytes
    """In C order."""


@dataclass(frozen=True)
class Latent:
    """A place in the grid of seeds: (x, y) stands for seed x + 100 y; fractions blend up to four neighbours."""

    x: Place = 0.0
    y: Place = 0.0
    blend: Blend = "w"
    """z: spherical in Z; w: linear in W; arc: in W, keeping the distance from the mean."""
    label: Label | None = None
    """Class of a conditional network; None takes the class that the seed draws."""
    label_b: Label | None = None
    """Second class to blend toward; None blends nothing."""
    label_mix: Factor = 0.0
    """Share of the second class, 0..1, blended in W."""
    array: ArrayRef | None = None
    """A stored w [w_dim] or ws [num_ws, w_dim], before truncation; replaces the fields above, at `array_at`."""
    condition: Annotated[tuple[Factor, ...], Count(4096)] = ()
    """Numbers that a conditional network gets in place of a class; missing ones are 0. Empty: a class."""
    array_at: Annotated[tuple[Place, ...], Count(2)] = ()
    """Whole place (x, y) at which `array` stands in for the seed, so that one walks from it; empty: at every place."""

    @property
    def home(self) -> tuple[float, float] | None:
        """The place of the grid where the stored array is; None without one."""
        if self.array is None:
            return None
        x, y = self.array_at if len(self.array_at) == 2 else (self.x, self.y)
        return float(math.floor(x + 0.5)), float(math.floor(y + 0.5))

    @property
    def stored(self) -> float:
        """Share of the stored array here, 0..1: 1 at its place, 0 from a step away on and without one."""
        if (home := self.home) is None or len(self.array_at) != 2:
            return float(self.array is not None)
        return max(1 - abs(self.x - home[0]), 0.0) * max(1 - abs(self.y - home[1]), 0.0)

    @property
    def acting(self) -> "Latent":
        """This latent without an array that has no share here."""
        return self if self.array is None or self.stored > 0 else replace(self, array=None, array_at=())

    def moved_to(self, x: float, y: float) -> "Latent":
        """Return the latent at another place of the grid; a stored array stays at the place that is left."""
        return replace(self, x=x, y=y, array_at=self.home or ())

    def at_seed(self, seed: float, row: float = 0.0) -> "Latent":
        """Return the latent of a seed, in a row of the grid, with the blend and the classes of this one."""
        return replace(self, x=float(seed), y=float(row), array=None, array_at=())


@dataclass(frozen=True)
class WBlend:
    """Sources blended in W, layer by layer: w = sum of weight * w_source (`gan.latents.blend_w`)."""

    parts: Annotated[tuple[tuple["Source", Factor], ...], Count(1000)]
    """Sources and weights; the weights add up to 1 and may be negative."""
    keep_norm: bool = False
    """Blend the distances from the mean too, with `lengths`, so that walks do not sink into it."""
    lengths: Annotated[tuple[Factor, ...], Count(1000)] = ()
    """Weights of the distances; empty: those of the parts."""
    spherical: bool = False
    """Blend in Z on the sphere, where all parts are seeds and no weight is negative; elsewhere in W."""
    circle: bool = False
    """Blend two parts on the great circle about the mean of w, their distances from it in a straight line."""
    through: ArrayRef | None = None
    """Offsets of w [K, w_dim] at K even shares between two parts; those between are linear, and 0 at the parts."""


Source = Latent | WBlend
"""Source of a style."""


@dataclass(frozen=True)
class LayerStyle:
    """The style that one w vector takes instead of the document's own."""

    ws: Index
    """Index of the w vector."""
    source: Source | None = None
    """None: the second style, seed `Mixing.x`."""
    amount: Factor = 1.0
    """Share of the source, 0..1, blended in W with the document's own style."""
    locked: bool = False
    """Gestures on many layers skip this one."""


@dataclass(frozen=True)
class Mixing:
    """Style mixing: layers with another style than the image's (arXiv 1812.04948, section 3.1)."""

    x: Place = 1.0
    """Seed of the second style; a fraction blends its two neighbours as in `Latent`."""
    layers: Annotated[tuple[LayerStyle, ...], Count(4096)] = ()
    """Ascending by `ws`, at most one for each."""
    solo: Annotated[tuple[Index, ...], Count(4096)] = ()
    """If not empty, only these of `layers` act."""

    @property
    def ws(self) -> tuple[int, ...]:
        """Indices of the w vectors that take another style, ascending."""
        return tuple(layer.ws for layer in self.layers)

    @property
    def acting(self) -> tuple[LayerStyle, ...]:
        """The layers that change the image."""
        return tuple(one for one in self.layers if one.amount != 0 and (not self.solo or one.ws in self.solo))


@dataclass(frozen=True)
class Truncation:
    """w' = w_avg + psi (w - w_avg) on the first `cutoff` w vectors."""

    psi: Factor = 1.0
    cutoff: Index | None = None
    """None: all of them."""
    psis: Annotated[tuple[Factor, ...], Count(4096)] = ()
    """A psi for each w vector, instead of the two above; the last one repeats for further vectors."""

    def of(self, num_ws: int) -> tuple[float, ...]:
        """Return the psi of each of `num_ws` w vectors."""
        if self.psis:
            return (self.psis + self.psis[-1:] * num_ws)[:num_ws]
        cutoff = num_ws if self.cutoff is None else self.cutoff
        return tuple(self.psi if i < cutoff else 1.0 for i in range(num_ws))


@dataclass(frozen=True)
class Direction:
    """w' = w + strength * direction on a range of w vectors, after truncation."""

    name: str
    array: ArrayRef
    """[w_dim], or [num_ws, w_dim]."""
    strength: Factor = 0.0
    first: Index = 0
    last: Index = 7
    """Last index of the w vectors that it moves, inclusive."""
    found_with: str = ""
    """Title of the network that was open when it was added; empty if unknown. Networks with another w leave it out."""
    sigma: Factor = 0.0
    """Standard deviation of w along it, of which `strength` is a number, as the array has that length; 0: unknown."""
    whole: bool = False
    """The array is a whole edit, such as a drag, of which `strength` is the share."""


@dataclass(frozen=True)
class StyleOffset:
    """s' = s + strength * sigma on one channel of one layer's styles (StyleSpace, arXiv 2011.12799)."""

    layer: str
    """Networks without this layer, or with fewer channels, leave it out."""
    channel: Label
    strength: Factor = 0.0
    sigma: Factor = 1.0
    """Unit of the strength: the channel's standard deviation, as far as it is known."""
    name: str = ""
    """For people; empty: layer and channel."""

    @property
    def place(self) -> str:
        """The layer and the channel as one word, which no other offset of an image has: `b8.conv0.118`."""
        return f"{self.layer}.{self.channel}"

    @property
    def amount(self) -> float:
        """Number that is added to the style."""
        return self.strength * self.sigma


@dataclass(frozen=True)
class LayerBend:
    """An operation on the feature maps of a layer; see `gan.ops.bending.Bend`."""

    layer: str
    """Networks without this layer leave it out."""
    kind: BendKind = "multiply"
    strength: Factor = 1.0
    """A factor, degrees, a share or standard deviations, by kind."""
    channels: Annotated[tuple[Label, ...], Count(4096)] = ()
    """Empty: all."""
    seed: Seed = 0
    """Of kind noise."""

    @property
    def place(self) -> str:
        """The layer and the kind as one word, which no other bend of an image has: `b8.conv0.turn`."""
        return f"{self.layer}.{self.kind}"


@dataclass(frozen=True)
class LayerNoise:
    """Noise settings of one layer."""

    layer: str
    on: bool = True
    strength: Factor = 1.0
    """Multiplies the strength of all layers."""
    seed: Seed | None = None
    """Seed of this layer's noise in any mode; None follows the mode."""


@dataclass(frozen=True)
class Noise:
    """Per-pixel noise of networks that have it."""

    mode: NoiseMode = "const"
    seed: Seed = 0
    """Read when mode is random."""
    strength: Factor = 1.0
    """Multiplies the learned strength of every layer."""
    layers: Annotated[tuple[LayerNoise, ...], Count(4096)] = ()
    """Layers that differ from the default, ascending by name."""

    @property
    def off(self) -> tuple[str, ...]:
        """Layers without noise, by name, sorted."""
        return tuple(one.layer for one in self.layers if not one.on)

    def of(self, layer: str) -> LayerNoise:
        """Return the noise settings of a layer."""
        return next((one for one in self.layers if one.layer == layer), LayerNoise(layer))

    def with_layers(self, *changed: LayerNoise) -> "Noise":
        """Return this noise with other settings for some layers."""
        names = {one.layer for one in changed}
        kept = [one for one in self.layers if one.layer not in names]
        kept += [one for one in changed if one != LayerNoise(one.layer)]
        return replace(self, layers=tuple(sorted(kept, key=lambda one: one.layer)))


@dataclass(frozen=True)
class Transform:
    """Affine transform of the input of a StyleGAN3 network; the image follows."""

    x: Offset = 0.0
    """Translation to the right in image widths."""
    y: Offset = 0.0
    """Translation downward in image heights."""
    angle: Angle = 0.0
    """Degrees, clockwise."""
    whole_pixels: bool = False
    """Round the translation to whole output pixels."""


@dataclass(frozen=True)
class LayerWeights:
    """A layer's share of another network's weights."""

    layer: str
    """As `gan.edits.blend.layers_of` names it."""
    network: Network = Network()
    amount: Share = 1.0


@dataclass(frozen=True)
class Weights:
    """Weights of the network: those of other networks in some layers (Pinkney and Adler, arXiv 2010.05334)."""

    layers: Annotated[tuple[LayerWeights, ...], Count(4096)] = ()
    """Shares of one layer add up; the network itself has the rest. Networks that do not fit are left out."""
    mapping: Network | None = None
    """The network whose mapping and mean of w are used; None: the network itself."""
    mapping_blended: bool = False
    """Blend the mapping and the mean of w by the mean shares instead."""

    @property
    def others(self) -> tuple[Network, ...]:
        """Other networks that are used, each once."""
        used = [one.network for one in self.layers if one.amount > 0]
        if self.mapping is not None and not self.mapping_blended:
            used.append(self.mapping)
        return tuple(dict.fromkeys(used))


@dataclass(frozen=True)
class ImageState:
    """Everything that determines the output of the network."""

    network: Network = Network()
    latent: Source = Latent()
    mixing: Mixing = Mixing()
    truncation: Truncation = Truncation()
    directions: Annotated[tuple[Direction, ...], Count(1000)] = ()
    styles: Annotated[tuple[StyleOffset, ...], Count(10_000)] = ()
    """Of different places."""
    bends: Annotated[tuple[LayerBend, ...], Count(1000)] = ()
    """Of different places; those of a layer act one after another."""
    noise: Noise = Noise()
    transform: Transform = Transform()
    weights: Weights = Weights()
    force_fp32: bool = False

    @property
    def image(self) -> "ImageState":
        """This state without the fields of subclasses."""
        return self if type(self) is ImageState else ImageState(*_image_values(self))

    @property
    def plain_latent(self) -> Latent:
        """The latent; the default one in place of a blend."""
        return self.latent if isinstance(self.latent, Latent) else Latent()

    def at_seed(self, seed: float, row: float = 0.0) -> Self:
        """Return this state of another seed."""
        return replace(self, latent=self.plain_latent.at_seed(seed, row))


_image_values: Any = attrgetter(*(field.name for field in fields(ImageState)))
"""Reads all fields of an `ImageState`, in order."""


@dataclass(frozen=True)
class Spectrum:
    """Display settings of the power spectrum."""

    on: bool = False
    selected_only: bool = False
    """Only the shown channels instead of all."""
    range_db: Annotated[float, ranges.Range(0.01, 1e4)] = 50.0
    beta: Annotated[float, ranges.Range(0, 500)] = 8.0
    """Shape of the Kaiser window."""


@dataclass(frozen=True)
class Display:
    """Display settings of the network's output. `renderer.document.request` says which of them run the network."""

    layer: str | None = None
    """Show this layer's output; None, or a layer that the network does not have, shows the image."""
    channels: Channels = "rgb"
    """rgb: three channels from `channel` on, as colours; one: a single channel in grey."""
    channel: Annotated[int, ranges.Range(0, 2**31 - 1)] = 0
    normalize: bool = False
    """Divide by each channel's largest magnitude."""
    scale_db: Annotated[float, ranges.Range(-400, 400)] = 0.0
    """Gain: multiply by 10^(dB / 20)."""
    untransform: bool = False
    """Undo the input transform on the image, band-limited."""
    spectrum: Spectrum = Spectrum()
    layer_table: bool = False
    """Send statistics and thumbnails of every layer."""
