"""`python -m renderer seeds`: pictures, a sheet or the latents of many seeds in the settings of a session."""

import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from foundation.arrays import LATENT_SUFFIXES, save_latents
from foundation.files import free_name, replacing
from foundation.pictures import bits_of, suffix_of, write_picture
from foundation.process import unlooked
from foundation.specs.click_options import click_options, fill, json_option
from foundation.specs.film import SeedsSpec
from foundation.specs.formats import PictureFormat
from renderer.cli.film import failure, until_terminated
from renderer.cli.opening import begun, note_network, opened, recipe_text
from renderer.cli.picture import QuietWatch
from renderer.cli.seed_pictures import TooLargeSheetError, composed, pictures, seed_requests
from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.document import request_for
from renderer.document.recall import Recalled
from renderer.engine.base import Host

if TYPE_CHECKING:
    from renderer.engine.pipeline import Pipeline


def _seeds(as_json: bool, **given: Any) -> None:
    spec: SeedsSpec = fill(SeedsSpec, given)
    source = begun(spec.session, spec.nice, "picture, film or recipe")
    arrays = ArrayStore()
    _Export(spec, opened(source, spec.network, arrays), arrays, as_json).run()


seeds = click.Command(
    "seeds",
    callback=_seeds,
    help=textwrap.dedent(SeedsSpec.__doc__ or ""),
    params=[*click_options(SeedsSpec), json_option()],
)


class _Stopped(Exception):  # noqa: N818 - nothing went wrong
    """The command was asked to end."""


class _Export:
    """One run of the command."""

    def __init__(self, spec: SeedsSpec, shown: Recalled, arrays: ArrayStore, as_json: bool) -> None:
        self._spec, self._shown, self._arrays, self._as_json = spec, shown, arrays, as_json
        self._request = request_for(shown.document, shown.display, spec.device, 1)
        self._format: PictureFormat = spec.format  # type: ignore[assignment]  # one of its choices
        self._out = Path(spec.out).expanduser()
        self._names = spec.names
        self._layout = spec.columns, spec.gap, spec.captions
        self._written = 0

    def run(self) -> None:
        """Render and write everything. Raises click.ClickException with a sentence."""
        # Late imports: they take seconds, and wrong options should be reported at once.
        with unlooked():
            import torch

            from gan.cli.progress import progress
            from renderer.engine.pipeline import Pipeline

        self._stopped = until_terminated()
        engine = Pipeline(Host(self._arrays), wait_for_kernels=True)
        if self._spec.threads:
            torch.set_num_threads(self._spec.threads)
        try:
            note_network(engine.model(self._request, QuietWatch()), self._request.image.network.source, self._arrays)
        except Exception as error:
            raise failure(engine, self._request, error) from error
        with progress("Pictures") as bar:

            def report(done: int) -> None:
                total = len(self._spec.seeds)
                if self._as_json:
                    click.echo(json.dumps({"done": done, "total": total}))
                else:
                    bar(done, total)

            saved = self._write(engine, report)
        click.echo(json.dumps({"saved": saved}) if self._as_json else saved)

    def _write(self, engine: "Pipeline", report: Callable[[int], None]) -> str:
        try:
            if self._spec.kind == "latents":
                return self._latents(engine, report)
            return self._sheet(engine, report) if self._spec.kind == "sheet" else self._pictures(engine, report)
        except _Stopped as stopped:
            kept = f"{self._written} pictures stay in {self._out}" if self._written else "nothing is left of it"
            raise click.ClickException(f"The export was stopped; {kept}.") from stopped
        except (TooLargeSheetError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"{self._out} cannot be written: {error.strerror or error}.") from error
        except Exception as error:
            raise failure(engine, self._request, error) from error

    def _rendered(self, engine: "Pipeline", report: Callable[[int], None]) -> Iterator[Any]:
        deep = bits_of(self._format) == 16
        parts = pictures(engine, self._request, self._spec.seeds, self._spec.size, deep, QuietWatch())
        for index, pixels in enumerate(parts):
            if self._stopped():
                raise _Stopped
            yield pixels
            report(index + 1)

    def _pictures(self, engine: "Pipeline", report: Callable[[int], None]) -> str:
        for index, pixels in enumerate(self._rendered(engine, report)):
            path = free_name(self._out / self._name(index))
            with replacing(path) as part:
                write_picture(part, pixels, self._format, self._text(self._spec.seeds[index]))
            self._written += 1
        return str(self._out)

    def _sheet(self, engine: "Pipeline", report: Callable[[int], None]) -> str:
        spec = self._spec
        whole = composed(self._rendered(engine, report), spec.seeds, *self._layout)
        path = free_name(self._out / f"seeds{suffix_of(self._format)}")
        with replacing(path) as part:
            write_picture(part, whole, self._format, self._text(spec.seeds[0]))
        return str(path)

    def _latents(self, engine: "Pipeline", report: Callable[[int], None]) -> str:
        named = self._out.suffix.lower() in LATENT_SUFFIXES
        path = free_name(self._out if named else self._out / "seeds.npz")
        ws = []
        for index, request in enumerate(seed_requests(self._request, self._spec.seeds)):
            if self._stopped():
                raise _Stopped
            ws.append(engine.styles(request, QuietWatch()))
            report(index + 1)
        save_latents(path, np.stack(ws))
        return str(path)

    def _name(self, index: int) -> str:
        seed, digits = self._spec.seeds[index], max(3, len(str(len(self._spec.seeds))))
        stem = {"seed": f"seed{seed:05d}", "number": str(seed), "count": f"{index + 1:0{digits}d}"}[self._names]
        return stem + suffix_of(self._format)

    def _text(self, seed: int) -> dict[str, str] | None:
        if not self._spec.recipe:
            return None
        made = recipe.Recipe(self._shown.document.at_seed(seed), self._shown.display)
        return {recipe.KEY: recipe_text(made, self._arrays)}
