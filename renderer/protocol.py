"""What the window and the renderer say to each other: frozen, hashable, picklable, standard library only.

The parts of a request (`Latent`, `Mixing`, ...) are also the parts of the Document, so that every default is declared
once, here. Each part is what one stage of the pipeline reads, so equal parts mean that a stage's result can be reused.
"""

from dataclasses import dataclass
from typing import Literal

Blend = Literal["z", "w", "arc"]
NoiseMode = Literal["none", "const", "random"]
Channels = Literal["rgb", "one"]
Problem = Literal["load", "render", "memory", "crash"]

PICTURE, SPECTRUM, LAYERS = "picture", "spectrum", "layers"
"""Names of the pictures that a frame may carry."""

STAGES = ("load", "mapping", "edits", "synthesis", "display", "spectrum")
"""What `Frame.milliseconds` may name, in the order in which a picture is made."""

LAYER_TILE = 48
"""Side in pixels of one layer's thumbnail in the `LAYERS` picture, a horizontal strip in `Frame.layers` order."""


@dataclass(frozen=True)
class Network:
    """Which generator renders."""

    source: str = ""
    """Path, URL or run folder; empty for the demo network."""
    reload: int = 0
    """Raised to read the same source again."""


@dataclass(frozen=True)
class Latent:
    """A place in the grid of seeds: (x, y) stands for seed x + 100 y; fractions blend up to four neighbours."""

    x: float = 0.0
    y: float = 0.0
    blend: Blend = "w"
    """z: spherical in Z; w: linear in W; arc: in W, keeping the distance from the mean."""
    label: int | None = None
    """Class of a conditional network; None takes the class that the seed draws."""
    label_b: int | None = None
    """Second class to blend toward; None blends nothing."""
    label_mix: float = 0.0
    """Share of the second class, 0..1, blended in W."""


@dataclass(frozen=True)
class Mixing:
    """A second style and the layers that take it."""

    x: float = 1.0
    """Seed of the second style; a fraction blends its two neighbours as in `Latent`."""
    ws: tuple[int, ...] = ()
    """Indices of the w vectors that come from the second style, ascending."""


@dataclass(frozen=True)
class Truncation:
    """w' = w_avg + psi (w - w_avg) on the first `cutoff` w vectors."""

    psi: float = 1.0
    cutoff: int | None = None
    """None: all of them."""


@dataclass(frozen=True)
class Noise:
    """Per-pixel noise of networks that have it."""

    mode: NoiseMode = "const"
    seed: int = 0
    """Read when mode is random."""
    strength: float = 1.0
    """Multiplies the learned strength of every layer."""
    off: tuple[str, ...] = ()
    """Layers without noise, by name, sorted."""


@dataclass(frozen=True)
class Transform:
    """Moves the input of a StyleGAN3 network; the picture follows."""

    x: float = 0.0
    """Translation to the right in picture widths."""
    y: float = 0.0
    """Translation downward in picture heights."""
    angle: float = 0.0
    """Degrees, positive as the handle turns: clockwise."""
    whole_pixels: bool = False
    """Round the translation to whole output pixels."""


@dataclass(frozen=True)
class Spectrum:
    """How the power spectrum is shown."""

    on: bool = False
    selected_only: bool = False
    """Only the channels that are shown, instead of all."""
    range_db: float = 50.0
    beta: float = 8.0
    """Shape of the Kaiser window."""


@dataclass(frozen=True)
class Display:
    """What becomes of the network's output on its way to the screen. Changing it never reruns synthesis, unless
    another layer is asked for.
    """

    layer: str | None = None
    """Show this layer's output; None, or a layer that the network does not have, shows the picture."""
    channels: Channels = "rgb"
    """rgb: three channels from `channel` on, as colours; one: a single channel in grey."""
    channel: int = 0
    normalize: bool = False
    """Divide by each channel's largest magnitude."""
    scale_db: float = 0.0
    """Gain: multiply by 10^(dB / 20)."""
    untransform: bool = False
    """Undo the input transform on the picture, band-limited."""
    spectrum: Spectrum = Spectrum()
    layer_table: bool = False
    """Send statistics and thumbnails of every layer."""


@dataclass(frozen=True)
class RenderRequest:
    """Everything that determines a frame. Equal requests (but for the id) give equal bytes on the same device."""

    request_id: int
    network: Network = Network()
    device: str = "auto"
    latent: Latent = Latent()
    mixing: Mixing = Mixing()
    truncation: Truncation = Truncation()
    noise: Noise = Noise()
    transform: Transform = Transform()
    force_fp32: bool = False
    display: Display = Display()


