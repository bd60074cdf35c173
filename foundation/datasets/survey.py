"""Survey of a source of pictures before a dataset is made of it: what there is, and what would be left out and why."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from foundation.datasets.channels import Bytes, common_channels
from foundation.datasets.classes import folder_classes
from foundation.datasets.duplicates import Seen
from foundation.datasets.facts import LABELS
from foundation.datasets.files import DatasetError, image_names, open_files
from foundation.datasets.pixels import pixels_of
from foundation.datasets.video import Video, is_video
from foundation.inputs import PictureError, clean_text, open_picture, orientation_of, reason_of

FIRST = 24
"""Number of pictures that are kept for a preview."""
_SIDE = 256
"""Shorter side of a kept picture in pixels, at least."""
_REASONS = 3
"""Number of pictures named for each reason."""
_PUBLISH_S = 0.1
"""Seconds between two surveys."""
_NUMBERS = ("looked", "good", "square", "animated", "turned", "duplicates", "unreadable")


@dataclass(frozen=True)
class Survey:
    """Pictures looked at so far."""

    total: int = 0
    """All pictures; of a film an estimate."""
    looked: int = 0
    good: int = 0
    """Pictures that can be read."""
    sides: tuple[int, ...] = ()
    """Shorter sides in pixels with their numbers of pictures, as (side, number, side, number ...), ascending."""
    square: int = 0
    """Pictures that are square."""
    channels: tuple[int, ...] = ()
    """Numbers of channels that occur, ascending."""
    animated: int = 0
    """Files of several images, of which the first is used."""
    turned: int = 0
    """Pictures that are turned upright by their camera's orientation."""
    duplicates: int = 0
    """Pictures that are nearly the same as an earlier one."""
    unreadable: int = 0
    reasons: tuple[str, ...] = ()
    """Why the first of those cannot be read, a sentence each."""
    classes: int = 0
    """Sub-folders that could be classes; 0 unless every picture lies in one of several."""
    labels: bool = False
    """There is a file of labels."""
    video: bool = False
    first: tuple[Bytes, ...] = field(default=(), compare=False)
    """The first pictures, reduced, each uint8 [C, H, W]."""
    problem: str = ""
    """Why nothing can be made of it, as one sentence."""

    @property
    def done(self) -> bool:
        """True once all pictures have been looked at."""
        return bool(self.problem) or (self.total > 0 and self.looked >= self.total)

    @property
    def middle_side(self) -> int:
        """Return the median of the shorter sides; 0 without pictures."""
        pairs = list(zip(self.sides[::2], self.sides[1::2], strict=True))
        half = (sum(number for _, number in pairs) + 1) // 2
        for side, number in pairs:
            half -= number
            if half <= 0:
                return side
        return 0

    def smaller_than(self, side: int) -> int:
        """Return the number of pictures whose shorter side is less than `side` pixels."""
        return sum(number for one, number in zip(self.sides[::2], self.sides[1::2], strict=True) if one < side)

    @property
    def ready(self) -> bool:
        """True if it is a dataset already: readable squares of one size that is a power of two, with equal channels."""
        side = self.sides[0] if len(self.sides) == 2 else 0
        alike = side >= 8 and side & (side - 1) == 0 and self.square == self.good and len(self.channels) == 1
        return self.done and alike and self.good == self.total and not self.video and not self.animated

    @property
    def common_channels(self) -> int:
        """Channels that a dataset gets of itself."""
        return common_channels(self.channels)


@dataclass(frozen=True)
class _Look:
    """One picture."""

    name: str
    pixels: Bytes | None
    problem: str = ""
    animated: bool = False
    turned: bool = False


