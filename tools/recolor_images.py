"""Colour a folder of images by their lightness: dark violet over red to cream, the look of the second demo network.

.venv/bin/python -m tools.recolor_images runs/avatars-64 runs/avatars-64-dusk
.venv/bin/python -m gan dataset --source=runs/avatars-64-dusk --dest=runs/avatars-64-dusk.zip
"""

from pathlib import Path

import click
from PIL import Image, ImageOps

DARK, MIDDLE, LIGHT = "#1b1036", "#e0457b", "#ffe8c2"


def recolored(image: Image.Image) -> Image.Image:
    """Return an RGB image whose colours depend on the lightness of `image` alone."""
    return ImageOps.colorize(image.convert("L"), DARK, LIGHT, MIDDLE)


@click.command(help=__doc__)
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("dest", type=click.Path(file_okay=False, path_type=Path))
def main(source: Path, dest: Path) -> None:
    """Write a PNG of the same name for each PNG of `source`."""
    dest.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("*.png")):
        with Image.open(path) as image:
            recolored(image).save(dest / path.name)


if __name__ == "__main__":
    main()
