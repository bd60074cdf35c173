"""`python -m renderer film`: a film of the timeline that a session or recipe holds."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from renderer import recipe
from renderer.arrays import ArrayStore
from renderer.cli.opening import opened
from renderer.cli.picture import QuietWatch
from renderer.document import request_for
from renderer.film import Cut, frames
from renderer.recall import Recalled
from renderer.timeline import FASTEST, Timeline

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Grid(click.ParamType[tuple[int, int]]):
    name = "CxR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        columns, _, rows = str(value).partition("x")
        if not (columns.isdigit() and rows.isdigit() and int(columns) and int(rows)):
            self.fail(f"{value!r} is no grid; write columns x rows, as in 3x2.", param, ctx)
        return int(columns), int(rows)


@click.command()
@click.option("--session", "source", required=True, type=_FILE, help="A .stylescope session, or a film or recipe.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The film: .mp4, .gif, or a new folder of PNGs (a name with no ending).",
)
@click.option("--size", type=click.IntRange(0, 8192), default=0, help="Height of each picture.  [default: as rendered]")
@click.option("--fps", type=click.FloatRange(1, FASTEST), help="Frames a second.  [default: the timeline's]")
@click.option(
    "--grid", type=_Grid(), default="1x1", show_default=True, help="Pictures side by side, of seeds further on."
)
@click.option("--start", type=click.FloatRange(0), default=0.0, show_default=True, help="Seconds.")
@click.option("--end", type=click.FloatRange(0), help="Seconds.  [default: the timeline's end]")
@click.option("--network", help="Another network than the session names: a file, a URL or a run folder.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps.")
@click.option(
    "--threads", type=click.IntRange(0), default=0, help="Of the processor, at most.  [default: as many as help]"
)
@click.option("--nice", type=click.IntRange(0, 19), default=0, help="How much to give way to other programs.")
@click.option("--json", "as_json", is_flag=True, help="Tell the progress as lines of JSON on standard output.")
def film(
    source: Path,
    out: Path,
    size: int,
    fps: float | None,
    grid: tuple[int, int],
    start: float,
    end: float | None,
    network: str | None,
    device: str,
    threads: int,
    nice: int,
    as_json: bool,
) -> None:
    """Render the timeline of a session into a film, which carries the recipe of its first frame.

    Its frames are the pictures that the window shows at the same times.
    """  # fmt: skip
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    arrays = ArrayStore()
    found = opened(source, network, arrays)
    cut = _cut(found.document.timeline, fps, start, end, size, grid)
    _write(out, found, arrays, cut, device, threads, as_json)


def _cut(
    timeline: Timeline, fps: float | None, start: float, end: float | None, size: int, grid: tuple[int, int]
) -> Cut:
    last = timeline.seconds if end is None else end
    if start >= last:
        raise click.UsageError(f"The film would start at {start:g} s and end at {last:g} s; choose a later end.")
    return Cut(timeline.fps if fps is None else fps, start, last, size, *grid)


def _write(out: Path, shown: Recalled, arrays: ArrayStore, cut: Cut, device: str, threads: int, as_json: bool) -> None:
    # What is needed to render is imported late: it takes seconds, and wrong options should be told at once.
    import torch

    from gan.cli.progress import progress
    from gan.film import FilmCancelled, write_film
    from renderer.pipeline import Pipeline

    cancelled = _until_told()
    request = request_for(shown.document, shown.display, device, 1)
    engine, timeline, count = Pipeline(arrays, wait_for_kernels=True), shown.document.timeline, len(cut.times)
    if threads:
        torch.set_num_threads(threads)
    text = recipe.write(recipe.Recipe(shown.document, shown.display, cut.start), arrays)
    with progress("Frames") as bar:

        def report(done: int) -> None:
            if as_json:
                click.echo(json.dumps({"done": done, "total": count}))
            else:
                bar(done, count)

        try:
            write_film(
                out,
                frames(engine, request, timeline, cut, QuietWatch()),
                fps=cut.fps,
                metadata={"Software": "StyleScope", recipe.KEY: text},
                progress=report,
                cancelled=cancelled,
                threads=threads,
            )
        except FilmCancelled as error:
            raise click.ClickException("The film was given up; nothing is left of it.") from error
        except OSError as error:
            raise click.ClickException(f"{out} cannot be written: {error.strerror or error}.") from error
        except Exception as error:
            told = engine.failure(request, error)
            raise click.ClickException(f"{told.message} {told.advice}") from error
    click.echo(json.dumps({"saved": str(out)}) if as_json else f"{count} frames, {count / cut.fps:.1f} s: {out}")


def _until_told() -> Callable[[], bool]:
    """Whether the process was asked to end: what has been written so far is then removed."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: told.append(number))
    return lambda: bool(told)
