"""`python -m renderer drag`: drags points of the picture of a session or recipe, as the window does."""

import json
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from foundation.arrays import npy_of, save_latents
from foundation.directions import NamedDirection, written
from foundation.files import write_bytes
from foundation.inputs import PictureError, clean_text
from foundation.inputs.pictures import open_picture
from foundation.png import save_png
from foundation.process import unlooked
from foundation.specs.click_options import click_options, fill, json_option
from foundation.specs.editing.drag_options import DragOptions, Optimisation
from foundation.specs.editing.point_drag import SessionDragSpec
from foundation.specs.formats import CHECKERBOARD
from foundation.specs.options import fields
from foundation.transparency import over, trimmed
from renderer.cli.film import failure, until_terminated
from renderer.cli.opening import begun, note_network, opened, recipe_text
from renderer.cli.picture import QuietWatch
from renderer.document import recipe
from renderer.document.animate import requested
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, request_for
from renderer.document.dragging.jobs import Drag, DragEnd, DragWay
from renderer.document.dragging.kept import PointDrag
from renderer.document.dragging.points import DragPoint
from renderer.document.parts import ArrayRef, Direction, Display
from renderer.document.recall import Recalled
from renderer.engine.base import Host
from renderer.ipc.protocol import RenderRequest

if TYPE_CHECKING:
    from renderer.engine.pipeline import Pipeline

NAME = "Drag"
"""Name of the direction that is made."""
ENDS: dict[DragEnd, str] = {
    "arrived": "The points have arrived",
    "stuck": "The points got stuck: move a target nearer, or allow more layers",
    "stopped": "The most steps are done",
    "": "It was stopped",
}


def _drag(as_json: bool, **given: Any) -> None:
    spec: SessionDragSpec = fill(SessionDragSpec, given)
    source = begun(spec.session, spec.nice, "picture, film or recipe")
    arrays = ArrayStore()
    _Run(spec, opened(source, spec.network, arrays), arrays, as_json).run()


drag = click.Command(
    "drag",
    callback=_drag,
    help=textwrap.dedent(SessionDragSpec.__doc__ or ""),
    params=[*click_options(SessionDragSpec), json_option()],
)


def points_of(spec: SessionDragSpec, pulled: PointDrag) -> tuple[DragPoint, ...]:
    """Return the points that are given, or those of the session. Raises click.UsageError if there are none."""
    given = tuple(DragPoint(one.x, one.y, one.to_x, one.to_y) for one in spec.points)
    # Where they stand, they were set on the picture that the session shows.
    points = given or tuple(replace(one, set_x=None, set_y=None) for one in pulled.points)
    if not points:
        raise click.UsageError(f"There are no points in {spec.session}; give some by --points.")
    return points


def options_of(spec: SessionDragSpec, pulled: PointDrag) -> DragOptions:
    """Return the settings: those that are given, else the session's."""
    first, last = pulled.layers if len(pulled.layers) == 2 else (0, None)
    return DragOptions(
        **{part.name: getattr(spec, part.name) for part in fields(Optimisation)},
        first=max(first, 0) if spec.first is None else spec.first,
        last=spec.last if spec.last is not None else None if last is None else max(last, 0),
        hold=pulled.hold if spec.hold is None else spec.hold,
    )


