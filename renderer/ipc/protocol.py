"""What the window and the renderer say to each other: frozen, picklable, standard library only."""

from dataclasses import dataclass
from typing import Literal

from renderer.document.parts import Array as Array
from renderer.document.parts import ArrayRef as ArrayRef
from renderer.document.parts import Blend as Blend
from renderer.document.parts import Channels as Channels
from renderer.document.parts import Direction as Direction
from renderer.document.parts import Display as Display
from renderer.document.parts import ImageState as ImageState
from renderer.document.parts import Latent as Latent
from renderer.document.parts import LayerNoise as LayerNoise
from renderer.document.parts import LayerStyle as LayerStyle
from renderer.document.parts import Mixing as Mixing
from renderer.document.parts import Network as Network
from renderer.document.parts import Noise as Noise
from renderer.document.parts import NoiseMode as NoiseMode
from renderer.document.parts import Source as Source
from renderer.document.parts import Spectrum as Spectrum
from renderer.document.parts import Transform as Transform
from renderer.document.parts import Truncation as Truncation
from renderer.document.parts import WBlend as WBlend
from renderer.document.request import RenderRequest as RenderRequest
from renderer.document.timeline import Timeline as Timeline

Measure = Literal["pixels"]
"""pixels: the mean absolute difference of the 8-bit pictures."""

Problem = Literal["load", "render", "memory", "crash"]

PICTURE, SPECTRUM, LAYERS = "picture", "spectrum", "layers"
"""Names of the pictures that a frame may carry."""

STAGES = ("load", "mapping", "edits", "synthesis", "display", "spectrum")
"""What `Frame.milliseconds` may name, in the order in which a picture is made."""

LAYER_TILE = 48
"""Side in pixels of one layer's thumbnail in the `LAYERS` picture, a horizontal strip in `Frame.layers` order."""


@dataclass(frozen=True)
class ThumbnailRequest:
    """A small picture to render when nothing else is waiting."""

    key: str
    """Name chosen by the window; comes back with the picture."""
    request: RenderRequest
    size: int = 64
    """Side in pixels."""


@dataclass(frozen=True)
class Forget:
    """Nothing names these arrays any more."""

    refs: tuple[ArrayRef, ...]


@dataclass(frozen=True)
class Still:
    """Work: the whole picture of a request, uint8 [H, W, 4]."""

    request: RenderRequest


@dataclass(frozen=True)
class Styles:
    """Work: the w vectors that the synthesis network gets, float32 [num_ws, w_dim], after truncation and directions."""

    request: RenderRequest


@dataclass(frozen=True)
class NoiseDeviation:
    """Work: each pixel's standard deviation over realisations of the noise, float32 [H, W] in 8-bit steps.

    np.std (ddof 0) of the mean of the channels of the 8-bit pictures, with the noise seeds `seed` to
    `seed + realisations - 1` (StyleGAN paper, figure 4). Interim results come while it goes on.
    """

    request: RenderRequest
    realisations: int = 100
    seed: int = 0


@dataclass(frozen=True)
class Changes:
    """Work: how much the picture changes from one moment of a timeline to the next, float64 [samples].

    The moments are i / samples of the timeline's duration, i = 0..samples, whatever its retiming is.
    """

    request: RenderRequest
    timeline: Timeline
    samples: int = 120
    measure: Measure = "pixels"


@dataclass(frozen=True)
class Difference:
    """Work: two pictures' difference as a picture, uint8 [H, W, 4]: white where they are the same.

    d = gain * mean over channels of (request - other) / 255, from blue at -1 through white to orange at 1.
    """

    request: RenderRequest
    other: RenderRequest
    gain: float = 1.0


@dataclass(frozen=True)
class ReadAhead:
    """Work: read a request's network before a picture of it is asked for, uint8 [1]: 1 where it is in memory now.

    0 where there is not memory enough to keep it beside those in use. Pictures are drawn meanwhile.
    """

    request: RenderRequest
    turn: int = 0
    """Tells one wish for a network from the next: it may have had to leave in between."""


Work = Still | Styles | NoiseDeviation | Changes | Difference | ReadAhead


@dataclass(frozen=True)
class Job:
    """Long work, done in steps while no request waits. Not latest-wins: it ends when it is done or cancelled."""

    key: str
    """Name chosen by the window; comes back with what is told of it. The same name again replaces the job."""
    work: Work


@dataclass(frozen=True)
class CancelJob:
    """This job is not wanted any more; nothing is told of it from now on."""

    key: str


@dataclass(frozen=True)
class Progress:
    """What a job tells: how far it is, what it has so far, and how it ended."""

    key: str
    done: int
    total: int
    """Steps; the job is over when `done` has reached it."""
    result: Array | None = None
    """What there is so far; always there when the job is over and has not failed."""
    failure: "Failure | None" = None
    """Set when it failed, which ends it."""

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.failure is not None or self.done >= self.total


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
    has_low_res: bool = False
    """The network can render at lower resolutions in less time."""


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
    """Shared memory that holds the parts; the window must say `SlotRef` before it reads."""
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
    low_res: int = 0
    """Resolution at which a low-res image was rendered; 0 for a full one."""
    full_ms: float = 0.0
    """Recent time of the synthesis of a full image; 0 while unknown."""


@dataclass(frozen=True)
class Loading:
    """A network is being read; `share` 0..1 while downloading, else None."""

    request_id: int
    network: Network
    share: float | None = None


@dataclass(frozen=True)
class Preparing:
    """What draws networks faster is compiled, beside everything else: told when that begins, and after each kernel.

    Nothing is told while kernels compiled earlier are read from disk.
    """

    done: int
    total: int
    """Kernels of all networks that wait for some."""
    problem: str = ""
    """Why the newest network is drawn without them, in a few words; empty where it is not."""

    @property
    def over(self) -> bool:
        """Whether nothing is compiled any more."""
        return self.done >= self.total


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
class SlotRef:
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


ToRenderer = RenderRequest | SlotRef | Wanted | Array | Forget | Job | CancelJob | Stop
ToWindow = Frame | Loading | Preparing | Thumbnail | Progress | Failure | Superseded
