"""Published networks by name, with their addresses, resolutions and licences. Standard library only."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType


@dataclass(frozen=True)
class Published:
    """A published network."""

    name: str
    address: str
    resolution: int
    family: str
    licence: str
    page: str
    """Address of the licence."""
    about: str = ""

    @property
    def file(self) -> str:
        """Name of the file."""
        return PurePosixPath(self.address).name


_NGC = "https://api.ngc.nvidia.com/v2/models/nvidia/research"
_CDN = "https://nvlabs-fi-cdn.nvidia.com"
_SG3 = ("NVIDIA Source Code License", "https://github.com/NVlabs/stylegan3/blob/main/LICENSE.txt")
_SG2 = ("NVIDIA Source Code License", "https://nvlabs.github.io/stylegan2/license.html")
_ADA = ("NVIDIA Source Code License", "https://nvlabs.github.io/stylegan2-ada-pytorch/license.html")
_MET = ("CC BY-NC 2.0", "https://creativecommons.org/licenses/by-nc/2.0/")


def _licence(data: str, usual: tuple[str, str]) -> tuple[str, str]:
    return _MET if data.startswith("metfaces") else usual


def _stylegan3() -> tuple[Published, ...]:
    place, found = f"{_NGC}/stylegan3/versions/1/files", []
    for kind in "tr":
        sizes = [(data, 1024) for data in ("ffhq", "ffhqu", "metfaces", "metfacesu")]
        for data, side in (*sizes, ("ffhqu", 256), ("afhqv2", 512)):
            name = f"stylegan3-{kind}-{data}-{side}x{side}"
            licence = _licence(data, _SG3)
            found.append(Published(name, f"{place}/{name}.pkl", side, f"StyleGAN3-{kind.upper()}", *licence))
    return tuple(found)


def _stylegan2() -> tuple[Published, ...]:
    place, found = f"{_NGC}/stylegan2/versions/1/files", []
    sizes = {
        "ffhq": (1024, 512, 256), "ffhqu": (1024, 256), "metfaces": (1024,), "metfacesu": (1024,), "afhqv2": (512,),
        "afhqcat": (512,), "afhqdog": (512,), "afhqwild": (512,), "brecahad": (512,), "cifar10": (32,),
        "celebahq": (256,), "lsundog": (256,),
    }  # fmt: skip
    for data, sides in sizes.items():
        for side in sides:
            name = f"stylegan2-{data}-{side}x{side}"
            about = "10 classes" if data == "cifar10" else ""
            found.append(Published(name, f"{place}/{name}.pkl", side, "StyleGAN2", *_licence(data, _SG3), about))
    return tuple(found)


def _ada() -> tuple[Published, ...]:
    place = f"{_CDN}/stylegan2-ada-pytorch/pretrained"
    sizes = {"ffhq": 1024, "metfaces": 1024, "afhqcat": 512, "afhqdog": 512, "afhqwild": 512, "brecahad": 512}
    found = [
        Published(f"ada-{data}", f"{place}/{data}.pkl", side, "StyleGAN2-ADA", *_licence(data, _ADA))
        for data, side in sizes.items()
    ]
    classes = Published("ada-cifar10", f"{place}/cifar10.pkl", 32, "StyleGAN2-ADA", *_ADA, "10 classes")
    sources = {
        "ffhq256": "ffhq-res256-mirror-paper256-noaug", "ffhq512": "ffhq-res512-mirror-stylegan2-noaug",
        "ffhq1024": "ffhq-res1024-mirror-stylegan2-noaug",
        "celebahq256": "celebahq-res256-mirror-paper256-kimg100000-ada-target0.5",
        "lsundog256": "lsundog-res256-paper256-kimg100000-noaug",
    }  # fmt: skip
    for name, file in sources.items():
        side = int("".join(filter(str.isdigit, name)))
        address = f"{place}/transfer-learning-source-nets/{file}.pkl"
        found.append(Published(name, address, side, "StyleGAN2-ADA", *_ADA, "to start trainings from"))
    return (*found, classes)


def _config_f() -> tuple[Published, ...]:
    place = f"{_CDN}/stylegan2/networks"
    sizes = {"ffhq": 1024, "car": 512, "cat": 256, "church": 256, "horse": 256}
    return tuple(
        Published(
            f"stylegan2-{data}-config-f", f"{place}/stylegan2-{data}-config-f.pkl", side, "StyleGAN2", *_SG2,
            "TensorFlow",
        )
        for data, side in sizes.items()
    )  # fmt: skip


PUBLISHED: tuple[Published, ...] = (*_stylegan3(), *_stylegan2(), *_ada(), *_config_f())
"""Published networks, the newest family first."""

BY_NAME: Mapping[str, str] = MappingProxyType({one.name: one.address for one in PUBLISHED})
"""Addresses by name."""
_DRIVE = "gdrive:networks/"
"""Names by which StyleGAN2's first tools ask for the files of `stylegan2/networks`."""


def address_of(source: str | Path) -> str | Path:
    """Return the address of a published network that is given by its name, as `ffhq256`, `stylegan2-ffhq-256x256` or
    `gdrive:networks/stylegan2-ffhq-config-f.pkl`; other sources, and names of files that are there, as they are.
    """
    name = str(source)
    if name.startswith(_DRIVE):
        return f"{_CDN}/stylegan2/networks/{name.removeprefix(_DRIVE)}"
    return BY_NAME[name] if name in BY_NAME and not os.path.exists(name) else source