class _Run:
    """One run of the command."""

    def __init__(self, spec: SessionDragSpec, shown: Recalled, arrays: ArrayStore, as_json: bool) -> None:
        self._spec, self._shown, self._arrays, self._as_json = spec, shown, arrays, as_json
        self._pulled = PointDrag() if shown.view is None else shown.view.pulled
        self._folder = Path(spec.outdir).expanduser()
        self._request = self._request_for(shown.document)

    def run(self) -> None:
        """Drag, then write everything. Raises click.ClickException with a sentence."""
        # Late imports: they take seconds, and wrong options should be reported at once.
        with unlooked():
            import torch

            from gan.inference import cpu
            from gan.ops.cpu import dispatch
            from renderer.engine.pipeline import Pipeline

        points, options = points_of(self._spec, self._pulled), options_of(self._spec, self._pulled)
        self._stopped = until_terminated()
        engine = Pipeline(Host(self._arrays), wait_for_kernels=True)
        if self._spec.threads:
            torch.set_num_threads(self._spec.threads)
        if cpu.wanted():
            dispatch.prepare()  # all steps in one way
        try:
            model = engine.model(self._request, QuietWatch())
            note_network(model, self._request.image.network.source, self._arrays)
            mask = self._mask((model.height, model.width))
            work = Drag(self._request, points, mask=mask, options=options, steps=self._spec.steps)
            ways = self._ways(engine, work)
            end = ways[-1].end
            self._write(engine, ways[-1], model.title)
            if self._spec.film is not None:
                self._film(engine, ways)
        except click.ClickException:
            raise
        except OSError as error:
            raise click.ClickException(f"{self._folder} cannot be written: {error.strerror or error}.") from error
        except Exception as error:
            raise failure(engine, self._request, error) from error
        self._say(points, ways[-1], ENDS[end])

    def _request_for(self, document: Document) -> RenderRequest:
        request = request_for(document, Display(), self._spec.device, 1)
        at = self._shown.at
        return request if at is None else requested(request, document.timeline, at)

    def _mask(self, size: tuple[int, int]) -> ArrayRef | None:
        """Return what may change, uint8 [H, W]: the file's, or what was painted for a network of this size."""
        if self._spec.mask is None:
            pulled = self._pulled
            fits = pulled.mask is not None and self._arrays.get(pulled.mask).shape == size
            return pulled.mask if pulled.masked and fits else None
        try:
            with open_picture(self._spec.mask) as picture:
                grey = np.asarray(picture.convert("L"))
        except PictureError as error:
            raise click.ClickException(f"{clean_text(self._spec.mask, 200)} {error}.") from error
        return self._arrays.add(np.ascontiguousarray(grey))

    def _ways(self, engine: "Pipeline", work: Drag) -> list[DragWay]:
        """Return the state after each step, at least one."""
        from gan.cli.progress import progress

        running, ways = engine.drag(work, QuietWatch()), list[DragWay]()
        with progress("Steps") as bar:
            while not ways or not (ways[-1].end or self._stopped()):
                ways.append(running.step(QuietWatch()))
                done, total = len(ways), len(ways) if ways[-1].end else self._spec.steps
                self._report(done, total, bar)
        return ways

    def _report(self, done: int, total: int, bar: Callable[[int, int], None]) -> None:
        if self._as_json:
            click.echo(json.dumps({"done": done, "total": total}))
        else:
            bar(done, total)

    def _moved(self, way: DragWay) -> Document:
        """Return the document with the way as a direction, gone wholly."""
        document = self._shown.document
        last = max(len(way.moved) - 1, 0)
        one = Direction(NAME, self._arrays.add(way.moved), 1.0, 0, last, whole=True)
        return replace(document, directions=(*document.directions, one))

    def _write(self, engine: "Pipeline", way: DragWay, title: str) -> None:
        """Write the pictures with their recipes, the w vectors, and the way as a direction."""
        for name, document in (("start.png", self._shown.document), ("end.png", self._moved(way))):
            pixels = engine.still(self._request_for(document), QuietWatch())
            text = recipe_text(recipe.Recipe(document, self._shown.display, self._shown.at), self._arrays)
            save_png(self._folder / name, trimmed(pixels), {"Software": "StyleScope", recipe.KEY: text})
        save_latents(self._folder / "w.npz", way.ws[None])
        write_bytes(self._folder / "drag.npy", npy_of(way.moved))
        layers = tuple(int(i) for i in np.flatnonzero(np.abs(way.moved).max(axis=1)))
        one = NamedDirection(NAME, way.moved, layers=layers)
        write_bytes(self._folder / "drag.npz", written([one], method="drag", network=title))

    def _film(self, engine: "Pipeline", ways: list[DragWay]) -> None:
        from gan.animation.film import FilmCancelled, write_film
        from gan.cli.progress import progress

        assert self._spec.film is not None
        text = recipe_text(recipe.Recipe(self._shown.document, self._shown.display, self._shown.at), self._arrays)
        with progress("Frames") as bar:
            try:
                write_film(
                    Path(self._spec.film),
                    self._frames(engine, ways),
                    fps=self._spec.fps,
                    metadata={"Software": "StyleScope", recipe.KEY: text},
                    progress=lambda done: self._report(done, len(ways) + 1, bar),
                    cancelled=self._stopped,
                    threads=self._spec.threads,
                )
            except FilmCancelled as error:
                raise click.ClickException("The film was given up; the pictures are written.") from error

    def _frames(self, engine: "Pipeline", ways: list[DragWay]) -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
        for document in (self._shown.document, *map(self._moved, ways)):
            yield over(engine.still(self._request_for(document), QuietWatch()), CHECKERBOARD)

    def _say(self, points: tuple[DragPoint, ...], way: DragWay, words: str) -> None:
        saved = str(self._folder)
        if self._as_json:
            click.echo(json.dumps({"saved": saved, "end": way.end, "distance": round(way.distance, 4)}))
            return
        for number, (one, (x, y, left)) in enumerate(zip(points, way.handles, strict=True), 1):
            click.echo(f"Point {number}: {x:.2f},{y:.2f}, {left:.2f} px from {one.to_x:g},{one.to_y:g}")
        click.echo(f"{words}: {way.distance:.2f} px after {way.step} steps, {saved}")
