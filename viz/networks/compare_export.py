"""Sheet of the comparison of networks: all pictures at full size with their names, as one PNG."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderer.ipc.protocol import Still
from viz.files.actions import SavePixels
from viz.networks.cells import Cell, grid
from viz.networks.compare import COMPARED
from viz.networks.compare_state import blocked
from viz.state.facts import Facts
from viz.state.interaction import Message
from viz.state.scene import Scene
from viz.ui.notifications import with_message

RGBA = NDArray[np.uint8]
SMALLEST = 128
"""Smaller pictures are enlarged by whole factors to at least this side."""
_INK, _GROUND = (20, 20, 22, 255), (255, 255, 255, 255)


@dataclass(eq=False)
class _Export:
    """The export that runs: what is to be drawn, and what is."""

    works: tuple[tuple[str, Still], ...] = ()
    done: tuple[RGBA, ...] = ()


def saving(facts: Facts) -> bool:
    """Return True while a sheet is being made."""
    return bool(facts.scratch.get(_Export).works)


def start(scene: Scene, facts: Facts, found: tuple[Cell, ...]) -> None:
    """Start the export of all cells that have pictures; `look` goes on with it."""
    pictures, export = facts.services[COMPARED], facts.scratch.get(_Export)
    export.done, export.works = (
        (),
        tuple(
            (f"{cell.letter}  {cell.name}  {cell.note}".rstrip(), Still(pictures.request(scene, cell)))
            for cell in found
            if not cell.waits and not blocked(scene, facts, cell, False)[0] and pictures.of(cell).failure is None
        ),
    )


def look(scene: Scene, facts: Facts) -> Scene:
    """Go on with the export. Call once a frame."""
    export = facts.scratch.get(_Export)
    while export.works and len(export.done) < len(export.works):
        status = facts.jobs.ask(export.works[len(export.done)][1])
        if status.failure is not None:
            export.works = ()
            message = Message("The comparison was not saved", status.failure.message, bad=True, at=facts.now)
            return with_message(scene, message)
        if not status.over or status.result is None:
            return scene
        export.done = (*export.done, np.asarray(status.result))
    if not export.works:
        return scene
    names, pictures = tuple(name for name, _ in export.works), export.done
    export.works, export.done = (), ()
    return scene.request(SavePixels(partial(sheet, names, pictures)))


def sheet(names: tuple[str, ...], pictures: tuple[RGBA, ...]) -> RGBA:
    """Return one image of all pictures [H, W, 4] in rows, each with its name above it."""
    from PIL import ImageDraw, ImageFont  # slow

    side = max(SMALLEST, *(max(one.shape[:2]) for one in pictures))
    columns, rows = grid(len(pictures))
    gap, caption = side // 32 + 4, max(side // 10, 16)
    size = gap + columns * (side + gap), gap + rows * (side + caption + gap)
    whole = Image.new("RGBA", size, _GROUND)
    draw, font = ImageDraw.Draw(whole), ImageFont.load_default(size=caption * 0.62)
    for i, (name, picture) in enumerate(zip(names, pictures, strict=True)):
        row, column = divmod(i, columns)
        x, y = gap + column * (side + gap), gap + row * (side + caption + gap)
        while name and draw.textlength(name, font=font) > side:
            name = name[:-1]
        draw.text((x, y), name, fill=_INK, font=font)
        whole.paste(_enlarged(Image.fromarray(picture), side), (x, y + caption))
    return np.asarray(whole)


def _enlarged(picture: Image.Image, side: int) -> Image.Image:
    """Return a picture whose longer side is `side`: by whole pixels where that is a multiple, else smoothly."""
    longest = max(picture.size)
    if longest == side:
        return picture
    to = round(picture.width * side / longest), round(picture.height * side / longest)
    exact = side % longest == 0
    return picture.resize(to, Image.Resampling.NEAREST if exact else Image.Resampling.LANCZOS)
