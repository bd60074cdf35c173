"""Photos as a fit compares them: cropped to a network's size and channels, with the region that is ignored."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from foundation.inputs import clean_text
from foundation.photos.crop import Border, Crop, in_pixels
from foundation.photos.faces import face_crops
from foundation.photos.reading import cropped, facts_of
from foundation.specs.formats import FACE
from foundation.specs.image_files import is_image
from gan.networks.protocol import Generator

Pixels = npt.NDArray[np.uint8]
_BRIGHT = 128
"""Grey from which a pixel of a mask means that the photo is ignored there."""


def photos_in(targets: Iterable[str]) -> list[Path]:
    """Return photos and those directly in folders, in the order of the targets and by name.

    Raises ValueError where there are none.
    """
    found: list[Path] = []
    for target in targets:
        path = Path(target).expanduser()
        if not os.path.isdir(path):
            found.append(path)
            continue
        inside = sorted(one for one in path.iterdir() if is_image(one.name) and os.path.isfile(one))
        if not inside:
            raise ValueError(f"There are no pictures in {target}.")
        found += inside
    if not found:
        raise ValueError("There is no photo to fit; name one, as in --target=photo.jpg.")
    return found


def folders_for(photos: Sequence[Path], outdir: Path) -> list[Path]:
    """Return the output folder of each photo: the given one for a single photo, else one of its name in there."""
    if len(photos) == 1:
        return [outdir]
    found: list[Path] = []
    for photo in photos:
        name, number = photo.stem, 1
        while outdir / name in found:
            number += 1
            name = f"{photo.stem}-{number}"
        found.append(outdir / name)
    return found


def channels_of(G: Generator) -> int:
    """Return the channels of a photo that a network's pictures are compared in."""
    return 1 if G.img_channels < 3 else 4 if G.img_channels == 4 else 3


def photo_pixels(
    path: str | Path, crop: Sequence[float | str], border: str | None, G: Generator
) -> tuple[Pixels, list[float]]:
    """Return a cropped photo as a network draws, uint8 [H, W, 1, 3 or 4], and the square of the face that was found.

    Networks whose pictures are not square get the middle of the square.

    Args:
        path: The photo.
        crop: See `crop_of`.
        border: See `crop_of`.
        G: The network.

    Returns:
        The pixels, and centre x, y, side and degrees counterclockwise in the photo; these are empty but for faces.

    Raises:
        ValueError: as `crop_of`.
    """
    chosen, facts = crop_of(path, crop, border), facts_of(path)
    face = list(chosen.pixels(facts.width, facts.height)) if tuple(crop) == (FACE,) else []
    return _framed(path, chosen, G, channels_of(G)), face


def crop_of(path: str | Path, crop: Sequence[float | str], border: str | None = None) -> Crop:
    """Return the square of a photo.

    Args:
        path: The photo.
        crop: Centre x, y, side in pixels, and degrees counterclockwise; ("face",) for that of the largest face; empty
            for the largest square in the middle.
        border: One of `BORDERS`, for what lies beyond the photo; None: as the crop has it.

    Raises:
        ValueError: the photo cannot be read, the crop makes no sense, or there is no face.
    """
    chosen = Crop()
    if tuple(crop) == (FACE,):
        faces = face_crops(path)
        if not faces:
            name = clean_text(Path(path).name, 100)
            raise ValueError(f"No face was found in {name}: crop it by hand, as in --crop=300,200,256.")
        chosen = faces[0]
    elif crop:
        numbers = [float(one) for one in crop]
        if len(numbers) not in (3, 4):
            raise ValueError(
                "A crop is X,Y,SIDE or X,Y,SIDE,ANGLE in pixels and degrees, as in 300,200,256,0; or face."
            )
        facts = facts_of(path)
        x, y, side, *angle = numbers
        chosen = in_pixels(x, y, side, angle[0] if angle else 0.0, facts.width, facts.height)
    return chosen if border is None else replace(chosen, border=cast("Border", border))


def ignored_region(path: str | Path, G: Generator) -> Tensor | None:
    """Return where a photo is ignored, bool [H, W]; None for nowhere. Raises ValueError, also where that is all."""
    bright = torch.from_numpy(_framed(path, Crop(), G, 1)[..., 0] >= _BRIGHT)
    if bool(bright.all()):
        raise ValueError(f"{Path(path).name} leaves nothing of the photo to fit: paint less.")
    return bright if bool(bright.any()) else None


def as_target(pixels: Pixels) -> Tensor:
    """Return pixels [H, W, C] as a target, float32 [C, H, W], values 0..255."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))).float()


def _framed(path: str | Path, crop: Crop, G: Generator, channels: int) -> Pixels:
    height, width = G.img_size
    square = cropped(path, crop, max(height, width), channels)
    top, left = (len(square) - height) // 2, (len(square) - width) // 2
    return np.ascontiguousarray(square[top : top + height, left : left + width])
