"""`python -m renderer film`: a film of the timeline that a session or recipe holds."""

import json
import signal
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foundation.ending import STOPPING
from foundation.process import unlooked
from foundation.specs.click_options import click_options, fill, json_option
from foundation.specs.film import CLEAR_FILMS, FilmSpec
from foundation.specs.formats import ALPHA_CHANNELS
from renderer.cli.opening import begun, note_network, opened, recipe_text
from renderer.cli.picture import QuietWatch
from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.document import request_for
from renderer.document.recall import Recalled
from renderer.document.timeline import Timeline
from renderer.engine.base import Host
from renderer.engine.film import Cut, frames
from renderer.ipc.protocol import RenderRequest

if TYPE_CHECKING:
    from renderer.engine.pipeline import Pipeline


def _film(as_json: bool, **given: Any) -> None:
    spec: FilmSpec = fill(FilmSpec, given)
    source = begun(spec.session, spec.nice, "film or recipe")
    arrays = ArrayStore()
    found = opened(source, spec.network, arrays)
    _write(spec, found, arrays, _cut(found.document.timeline, spec), as_json)


film = click.Command(
    "film",
    callback=_film,
    help=textwrap.dedent(FilmSpec.__doc__ or ""),
    params=[*click_options(FilmSpec), json_option()],
)


def _cut(timeline: Timeline, spec: FilmSpec) -> Cut:
    last = timeline.seconds if spec.end is None else spec.end
    if spec.start >= last:
        raise click.UsageError(f"The film would start at {spec.start:g} s and end at {last:g} s; choose a later end.")
    return Cut(timeline.fps if spec.fps is None else spec.fps, spec.start, last, spec.size, *spec.grid, spec.background)


def _write(spec: FilmSpec, shown: Recalled, arrays: ArrayStore, cut: Cut, as_json: bool) -> None:
    # Late imports: they take seconds, and wrong options should be reported at once.
    with unlooked():
        import torch

        from gan.animation.film import FilmCancelled, write_film
        from gan.cli.progress import progress
        from renderer.engine.pipeline import Pipeline

    cancelled = until_terminated()
    out = Path(spec.out)
    request = request_for(shown.document, shown.display, spec.device, 1)
    engine, timeline, count = Pipeline(Host(arrays), wait_for_kernels=True), shown.document.timeline, len(cut.times)
    if spec.threads:
        torch.set_num_threads(spec.threads)
    try:
        model = engine.model(request, QuietWatch())
        note_network(model, request.image.network.source, arrays)
    except Exception as error:
        raise failure(engine, request, error) from error
    if out.suffix.lower() in CLEAR_FILMS and model.img_channels == ALPHA_CHANNELS:
        cut = replace(cut, background=None)
    text = recipe_text(recipe.Recipe(shown.document, shown.display, cut.start), arrays)
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
                threads=spec.threads,
            )
        except FilmCancelled as error:
            raise click.ClickException("The film was given up; nothing is left of it.") from error
        except OSError as error:
            raise click.ClickException(f"{out} cannot be written: {error.strerror or error}.") from error
        except Exception as error:
            raise failure(engine, request, error) from error
    click.echo(json.dumps({"saved": str(out)}) if as_json else f"{count} frames, {count / cut.fps:.1f} s: {out}")


def failure(engine: "Pipeline", request: RenderRequest, error: Exception) -> click.ClickException:
    """Return the error of a command in the words of the engine."""
    told = engine.failure(request, error)
    return click.ClickException(f"{told.message} {told.advice}")


def until_terminated() -> Callable[[], bool]:
    """Return a check for a termination request, on which the incomplete film is removed."""
    told: list[int] = []
    for number in STOPPING:
        signal.signal(number, lambda number, frame: told.append(number))
    return lambda: bool(told)
