"""Messages between the window and the renderer: frozen, picklable, standard library only."""

from dataclasses import dataclass
from typing import Literal

from foundation.inputs import SENTENCE, clean_fields, clean_lines
from renderer.document.directions.effects import Effects as Effects
from renderer.document.directions.jobs import SampleW as SampleW
from renderer.document.directions.jobs import Search as Search
from renderer.document.directions.jobs import SortPiles as SortPiles
from renderer.document.dragging.jobs import Drag as Drag
from renderer.document.dragging.jobs import DragWay as DragWay
from renderer.document.fitting.closest import ClosestW as ClosestW
from renderer.document.lens.jobs import Diversity as Diversity
from renderer.document.lens.jobs import Equivariance as Equivariance
from renderer.document.lens.jobs import PathMap as PathMap
from renderer.document.lens.jobs import RadialPower as RadialPower
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
from renderer.document.parts import LayerWeights as LayerWeights
from renderer.document.parts import Mixing as Mixing
from renderer.document.parts import Network as Network
from renderer.document.parts import Noise as Noise
from renderer.document.parts import NoiseMode as NoiseMode
from renderer.document.parts import Source as Source
from renderer.document.parts import Spectrum as Spectrum
from renderer.document.parts import StyleOffset as StyleOffset
from renderer.document.parts import Transform as Transform
from renderer.document.parts import Truncation as Truncation
from renderer.document.parts import WBlend as WBlend
from renderer.document.parts import Weights as Weights
from renderer.document.request import RenderRequest as RenderRequest
from renderer.document.timeline import Timeline as Timeline
from renderer.ipc.model_info import LayerInfo as LayerInfo
from renderer.ipc.model_info import ModelInfo as ModelInfo
from renderer.ipc.model_info import OtherNetwork as OtherNetwork
from renderer.ipc.network_facts import NetworkFacts as NetworkFacts

Measure = Literal["pixels", "distance"]
"""pixels: the mean absolute difference of the 8-bit images; distance: the root of the distance at hand."""

Problem = Literal["load", "render", "memory", "crash"]

PICTURE, SPECTRUM, LAYERS = "picture", "spectrum", "layers"
"""Names of the images that a frame may carry."""

STAGES = ("load", "mapping", "edits", "synthesis", "display", "spectrum")
"""Stages named by `Frame.milliseconds`, in the order in which they run."""

LAYER_TILE = 48
"""Side in pixels of one layer's thumbnail in the `LAYERS` image, a horizontal strip in `Frame.layers` order."""


@dataclass(frozen=True)
class ThumbnailRequest:
    """A thumbnail to render when nothing else is waiting."""

    key: str
    """Name chosen by the window; comes back with the thumbnail."""
    request: RenderRequest
    size: int = 64
    """Side in pixels."""


@dataclass(frozen=True)
class Forget:
    """Arrays that are no longer named."""

    refs: tuple[ArrayRef, ...]


@dataclass(frozen=True)
class Still:
    """Job: the full image of a request, uint8 [H, W, 4]."""

    request: RenderRequest


@dataclass(frozen=True)
class DeepStill:
    """Job: the full image of a request with 16 bits a channel, uint16 [H, W, 4]."""

    request: RenderRequest


@dataclass(frozen=True)
class Styles:
    """Job: the w vectors for the synthesis network, float32 [num_ws, w_dim], after truncation and directions."""

    request: RenderRequest


@dataclass(frozen=True)
class NoiseDeviation:
    """Job: each pixel's standard deviation over realisations of the noise, float32 [H, W] in 8-bit steps.

    np.std (ddof 0) of the mean of the channels of the 8-bit images, with the noise seeds `seed` to
    `seed + realisations - 1` (StyleGAN paper, figure 4). Interim results come meanwhile.
    """

    request: RenderRequest
    realisations: int = 100
    seed: int = 0


@dataclass(frozen=True)
class Changes:
    """Job: the change of the image from one moment of a timeline to the next, float64 [samples].

    The moments are i / samples of the timeline's duration, i = 0..samples, whatever its retiming is. By the distance at
    hand, whose index in `DISTANCES` comes last ([samples + 3 halved + 1]), results so far have nan where nothing was
    measured. Before it come the steps that were halved, each as its index, and the changes of its halves.
    """

    request: RenderRequest
    timeline: Timeline
    samples: int = 120
    measure: Measure = "pixels"
    halved: int = 0
    """Steps that are measured in halves once all are known, where the curve of the distance at hand bends most."""


@dataclass(frozen=True)
class Geodesic:
    """Job: the path between two latents that changes the picture least, float32 [points, w_dim].

    They are offsets from the great circle, as `WBlend.through` has them; truncation is that of the request's image.
    """

    request: RenderRequest
    first: Source
    second: Source
    points: int = 7


@dataclass(frozen=True)
class Difference:
    """Job: the difference of two images, int16 [H, W]: the sum over R, G and B of request - other, -765..765.

    Of two sizes the larger image is averaged by area to the smaller one's.
    """

    request: RenderRequest
    other: RenderRequest


