"""`drag`: drags points of a picture to their targets."""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import torch

from foundation.arrays import npy_of
from foundation.directions import NamedDirection, written
from foundation.files import write_bytes
from foundation.inputs import PictureError
from foundation.inputs.pictures import open_picture
from foundation.png import save_png
from foundation.specs.click_options import describe
from foundation.specs.editing.defaults import DRAG_MOST_POINTS
from foundation.specs.editing.point_drag import DragSpec
from gan.animation.film import write_film
from gan.cli.command import command as make
from gan.cli.opening import chosen_label, directions_of, open_generator, render_options_of
from gan.cli.progress import progress, say
from gan.edits.directions import apply
from gan.edits.drag.dragging import Dragging, Point
from gan.edits.drag.settings import Settings, deviation_of, settings_of
from gan.images import ImageArray, RenderOptions, device_of, render, styles
from gan.inference import cpu
from gan.io.latents import load_latents, save_latents
from gan.networks.generator import StyleGenerator
from gan.ops.cpu import dispatch

ENDS = {
    "arrived": "The points have arrived",
    "stuck": "The points got stuck: move a target nearer, or allow more layers",
    "": "The most steps are done",
}


def _start(spec: DragSpec, G: StyleGenerator) -> torch.Tensor:
    """Return the w vectors to start from, [num_ws, w_dim]."""
    if spec.w is None:
        ws = styles(G, [spec.seed], psi=spec.trunc, label=chosen_label(spec), cutoff=spec.trunc_cutoff)
    else:
        latents = load_latents(spec.w, G.num_ws, G.w_dim)
        if len(latents) > 1:
            raise ValueError(f"{spec.w} holds {len(latents)} latents; give a file with one.")
        ws = torch.from_numpy(latents).to(device_of(G))
    return apply(ws, directions_of(G, spec.directions))[0]


def _mask(spec: DragSpec, size: tuple[int, int]) -> torch.Tensor | None:
    """Return where the picture may change, [H, W]; None for everywhere."""
    if spec.mask is None:
        return None
    try:
        with open_picture(spec.mask) as picture:
            grey = np.asarray(picture.convert("L"))
    except PictureError as error:
        raise ValueError(f"{spec.mask} {error}.") from error
    if grey.shape != size:
        raise ValueError(
            f"{spec.mask} has {grey.shape[1]} x {grey.shape[0]} pixels, and the picture {size[1]} x {size[0]}; "
            "scale the mask to the picture's size."
        )
    return torch.from_numpy(grey > 127)


def _check(spec: DragSpec, G: StyleGenerator) -> tuple[list[Point], Settings]:
    """Return the points and the settings. Raises ValueError for points outside the picture."""
    height, width = G.img_size
    if len(spec.points) > DRAG_MOST_POINTS:
        raise ValueError(f"There are {len(spec.points)} points; give at most {DRAG_MOST_POINTS}.")
    for number, one in enumerate(spec.points, 1):
        if not (0 <= one.x < width and 0 <= one.y < height and 0 <= one.to_x < width and 0 <= one.to_y < height):
            raise ValueError(f"Point {number}, {one}, leaves the picture of {width} x {height} pixels.")
    return [Point(one.x, one.y, one.to_x, one.to_y) for one in spec.points], settings_of(
        G.synthesis, spec, deviation_of(G)
    )


def _plan(spec: DragSpec) -> str:
    G = open_generator(spec)
    points, settings = _check(spec, G)
    _start(spec, G)
    render_options_of(G, spec, spec.noise_mode)
    _mask(spec, (G.img_size[0], G.img_size[1]))
    rows = {
        "Picture": f"{G.img_size[1]}x{G.img_size[0]}",
        "Points": f"{len(points)}, {sum(one.distance for one in points) / len(points):.4g} px from their targets",
        "Features": f"{settings.layer}, of {settings.motion_radius:.4g} px around each point",
        "Tracking": f"within {settings.track_radius:.4g} px",
        "w vectors": f"{settings.layers[0]} to {settings.layers[-1]} of {G.num_ws}",
        "Arrives at": f"{settings.arrive:.4g} px",
    }
    return "\n".join(f"{name:12s}{value}" for name, value in rows.items())


@make(DragSpec, "drag", json_progress=True, plan=_plan)
def command(spec: DragSpec) -> None:
    """Drag, then write everything."""
    G = open_generator(spec)
    points, settings = _check(spec, G)
    start, options = _start(spec, G), render_options_of(G, spec, spec.noise_mode)
    G.synthesis.requires_grad_(False)
    if cpu.wanted() and device_of(G).type == "cpu":
        dispatch.prepare()
    dragging = Dragging(
        G.synthesis, start, points, settings, _mask(spec, (G.img_size[0], G.img_size[1])), **options.arguments()
    )
    way, end = [start.cpu()], ""
    with progress("Steps") as report:
        for done in range(1, spec.steps + 1):
            end = dragging.step()
            way.append(dragging.ws().cpu())
            report(done, done if end else spec.steps)
            if end:
                break
    _write(spec, G, options, start, dragging)
    if spec.film is not None:
        with progress("Frames") as report:
            write_film(
                spec.film,
                _frames(G, options, way),
                fps=spec.fps,
                metadata={"Software": "StyleScope", "Comment": describe(spec, "drag")},
                progress=lambda done: report(done, len(way)),
            )
    for number, one in enumerate(dragging.points, 1):
        click.echo(f"Point {number}: {one.x:.2f},{one.y:.2f}, {one.distance:.2f} px from {one.to_x:g},{one.to_y:g}")
    say(f"{ENDS[end]}: {dragging.distance:.2f} px after {dragging.steps_done} steps, {spec.outdir}")


def _frames(G: StyleGenerator, options: RenderOptions, way: list[torch.Tensor]) -> Iterator[ImageArray]:
    for ws in way:
        yield render(G, ws.to(device_of(G)), options)


def _write(spec: DragSpec, G: StyleGenerator, options: RenderOptions, start: torch.Tensor, dragging: Dragging) -> None:
    """Write the pictures, the w vectors, and the way as a direction."""
    folder = Path(spec.outdir)
    text = {"Software": "StyleScope", "Comment": describe(spec, "drag")}
    for name, ws in (("start.png", start), ("end.png", dragging.ws())):
        save_png(folder / name, render(G, ws, options), text)
    save_latents(folder / "w.npz", dragging.ws())
    moved = dragging.moved().cpu().numpy()
    write_bytes(folder / "drag.npy", npy_of(moved))
    one = NamedDirection("Drag", moved, layers=dragging.settings.layers)
    write_bytes(folder / "drag.npz", written([one], method="drag", network=spec.network))
