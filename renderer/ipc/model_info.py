"""Descriptions of loaded networks: frozen, picklable, standard library only."""

from dataclasses import dataclass

from foundation.inputs import DETAIL, SENTENCE, TEXT_LENGTH, clean_fields
from renderer.document.parts import Network


@dataclass(frozen=True)
class LayerInfo:
    """One layer of a network, as last run."""

    name: str
    channels: int
    height: int
    width: int
    dtype: str
    """float16 or float32; empty before the first run."""


@dataclass(frozen=True)
class OtherNetwork:
    """A network whose weights a document takes for some layers."""

    network: Network
    title: str
    """File name without its folder."""
    sha256: str = ""
    """See `ModelInfo`, like `fingerprint`."""
    fingerprint: str = ""
    misfit: str = ""
    """Why its layers were left out, as a clause; empty where they fit."""

    def __post_init__(self) -> None:
        clean_fields(self, title=TEXT_LENGTH, misfit=SENTENCE)


@dataclass(frozen=True)
class ModelInfo:
    """Properties of a loaded network, from which the window chooses its controls."""

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
    """Number that low resolutions are shares of: width and height of the images where they are square."""
    height: int
    width: int
    """Of the images."""
    img_channels: int
    ws_names: tuple[str, ...]
    """Layer driven by each w vector, in order: `b8.conv0`, `L3_52_512`, ..."""
    ws_sizes: tuple[tuple[int, int], ...]
    """Height and width of the output of each of these layers."""
    bands: tuple[int, int]
    """First w index of the middle and of the fine band; equal to num_ws where a band is empty."""
    noise_layers: tuple[str, ...]
    has_transform: bool
    layers: tuple[LayerInfo, ...]
    device: str
    """Device title for people: `CPU`, `CUDA 0 · H100`, ..."""
    notice: str = ""
    """Note for the user, such as that the weights are not trained."""
    has_mapping: bool = True
    """False if w is just z, normalised."""
    has_mean: bool = True
    """The network has a mean of w to truncate toward."""
    has_low_res: bool = False
    """The network can render at lower resolutions in less time."""
    file: str = ""
    """The file that was read: for a run folder its newest snapshot then; the address of a URL."""
    sha256: str = ""
    """Hash of that file in hexadecimal; empty if unknown."""
    style_layers: tuple[tuple[str, int], ...] = ()
    """Layers that have styles, in order, each with the number of them; empty where the network has none."""
    fingerprint: str = ""
    """Hash of the generator's numbers in hexadecimal, whatever file they are in; empty if unknown."""
    generators: tuple[str, ...] = ()
    """Generators that the file holds, of "G_ema" and "G"."""
    blend_rows: tuple[tuple[str, ...], ...] = ()
    """For each w vector, the layers that `Weights` can name and that go with it; each layer is in one row."""
    usual_drag: int = 0
    """Last w vector that dragging points changes by default."""
    others: tuple[OtherNetwork, ...] = ()
    """Other networks in the document's `Weights`."""

    def __post_init__(self) -> None:
        clean_fields(self, title=TEXT_LENGTH, family=TEXT_LENGTH, device=TEXT_LENGTH, notice=DETAIL)
