"""What can be measured, for those who choose: title, what looks at the pictures, cost, and which way is better.

`gan.metrics.names` says what a name means to the measurement; this may not import it, and a test holds them together.
Standard library only.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """One metric to choose."""

    name: str
    title: str
    looks_with: str = ""
    """The feature network: Inception, VGG16, EfficientNet-Lite0; empty where none is needed."""
    needs: str = ""
    """What else it needs, as `a StyleGAN3 network`."""


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
"""The names worth offering; any other count may be typed."""

_OWN_COUNTS = {"ppl2": 50_000, "ppl": 100_000, "ls": 200_000, "auto": 50_000}
_HIGHER = ("is", "pr", "eqt", "eqr")
_NAME = re.compile(r"(fid|fd|kid|pr|is|ppl2?|plen|ls|eqt|eqr)_?(\d+k?)?(_\w+|\d+(?:_\w+)?)?")

Better = Literal["lower", "higher"]


def pictures(name: str) -> int:
    """How many pictures (pairs, for path lengths) a metric generates of each network; 0 for a name that none has."""
    if name == "auto":
        return _OWN_COUNTS[name]
    found = _NAME.fullmatch(name)
    if found is None:
        return 0
    count = found[2]
    if not count:
        return _OWN_COUNTS.get(found[1], 0)
    return int(count[:-1]) * 1000 if count.endswith("k") else int(count)


def better(name: str) -> Better:
    """Which of two values of a metric, or of one of its figures, is the better one."""
    return "higher" if name.startswith(_HIGHER) else "lower"


def unknown(names: Iterable[str]) -> tuple[str, ...]:
    """Those names that no metric has."""
    return tuple(name for name in names if not pictures(name))


def cost(names: Iterable[str], networks: int) -> str:
    """What measuring would take, in words: what the machine must draw."""
    total = sum(pictures(name) for name in names) * max(networks, 1)
    return f"{total:,} pictures to draw".replace(",", "\u00a0")
