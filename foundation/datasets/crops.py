"""Crops and sizes of images, as a dataset gets them."""

from typing import Protocol

import numpy as np
from PIL import Image

from foundation.datasets.channels import Bytes


class Crop(Protocol):
    """Part of an image to take, and its size."""

    @property
    def transform(self) -> str | None:
        """`center-crop`, `center-crop-wide`, `center-crop-wide-proportional`, or None to keep the whole image."""

    @property
    def resolution(self) -> tuple[int, int] | None:
        """Width and height of the result in pixels; None keeps the image's size."""

    @property
    def resize_filter(self) -> str:
        """`lanczos` or `box`."""


def transformed(pixels: Bytes, crop: Crop) -> Bytes | None:
    """Crop and resize one image [C, H, W]; None if it is too small for the crop.

    "center-crop" crops the largest square from the centre. The wide crops take all columns and some rows, resize them
    to the given size and pad them with black bars to a square: "center-crop-wide" takes as many rows as an image of the
    wanted width would have, as published; "center-crop-wide-proportional" those that keep the proportions.
    """
    _, height, width = pixels.shape
    wanted = crop.resolution or (width, height)
    if crop.transform == "center-crop":
        side = min(height, width)
        size = crop.resolution or (side, side)
        return _resized(_cut(pixels, side, side), size, crop)
    if crop.transform is not None:
        published = crop.transform == "center-crop-wide"
        rows = round(wanted[0] * height / width if published else wanted[1] * width / wanted[0])
        if width < wanted[0] or rows < wanted[1] or rows > height:
            return None
        part = _resized(_cut(pixels, width, rows), wanted, crop)
        square = np.zeros((len(pixels), wanted[0], wanted[0]), np.uint8)
        top = (wanted[0] - wanted[1]) // 2
        square[:, top : top + wanted[1]] = part
        return square
    return _resized(pixels, wanted, crop)


def _cut(pixels: Bytes, width: int, height: int) -> Bytes:
    top, left = (pixels.shape[1] - height) // 2, (pixels.shape[2] - width) // 2
    return pixels[:, top : top + height, left : left + width]


def _resized(pixels: Bytes, size: tuple[int, int], crop: Crop) -> Bytes:
    if pixels.shape[1:] == (size[1], size[0]):
        return pixels
    kind = Image.Resampling.BOX if crop.resize_filter == "box" else Image.Resampling.LANCZOS
    planes = [Image.fromarray(np.ascontiguousarray(plane)).resize(size, kind) for plane in pixels]
    return np.stack([np.asarray(plane) for plane in planes])