@dataclass(frozen=True)
class ReadAhead:
    """Job: read a request's network before an image of it is requested, uint8 [1]: 1 once it is in memory.

    0 if memory is too small to hold it beside those in use. Rendering goes on meanwhile.
    """

    request: RenderRequest
    turn: int = 0
    """Distinguishes repeated requests for a network, which may have been dropped in between."""


@dataclass(frozen=True)
class SeedLooks:
    """Job: brightness, colourfulness and contrast of a request's image at seeds, 0..1, float32 [count, 3]."""

    request: RenderRequest
    first_seed: int = 0
    count: int = 100


@dataclass(frozen=True)
class PerceptualDistance:
    """Job: how different two images look, float64 [2]: the distance at hand, and its index in `DISTANCES`."""

    request: RenderRequest
    other: RenderRequest


@dataclass(frozen=True)
class Describe:
    """Job: read a network beside that of a request and describe it, uint8 [N]: see `NetworkFacts.packed`."""

    request: RenderRequest
    other: Network
    turn: int = 0
    """Distinguishes repeated requests for a network whose file may have changed."""


Work = (
    Still | DeepStill | Styles | NoiseDeviation | Changes | Geodesic | Equivariance | Difference |
    ReadAhead | Search | SampleW | SortPiles | Effects | SeedLooks | PerceptualDistance | Describe | Drag |
    RadialPower | Diversity | PathMap | ClosestW
)  # fmt: skip


@dataclass(frozen=True)
class Job:
    """Long job, done in steps while no request waits. Not latest-wins: it ends when it is done or cancelled."""

    key: str
    """Name chosen by the window; comes back with its progress. The same name again replaces the job."""
    work: Work


@dataclass(frozen=True)
class CancelJob:
    """Cancels a job; no progress of it is reported from then on."""

    key: str


@dataclass(frozen=True)
class Progress:
    """Progress of a job, with its result so far or its failure."""

    key: str
    done: int
    total: int
    """Steps; the job is over when `done` has reached it."""
    result: Array | None = None
    """Result so far; always set when the job is over and has not failed."""
    failure: "Failure | None" = None
    """Set when it failed, which ends it."""

    @property
    def over(self) -> bool:
        """True if nothing more will come."""
        return self.failure is not None or self.done >= self.total


@dataclass(frozen=True)
class Statistics:
    """Mean, standard deviation and largest magnitude of a tensor."""

    mean: float
    std: float
    max: float


@dataclass(frozen=True)
class Part:
    """One RGBA8 image inside a slot, rows without gaps."""

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
    """Shared memory that holds the parts; the window must send `SlotRef` before it reads."""
    slot: int
    parts: tuple[Part, ...]
    model: ModelInfo
    milliseconds: tuple[tuple[str, float], ...]
    """Time by stage, in the order of `STAGES`; only the stages that ran."""
    statistics: Statistics | None = None
    """Of the whole shown tensor (image or layer)."""
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
    """Bytes used by the renderer, and bytes in total."""
    low_res: int = 0
    """Resolution at which a low-res image was rendered; 0 for a full one."""
    fast: bool = False
    """True for an image of lower precision; see `RenderRequest.fast`."""
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
    """State of the compilation of kernels in the background: sent when it begins, and after each kernel.

    Nothing is sent while kernels compiled earlier are read from disk.
    """

    done: int
    total: int
    """Kernels of all waiting networks."""
    problem: str = ""
    """Reason why the newest network runs without them, in a few words; else empty."""

    @property
    def over(self) -> bool:
        """True if compilation is complete."""
        return self.done >= self.total


@dataclass(frozen=True)
class Thumbnail:
    """The answer to a thumbnail request: `size` x `size` RGBA8."""

    key: str
    size: int
    rgba: bytes
    final: bool = True
    """False for a rough picture of few pixels, which a fine one will follow if it is still wanted."""
    problem: str = ""
    """Why it could not be drawn, as sentences; then it has no pixels."""


@dataclass(frozen=True)
class Failure:
    """A request that could not be answered. The last good image stays."""

    request_id: int
    problem: Problem
    message: str
    """One sentence: what happened."""
    advice: str
    """Meaning, or advice."""
    detail: str = ""
    """Traceback, for the Details button."""

    def __post_init__(self) -> None:
        # Parts of them come from files, whose names and contents may be anything.
        clean_fields(self, message=SENTENCE, advice=SENTENCE)
        object.__setattr__(self, "detail", clean_lines(self.detail))


@dataclass(frozen=True)
class Superseded:
    """A request dropped for a newer one. Handled by the client, which sends the next request."""

    request_id: int


@dataclass(frozen=True)
class SlotRef:
    """A slot of shared memory. Sent by the window: it reads this slot until it sends another one."""

    segment: str
    slot: int


@dataclass(frozen=True)
class Wanted:
    """Thumbnails still wanted, most wanted first; replaces the earlier list."""

    thumbnails: tuple[ThumbnailRequest, ...]


@dataclass(frozen=True)
class Stop:
    """Ends the renderer."""


ToRenderer = RenderRequest | SlotRef | Wanted | Array | Forget | Job | CancelJob | Stop
ToWindow = Frame | Loading | Preparing | Thumbnail | Progress | Failure | Superseded
