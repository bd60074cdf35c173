"""Metrics to choose from: title, feature network, cost, and the better direction. Standard library only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from foundation.specs.metric_names import AUTO, parse


@dataclass(frozen=True)
class Measure:
    """A metric to choose."""

    name: str
    title: str
    looks_with: str = ""
    """The feature network: Inception, VGG16, EfficientNet-Lite0; empty where none is needed."""
    needs: str = ""
    """Other requirements, as `a StyleGAN3 network`."""


MEASURES = (
    Measure("auto", "FID where its network is at hand, else KID with EfficientNet-Lite0"),
    Measure("fid50k_full", "Fréchet distance, all real pictures", "Inception"),
    Measure("kid50k_full", "Kernel distance, all real pictures", "Inception"),
    Measure("is50k", "Inception score", "Inception"),
    Measure("pr50k3_full", "Precision and recall", "VGG16"),
    Measure("ppl2_wend", "Path length in W", "VGG16"),
    Measure("fd10k_lite0_full", "Fréchet distance of small features", "EfficientNet-Lite0"),
    Measure("kid10k_lite0_full", "Kernel distance of small features", "EfficientNet-Lite0"),
    Measure("pr10k3_lite0_full", "Precision and recall of small features", "EfficientNet-Lite0"),
    Measure("plen10k_lite0_wend", "Path length of small features", "EfficientNet-Lite0"),
    Measure("eqt50k_int", "Equivariance to whole-pixel translations", "", "a StyleGAN3 network"),
    Measure("eqt50k_frac", "Equivariance to fractional translations", "", "a StyleGAN3 network"),
    Measure("eqr50k", "Equivariance to rotations", "", "a StyleGAN3-R network"),
    Measure("ls", "Linear separability", "EfficientNet-Lite0", "classifiers of attributes"),
)
"""Suggested names; any other count is accepted too."""

_AUTO_PICTURES = 50_000
_HIGHER = ("is", "pr", "eqt", "eqr")

Better = Literal["lower", "higher"]


def pictures(name: str) -> int:
    """Number of images (pairs, for path lengths) that a metric generates of each network; 0 for an unknown name."""
    if name == AUTO:
        return _AUTO_PICTURES
    try:
        return parse(name).samples
    except ValueError:
        return 0


def better(name: str) -> Better:
    """The better direction of a metric, or of one of its figures."""
    return "higher" if name.startswith(_HIGHER) else "lower"


def unknown(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that no metric has."""
    return tuple(name for name in names if not pictures(name))


def cost(names: Iterable[str], networks: int) -> str:
    """Cost of measuring, in words: the number of images to render."""
    total = sum(pictures(name) for name in names) * max(networks, 1)
    return f"{total:,} pictures to draw".replace(",", "\u00a0")
