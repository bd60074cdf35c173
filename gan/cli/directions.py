"""`directions pca|sefa|stylespace|boundary|measure|classes`: finds directions, or style channels, for a file."""

import re
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch

from foundation.arrays import Floats, npy_of, read_floats
from foundation.directions import acting_layers
from foundation.files import write_bytes
from foundation.png import save_png
from foundation.specs.click_options import describe
from foundation.specs.directions import (
    BoundarySpec,
    ClassesSpec,
    MeasureSpec,
    PcaSpec,
    SearchSpec,
    SefaSpec,
    SheetSpec,
    StyleSpaceSpec,
)
from foundation.specs.editing.defaults import MEASURE_ADVICE, MEASURE_WEAK
from foundation.words import counted
from gan.cli.command import command as make
from gan.cli.opening import chosen_label, open_generator
from gan.cli.progress import Report, progress
from gan.edits import boundaries, classes, components, effects, measures, stylespace, weights
from gan.edits.directions import Direction, apply, load_direction
from gan.edits.found import Found, checked_layers, deviations
from gan.edits.styles import ChannelOffset, offset_of
from gan.images import ImageArray, RenderOptions, grid, render, styles
from gan.io.latents import load_latents
from gan.networks.generator import StyleGenerator

SHEET_ROWS, SHEET_STEPS = 20, (-3, -2, -1, 0, 1, 2, 3)


def _write(spec: SearchSpec, name: str, G: StyleGenerator, found: Found) -> None:
    """Write the file, each direction and the sheet as asked, and print what was found."""
    if spec.measure_layers:
        with progress("Pictures of layers") as report:
            found = _with_ranges(spec, G, found, report)
    found.write(Path(spec.output), network=spec.network)
    for number, (title, vector, sigma) in enumerate(zip(found.names, found.vectors, found.sigma, strict=True)):
        if spec.each is not None:
            file = f"{number + 1:03d}-{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}.npy"
            write_bytes(Path(spec.each, file), npy_of(vector * sigma))
    if spec.sheet is not None:
        with progress("Contact sheet") as report:
            pictures = _sheet(spec, G, found, report)
        _write_sheet(spec, name, pictures)
    for row, title in enumerate(found.names[:SHEET_ROWS]):
        acts = "" if not found.ranges else ", layers {}-{}".format(*found.ranges[row])
        click.echo(f"{title:24s} {found.meaning} {found.strength[row]:.4g}, sigma {found.sigma[row]:.4g}{acts}")
    for what, value in found.facts:
        click.echo(f"{what}: {value:.4g}")
    click.echo(f"{counted(len(found), 'direction')}: {spec.output}")


def _with_ranges(spec: SearchSpec, G: StyleGenerator, found: Found, report: Report) -> Found:
    """Return the directions with the layers on which each acts; all of its own where it changes nothing."""
    own, ends = found.layers, []
    draw, starts = measures.drawing(G), effects.starts_of(G, label=chosen_label(spec))
    for row in range(len(found)):
        move = effects.on_layers(found.vectors[row] * found.sigma[row], G.num_ws, own)
        trial = effects.Trial(starts, move, own)
        for task in trial.tasks:
            trial.take(task, draw(trial.ws(task), task.seed))
        ends.append(acting_layers(trial.found().by_layer) or (own[0], own[-1]))
        report(row + 1, len(found))
    return replace(found, ranges=tuple(ends))


def _write_sheet(spec: SheetSpec, name: str, pictures: list[ImageArray]) -> None:
    assert spec.sheet is not None
    text = {"Software": "StyleScope", "Comment": describe(spec, f"directions {name}")}
    save_png(Path(spec.sheet), grid(pictures, len(SHEET_STEPS)), text)


def _sheet_ws(spec: SheetSpec, G: StyleGenerator) -> torch.Tensor:
    return styles(G, [spec.sheet_seed], psi=spec.trunc, label=chosen_label(spec), cutoff=spec.trunc_cutoff)


def _sheet(spec: SearchSpec, G: StyleGenerator, found: Found, report: Report) -> list[ImageArray]:
    ws = _sheet_ws(spec, G)
    rows = range(min(SHEET_ROWS, len(found)))
    pictures = []
    for row in rows:
        for step in SHEET_STEPS:
            move = Direction(found.vectors[row], float(step * found.sigma[row]), found.layers_of(row))
            pictures.append(render(G, apply(ws, [move])[0]))
            report(len(pictures), len(rows) * len(SHEET_STEPS))
    return pictures


@make(PcaSpec, "pca", json_progress=True)
def _pca(spec: PcaSpec) -> None:
    G = open_generator(spec)
    with progress("Pictures" if spec.layer else "w vectors") as report:
        if spec.layer is None:
            found = components.pca(
                G,
                spec.components,
                spec.samples,
                layers=spec.layers,
                seed=spec.seed,
                label=chosen_label(spec),
                progress=report,
            )
        elif spec.layers is not None:
            raise ValueError("--layers follows from --layer: directions of a layer act on all that runs before it.")
        else:
            found = components.layer_pca(
                G, spec.layer, spec.components, spec.samples, seed=spec.seed, label=chosen_label(spec), progress=report
            )
    _write(spec, "pca", G, found)


