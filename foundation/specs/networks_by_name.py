"""Published networks to start a training from, by the names of StyleGAN2-ADA's tool. Standard library only."""

from collections.abc import Mapping
from types import MappingProxyType

_PLACE = "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/transfer-learning-source-nets/"

NO_RESUME = "noresume"
"""Name for fresh weights."""

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "ffhq256": f"{_PLACE}ffhq-res256-mirror-paper256-noaug.pkl",
        "ffhq512": f"{_PLACE}ffhq-res512-mirror-stylegan2-noaug.pkl",
        "ffhq1024": f"{_PLACE}ffhq-res1024-mirror-stylegan2-noaug.pkl",
        "celebahq256": f"{_PLACE}celebahq-res256-mirror-paper256-kimg100000-ada-target0.5.pkl",
        "lsundog256": f"{_PLACE}lsundog-res256-paper256-kimg100000-noaug.pkl",
    }
)
"""Addresses by name."""


def source_of(resume: str | None) -> str | None:
    """Return the file, address or folder that `--resume` means; None for fresh weights."""
    return None if resume is None or resume == NO_RESUME else SOURCES.get(resume, resume)
