"""A folder of pictures as people have them: any mode, orientation, size and format, some animated, some broken."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

_MODES = ("RGB", "L", "RGBA", "P", "CMYK", "1", "LA", "I;16")
_BROKEN, _AGAIN, _ANIMATED = 12, 10, 8


@dataclass(frozen=True)
class Mixed:
    """Numbers of what a folder holds."""

    total: int
    broken: int = _BROKEN
    duplicates: int = _AGAIN
    animated: int = _ANIMATED
    turned: int = 0


def _face(random: np.random.RandomState, width: int, height: int) -> Image.Image:
    """A smooth random picture, unlike all others."""
    small = random.randint(0, 256, (5, 5, 3)).astype(np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def make_mixed(folder: Path, total: int = 300, classes: tuple[str, ...] = ()) -> Mixed:
    """Write `total` pictures. Returns what there is.

    Args:
        folder: New folder.
        total: Number of files.
        classes: Names of sub-folders that take turns; without them all lie in the folder itself.
    """
    random, turned = np.random.RandomState(7), 0
    places = [folder / one for one in classes] or [folder]
    for place in places:
        place.mkdir(parents=True)
    kept: list[Image.Image] = []
    for index in range(total - _BROKEN - _AGAIN - _ANIMATED):
        path, mode = places[index % len(places)] / f"picture {index:03d}", _MODES[index % len(_MODES)]
        face = _face(random, int(random.randint(20, 120)), int(random.randint(20, 120)))
        if mode == "I;16":
            deep = Image.fromarray(np.asarray(face.convert("L")).astype(np.uint16) * 257)
            deep.save(f"{path}.png")
        elif mode == "CMYK":
            face.convert("CMYK").save(f"{path}.jpg")
        elif mode == "RGB":
            kept.append(face)
            exif = Image.Exif()
            if (orientation := 1 + len(kept) % 8) != 1:
                exif[0x0112] = orientation
                turned += 1
            face.save(f"{path}.JPG", exif=exif, quality=95)
        elif mode == "P":
            face.quantize(16).save(f"{path}.gif")
        else:
            face.convert(mode).save(f"{path}.{'tiff' if mode == 'LA' else 'png'}")
    for index in range(_ANIMATED):
        faces = [_face(random, 40, 30) for _ in range(3)]
        faces[0].save(places[index % len(places)] / f"moving {index}.gif", save_all=True, append_images=faces[1:])
    for index in range(_AGAIN):
        exif = Image.Exif()
        if (orientation := 1 + (index + 1) % 8) != 1:
            exif[0x0112] = orientation
            turned += 1
        kept[index].save(places[index % len(places)] / f"zz again {index}.jpg", quality=80, exif=exif)
    for index in range(_BROKEN):
        whole = Path(places[0], "picture 000.JPG").read_bytes()
        broken = b"" if index == 0 else b"no picture" if index % 2 else whole[: 100 + 20 * index]
        (places[index % len(places)] / f"broken {index}.{'png' if index % 2 else 'jpg'}").write_bytes(broken)
    return Mixed(total, turned=turned)