@make(SefaSpec, "sefa", json_progress=True)
def _sefa(spec: SefaSpec) -> None:
    G = open_generator(spec)
    if spec.method == "svd" and spec.layers is not None:
        raise ValueError("Singular vectors are of all layers together: leave --layers out.")
    found = (
        weights.singular(G, spec.components) if spec.method == "svd" else weights.sefa(G, spec.components, spec.layers)
    )
    _write(spec, "sefa", G, found)


@make(StyleSpaceSpec, "stylespace", json_progress=True)
def _stylespace(spec: StyleSpaceSpec) -> None:
    G = open_generator(spec)
    region = _region(spec.region, G.img_size) if spec.region else None
    with progress("Steps") as report:
        found = stylespace.stylespace(
            G,
            spec.channels,
            spec.layers,
            region,
            samples=spec.samples,
            pictures=spec.pictures,
            label=chosen_label(spec),
            progress=report,
        )
    found.write(Path(spec.output), network=spec.network)
    if spec.sheet is not None:
        with progress("Contact sheet") as report:
            pictures = _channel_sheet(spec, G, found, report)
        _write_sheet(spec, "stylespace", pictures)
    for title, strength, share, sigma in zip(
        found.names[:SHEET_ROWS], found.strength, found.share, found.sigma, strict=False
    ):
        click.echo(f"{title:24s} strength {strength:.4g}, {share:.0%} inside, sigma {sigma:.4g}")
    click.echo(f"{counted(len(found), 'channel')}: {spec.output}")


def _channel_sheet(
    spec: StyleSpaceSpec, G: StyleGenerator, found: stylespace.FoundChannels, report: Report
) -> list[ImageArray]:
    ws = _sheet_ws(spec, G)
    rows = range(min(SHEET_ROWS, len(found)))
    pictures = []
    for row in rows:
        for step in SHEET_STEPS:
            one = ChannelOffset(found.layers[row], found.channels[row], float(step * found.sigma[row]))
            offsets = {name: x.to(ws.device) for name, x in offset_of(G.synthesis, [one]).items()}
            pictures.append(render(G, ws[0], RenderOptions(style_offsets=offsets)))
            report(len(pictures), len(rows) * len(SHEET_STEPS))
    return pictures


def _region(box: tuple[int, ...], size: tuple[int, ...]) -> Floats:
    x, y, width, height = box
    region = np.zeros(size, np.float32)
    region[y : y + height, x : x + width] = 1
    return region


@make(BoundarySpec, "boundary", json_progress=True)
def _boundary(spec: BoundarySpec) -> None:
    G = open_generator(spec)
    w = load_latents(spec.latents, 1, G.w_dim)[:, 0]
    scores = read_floats(spec.scores, "scores").ravel()
    found = boundaries.boundary(w, scores, spec.ratio, spec.split, np.random.RandomState(spec.seed))
    normal = boundaries.keeping_fixed(found.normal, [load_direction(file).ravel() for file in spec.conditions])
    vector = normal[None].astype(np.float32)
    _write(
        spec,
        "boundary",
        G,
        Found(
            "boundary",
            vector,
            deviations(G, vector, label=chosen_label(spec)),
            np.array([found.validation], np.float32),
            "held-out accuracy",
            (Path(spec.scores).stem,),
            checked_layers(spec.layers, G.num_ws),
            (("accuracy between the ends", found.middle), ("intercept", found.intercept)),
        ),
    )


@make(MeasureSpec, "measure", json_progress=True)
def _measure(spec: MeasureSpec) -> None:
    G = open_generator(spec)
    picture = render(G, _sheet_ws(spec, G)[0])
    reference = np.asarray(picture[..., :3] / 255, np.float32)
    region = _region(spec.region, reference.shape[:2]) if spec.region else None
    with progress("Pictures") as report:
        found = measures.measure_direction(
            G,
            spec.make,
            region,
            reference,
            samples=spec.samples,
            layers=spec.layers,
            label=chosen_label(spec),
            progress=report,
        )
    _write(spec, "measure", G, found)
    if found.strength[0] < MEASURE_WEAK:
        click.echo(f"R^2 {found.strength[0]:.2f}: {MEASURE_ADVICE}", err=True)


@make(ClassesSpec, "classes", json_progress=True)
def _classes(spec: ClassesSpec) -> None:
    G = open_generator(spec)
    if chosen_label(spec) is not None:
        raise ValueError("--class and --condition have no meaning here: give --start and --to.")
    single = [classes.class_direction(G, spec.start, to, spec.samples, spec.layers) for to in spec.to]
    if not single:
        raise ValueError("There is no class to lead to; give some, as in --to=0-3.")
    _write(
        spec,
        "classes",
        G,
        Found(
            "classes",
            np.concatenate([one.vectors for one in single]),
            np.concatenate([one.sigma for one in single]),
            np.concatenate([one.strength for one in single]),
            single[0].meaning,
            tuple(name for one in single for name in one.names),
            single[0].layers,
        ),
    )


command = click.Group(
    "directions",
    commands=[_pca, _sefa, _stylespace, _boundary, _measure, _classes],
    help="Find directions in W: main variations, from the weights, between scores, of a measure, between classes; or "
    "style channels.",
)
