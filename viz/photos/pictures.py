"""Textures of photos: whole ones reduced for the queue and the crop, and squares as the network gets them."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from foundation.background import Worker
from foundation.datasets.channels import with_channels
from foundation.photos.crop import Crop
from foundation.photos.reading import PhotoError, cropped, preview
from renderer.ipc.protocol import ModelInfo
from viz.gl.textures import Picture
from viz.state.facts import ServiceKey, Texture

LONGEST = 768
"""Longest side of a reduced photo in pixels."""
_KEPT = 64
"""Photos and squares whose textures are kept."""


@dataclass(frozen=True)
class PhotoPicture:
    """A photo that was read."""

    texture: Texture | None = None
    """None if it cannot be read."""
    width: int = 0
    """Of the upright photo, in pixels."""
    height: int = 0
    error: str = ""
    """Why it cannot be read, one sentence."""
    missing: bool = False
    """The file is not there."""


@dataclass(frozen=True)
class Square:
    """A square of a photo to be cut out."""

    path: str
    crop: Crop
    side: int
    channels: int = 4
    """Of the network: the square is shown as the network gets it."""


_Came = tuple[str | Square, NDArray[np.uint8] | None, PhotoPicture]
"""The wish, its pixels RGBA or None, and the photo as far as it is known, without its texture."""


class PhotoPictures:
    """Reads photos on threads. Needs the window's OpenGL context; `wake` is called on the threads."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._reader: Worker[str, _Came] = Worker("photos", _whole, wake, order="newest first")
        self._cutter: Worker[Square, _Came] = Worker("squares of photos", _square, wake, order="latest")
        self._photos: OrderedDict[str, tuple[Picture, PhotoPicture]] = OrderedDict()
        self._squares: OrderedDict[str, tuple[Square, Picture]] = OrderedDict()
        """The newest square of each photo that was cut."""
        self._reading: set[str] = set()
        self._cutting: Square | None = None

    def get(self, path: str) -> PhotoPicture | None:
        """Return a photo; None while it is being read."""
        found = self._photos.get(path)
        if found is not None:
            self._photos.move_to_end(path)
            return found[1]
        if path not in self._reading:
            self._reading.add(path)
            self._reader.submit(path)
        return None

    def square(self, path: str, crop: Crop, side: int, channels: int = 4) -> Texture | None:
        """Return a square of a photo, or the one before while it is being cut; None before the first."""
        wish, found = Square(path, crop, side, channels), self._squares.get(path)
        if (found is None or found[0] != wish) and self._cutting != wish:
            self._cutting = wish
            self._cutter.submit(wish)
        return None if found is None else found[1].texture

    def exact(self, path: str, crop: Crop, side: int, channels: int = 4) -> Texture | None:
        """Return a square of a photo; None while it is being cut."""
        texture, found = self.square(path, crop, side, channels), self._squares.get(path)
        return texture if found is not None and found[0] == Square(path, crop, side, channels) else None

    def again(self, path: str) -> None:
        """Read a photo anew, as after its file has come back."""
        if path in self._photos and path not in self._reading:
            self._reading.add(path)
            self._reader.submit(path)

    def take(self) -> None:
        """Upload what was read. Call once a frame."""
        while (came := self._reader.poll() or self._cutter.poll()) is not None:
            wish, pixels, known = came
            if isinstance(wish, str):
                self._reading.discard(wish)
                picture = self._photos[wish][0] if wish in self._photos else Picture()
                if pixels is not None:
                    picture.upload(pixels)
                texture = picture.texture if pixels is not None else None
                self._photos[wish] = picture, replace(known, texture=texture)
                while len(self._photos) > _KEPT:
                    self._photos.popitem(last=False)[1][0].free()
                continue
            if self._cutting == wish:
                self._cutting = None
            held = self._squares.pop(wish.path, None)
            cut = Picture() if held is None else held[1]
            if pixels is not None:
                cut.upload(pixels)
            self._squares[wish.path] = wish, cut
            while len(self._squares) > _KEPT:
                self._squares.popitem(last=False)[1][1].free()

    def free(self) -> None:
        """End the threads and free the textures."""
        for reader in (self._reader, self._cutter):
            reader.drop()
            reader.close()
        for photo, _ in self._photos.values():
            photo.free()
        for _, square in self._squares.values():
            square.free()
        self._photos.clear()
        self._squares.clear()


def channels_of(model: ModelInfo | None) -> int:
    """Return the channels of photos for a network: 1, 3 or 4."""
    return model.img_channels if model is not None and model.img_channels in (1, 4) else 3


PHOTO_PICTURES: ServiceKey[PhotoPictures] = ServiceKey("pictures of photos")


def _whole(path: str) -> _Came:
    try:
        pixels, facts = preview(path, LONGEST)
    except PhotoError as error:
        missing = isinstance(error.__cause__, FileNotFoundError)
        return path, None, PhotoPicture(error=str(error), missing=missing)
    return path, pixels, PhotoPicture(width=facts.width, height=facts.height)


def _square(wish: Square) -> _Came:
    try:
        pixels = cropped(wish.path, wish.crop, wish.side, wish.channels)
        seen = with_channels(pixels.transpose(2, 0, 1), 4).transpose(1, 2, 0)
        return wish, np.ascontiguousarray(seen), PhotoPicture()
    except PhotoError as error:
        return wish, None, PhotoPicture(error=str(error))