@dataclass(frozen=True)
class ThumbnailRequest:
    """A small picture to render when nothing else is waiting."""

    key: str
    """Name chosen by the window; comes back with the picture."""
    request: RenderRequest
    size: int = 64
    """Side in pixels."""


@dataclass(frozen=True)
class LayerInfo:
    """One layer of a network, as it was last run."""

    name: str
    channels: int
    height: int
    width: int
    dtype: str
    """float16 or float32; empty before the first run."""


@dataclass(frozen=True)
class ModelInfo:
    """What the window must know of a loaded network to offer the right controls."""

    network: Network
    title: str
    """File name without its folder."""
    family: str
    """StyleGAN2, StyleGAN3-T, StyleGAN3-R, ..."""
    z_dim: int
    w_dim: int
    c_dim: int
    num_ws: int
    resolution: int
    img_channels: int
    ws_names: tuple[str, ...]
    """What each w vector drives, in order: `b8.conv0`, `L3_52_512`, ..."""
    ws_resolutions: tuple[int, ...]
    bands: tuple[int, int]
    """First w index of the middle and of the fine band; equal to num_ws where a band is empty."""
    noise_layers: tuple[str, ...]
    has_transform: bool
    layers: tuple[LayerInfo, ...]
    device: str
    """Where it runs, for people: `CPU`, `CUDA 0 · H100`, ..."""
    notice: str = ""
    """Something its user should know, such as that the weights are not trained."""
    has_mapping: bool = True
    """Whether w is more than z, normalised."""
    has_mean: bool = True
    """Whether there is a mean of w to truncate toward."""


@dataclass(frozen=True)
class Statistics:
    """Of one tensor: mean, standard deviation and largest magnitude."""

    mean: float
    std: float
    max: float


@dataclass(frozen=True)
class Part:
    """One RGBA8 picture inside a slot, rows without gaps."""

    name: str
    offset: int
    """Bytes from the start of the segment."""
    height: int
    width: int


@dataclass(frozen=True)
class Frame:
    """The answer to a request."""

    request_id: int
    segment: str
    """Shared memory that holds the parts; the window must say `Held` before it reads."""
    slot: int
    parts: tuple[Part, ...]
    model: ModelInfo
    milliseconds: tuple[tuple[str, float], ...]
    """Time by stage, in the order of `STAGES`; only the stages that ran."""
    statistics: Statistics | None = None
    """Of the whole shown tensor (picture or layer)."""
    selected: Statistics | None = None
    """Of the shown channels."""
    nonfinite: int = 0
    """Pixels shown as magenta because a channel was NaN or infinite."""
    layers: tuple[LayerInfo, ...] = ()
    layer_statistics: tuple[Statistics, ...] = ()
    """With `Display.layer_table`: one for each of `layers`."""
    radial: tuple[tuple[float, float], ...] = ()
    """With a spectrum: (cycles per pixel, dB)."""
    memory: tuple[int, int] = (0, 0)
    """Bytes used by the renderer and bytes there are."""


@dataclass(frozen=True)
class Loading:
    """A network is being read; `share` 0..1 while downloading, else None."""

    request_id: int
    network: Network
    share: float | None = None


@dataclass(frozen=True)
class Thumbnail:
    """The answer to a thumbnail request: `size` x `size` RGBA8."""

    key: str
    size: int
    rgba: bytes


@dataclass(frozen=True)
class Failure:
    """A request that could not be answered. The last good picture stays."""

    request_id: int
    problem: Problem
    message: str
    """One sentence: what happened."""
    advice: str
    """What it means or what to do."""
    detail: str = ""
    """Traceback, for the Details button."""


@dataclass(frozen=True)
class Superseded:
    """A request was dropped because a newer one came. The window never sees it: it lets the client send the next."""

    request_id: int


@dataclass(frozen=True)
class Held:
    """The window reads this slot now; the renderer must not write into it until another is held."""

    segment: str
    slot: int


@dataclass(frozen=True)
class Wanted:
    """The thumbnails still wanted, most wanted first; replaces what was wanted before."""

    thumbnails: tuple[ThumbnailRequest, ...]


@dataclass(frozen=True)
class Stop:
    """The renderer should end."""


ToRenderer = RenderRequest | Held | Wanted | Stop
ToWindow = Frame | Loading | Thumbnail | Failure | Superseded