def survey(path: Path, rate: float = 1.0) -> Iterator[Survey]:
    """Yield what is known by and by; the last one is of all pictures. Never raises for a source that is no good.

    Args:
        path: A folder, a zip file, or a film.
        rate: Frames to take for each second of a film.
    """
    try:
        counted = _Counted(*_open(path, rate))
        yield counted.survey()
        at = time.monotonic()
        for look in counted.looks:
            counted.add(look)
            if time.monotonic() - at > _PUBLISH_S:
                yield counted.survey()
                at = time.monotonic()
        found = counted.survey()
        why = found.reasons[0] if found.reasons else f"{clean_text(path.name, 100)} holds no pictures."
        problem = "" if found.good else f"Not one picture can be read: {why}"[:300]
        yield replace(found, total=found.looked, problem=problem)
    except (DatasetError, OSError, ValueError) as error:
        yield Survey(problem=clean_text(str(error) if isinstance(error, DatasetError) else reason_of(error), 300))


class _Counted:
    """Numbers that grow while pictures are looked at."""

    def __init__(self, start: Survey, looks: Iterator[_Look]) -> None:
        self.looks = looks
        self._start, self._numbers = start, Counter[str]()
        self._sides: Counter[int] = Counter()
        self._channels: set[int] = set()
        self._seen, self._first, self._reasons = Seen(), list[Bytes](), list[str]()

    def add(self, look: _Look) -> None:
        """Count a picture."""
        self._numbers["looked"] += 1
        if look.pixels is None:
            self._numbers["unreadable"] += 1
            self._reasons = [*self._reasons, look.problem][:_REASONS]
            return
        count, height, width = look.pixels.shape
        self._sides[min(height, width)] += 1
        self._channels.add(count)
        self._numbers["good"] += 1
        self._numbers["square"] += width == height
        self._numbers["animated"] += look.animated
        self._numbers["turned"] += look.turned
        self._numbers["duplicates"] += bool(self._seen.before(look.pixels, look.name))
        if len(self._first) < FIRST:
            self._first.append(_reduced(look.pixels))

    def survey(self) -> Survey:
        """Return what is known by now."""
        numbers: dict[str, Any] = {name: self._numbers[name] for name in _NUMBERS}
        return replace(
            self._start,
            **numbers,
            sides=tuple(number for pair in sorted(self._sides.items()) for number in pair),
            channels=tuple(sorted(self._channels)),
            reasons=tuple(self._reasons),
            first=tuple(self._first),
        )


def _open(path: Path, rate: float) -> tuple[Survey, Iterator[_Look]]:
    if is_video(path) and not os.path.isdir(path):
        video = Video(path, rate)
        return Survey(total=len(video), video=True), (
            _Look(f"frame {index}", frame) for index, frame in enumerate(video.frames())
        )
    files = open_files(path)
    names = image_names(files)
    if not names:
        raise DatasetError(f"{clean_text(path.name, 100)} holds no pictures: choose another folder, zip file or film.")
    labels = any(name.rpartition("/")[2] == LABELS for name in files.names())
    classes = len(set(folder_classes(names).values()))
    return Survey(total=len(names), classes=classes, labels=labels), (_look(files.read, name) for name in names)


def _look(read: Callable[[str], bytes], name: str) -> _Look:
    shown = clean_text(name, 100)
    try:
        with open_picture(read(name)) as image:
            animated, turned = bool(getattr(image, "is_animated", False)), orientation_of(image) != 1
            pixels = pixels_of(image)
            if pixels is None:
                return _Look(shown, None, f"{shown} has pixels of mode {image.mode}, not of 8 or 16 bits.")
        return _Look(shown, pixels, "", animated, turned)
    except PictureError as error:
        return _Look(shown, None, f"{shown} {clean_text(str(error), 150)}.")
    except (OSError, ValueError, SyntaxError) as error:
        return _Look(shown, None, f"{shown} cannot be read ({clean_text(reason_of(error), 100)}).")


def _reduced(pixels: Bytes) -> Bytes:
    """Return an image of at least `_SIDE` pixels a side, made smaller by a whole number."""
    step = max(1, min(pixels.shape[1:]) // _SIDE)
    if step == 1:
        return pixels.copy()
    planes = [np.asarray(Image.fromarray(np.ascontiguousarray(plane)).reduce(step)) for plane in pixels]
    return np.stack(planes)
