"""Names of metrics and their meaning.

A number in a name is the count of generated images, as in `fid50k_full` or `kid500`; any count is allowed. Published
names without a count accept one: `ppl2_1k_wend`, `ppl_5k_zfull`, `ls20k`.
"""

import re
from dataclasses import dataclass

AUTO = "auto"
"""Name for fid50k_full where the Inception network is available, else for kid10k_lite0_full."""

_COUNT = r"(?P<count>\d+k?)"
_OWN_COUNT = r"(?:(?P<count>\d+k?)_)?"

_PATTERNS = {
    "fid": rf"fid{_COUNT}(?P<full>_full)?",
    "fd": rf"fd{_COUNT}_lite0(?P<full>_full)?",
    "kid": rf"kid{_COUNT}(?P<lite>_lite0)?(?P<full>_full)?",
    "pr": r"pr(?P<count>\d+k|\d+_)(?P<neighbours>\d+)(?P<lite>_lite0)?(?P<full>_full)?",
    "is": rf"is{_COUNT}",
    "ppl2": rf"ppl2_{_OWN_COUNT}(?P<space>w)(?P<where>end)",
    "ppl": rf"ppl_{_OWN_COUNT}(?P<space>[zw])(?P<where>full|end)",
    "plen": rf"plen{_COUNT}_lite0_(?P<space>[zw])(?P<where>full|end)",
    "ls": rf"ls{_COUNT}?",
    "eqt_int": rf"eqt{_COUNT}_int",
    "eqt_frac": rf"eqt{_COUNT}_frac",
    "eqr": rf"eqr{_COUNT}",
}
_DETECTORS = {"fid": "inception", "kid": "inception", "is": "inception", "pr": "vgg16", "ppl": "vgg16", "ppl2": "vgg16"}
_LITE = ("fd", "plen", "ls")
_OWN_COUNTS = {"ppl2": 50_000, "ppl": 100_000, "ls": 200_000}
_FULL_LIMITS = {"fid": None, "fd": None, "kid": 1_000_000, "pr": 200_000}

EXAMPLES = (
    *("fid50k_full", "kid50k_full", "pr50k3_full", "ppl2_wend", "eqt50k_int", "eqt50k_frac", "eqr50k"),
    *("fid50k", "kid50k", "pr50k3", "is50k"),
    *("ppl_zfull", "ppl_wfull", "ppl_zend", "ppl_wend", "ls"),
    *("fd10k_lite0_full", "kid10k_lite0_full", "pr10k3_lite0_full", "plen10k_lite0_wend"),
)
"""The published names, then ours with EfficientNet-Lite0."""


@dataclass(frozen=True)
class Metric:
    """One figure to compute.

    Attributes:
        name: The name as given and reported.
        kind: "fid", "fd", "kid", "pr", "is", "ppl", "ppl2", "plen", "ls", "eqt_int", "eqt_frac" or "eqr".
        samples: Generated images, or pairs of them for path lengths.
        detector: The feature network: "inception", "vgg16", "lite0", or "" for none.
        full: True if all real images are taken, without mirrored ones; else the first `samples` of those trained on.
        neighbours: k of precision and recall.
        space: Where paths run, "z" or "w".
        ends: True if path lengths are measured at the start of paths only, not anywhere along them.
    """

    name: str
    kind: str
    samples: int
    detector: str
    full: bool = False
    neighbours: int = 3
    space: str = "w"
    ends: bool = True

    @property
    def compares(self) -> bool:
        """True if real images are needed."""
        return self.kind in _FULL_LIMITS

    @property
    def real_limit(self) -> int | None:
        """Largest number of real images; None for all."""
        return _FULL_LIMITS[self.kind] if self.full else self.samples

    @property
    def crops(self) -> bool:
        """True if images are cropped to the face, as in StyleGAN1's path lengths."""
        return self.kind == "ppl"

    @property
    def needs_transform(self) -> bool:
        """True if the network needs an input transform."""
        return self.kind.startswith("eq")


def parse(name: str) -> Metric:
    """Parse the name of a metric.

    Raises:
        ValueError: there is no such metric; the message lists the names.
    """
    for kind, pattern in _PATTERNS.items():
        if found := re.fullmatch(pattern, name):
            return _metric(name, kind, found.groupdict())
    hint = ""
    if re.match(r"(fid|ppl)\d*.*lite0", name):
        hint = " With EfficientNet-Lite0 these are no FID and no PPL: they are called fd and plen."
    raise ValueError(f"There is no metric {name!r}.{hint} Choose from {', '.join(EXAMPLES)}, with any count.")


def _metric(name: str, kind: str, parts: dict[str, str | None]) -> Metric:
    count = _count(parts.get("count")) or _OWN_COUNTS.get(kind, 0)
    if not count:
        raise ValueError(f"The metric {name!r} asks for no pictures: put a number above 0 into its name.")
    lite = kind in _LITE or parts.get("lite") is not None
    neighbours = int(parts.get("neighbours") or 3)
    if not neighbours:
        raise ValueError(
            f"The metric {name!r} asks for the 0th neighbour: the published one is the third, pr50k3_full."
        )
    return Metric(
        name,
        kind,
        count,
        "lite0" if lite else _DETECTORS.get(kind, ""),
        full=parts.get("full") is not None,
        neighbours=neighbours,
        space=parts.get("space") or "w",
        ends=parts.get("where") != "full",
    )


def _count(text: str | None) -> int:
    """ "50k" -> 50000, "500" or "500_" -> 500, None -> 0."""
    if text is None:
        return 0
    return int(text[:-1]) * 1000 if text.endswith("k") else int(text.rstrip("_"))
