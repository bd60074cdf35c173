"""Small datasets, made by the tests that read them."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image


def png(pixels: np.ndarray) -> bytes:
    """A PNG of uint8 [H, W] or [H, W, C]."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "png")
    return stream.getvalue()


def noise(count: int, size: int = 8, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Random images, uint8 [count, size, size, channels]."""
    return np.random.RandomState(seed).randint(0, 256, (count, size, size, channels), dtype=np.uint8)


def write_zip(path: Path, pictures: np.ndarray, labels: list | None = None, **more: object) -> Path:
    """A dataset in the official format; `more` are other JSON files by their stem."""
    with zipfile.ZipFile(path, "w") as archive:
        names = [f"00000/img{i:08d}.png" for i in range(len(pictures))]
        for name, picture in zip(names, pictures, strict=True):
            archive.writestr(name, png(picture))
        if labels is not None:
            archive.writestr("dataset.json", json.dumps({"labels": list(zip(names, labels, strict=True))}))
        for stem, data in more.items():
            archive.writestr(f"{stem}.json", json.dumps(data))
    return path
