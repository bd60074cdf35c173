"""`blend`: makes a network from the weights of several; `blend snapshots`: averages those of a run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

import gan
from foundation.inputs import DETAIL, clean_text
from foundation.runs import Snapshot, snapshots
from foundation.specs.pictures import BlendSpec, SnapshotsSpec
from gan.cli.command import WithMore
from gan.cli.command import command as make
from gan.cli.progress import Report, progress, say
from gan.edits import averages
from gan.edits.blend import MAPPING, UNRELATED, Parts, blended, kinship, layers_of, mapping_misfit, mean_parts
from gan.edits.blend_amounts import Amounts, hard_cut, ramp, uniform
from gan.images import load_described
from gan.io.fingerprint import fingerprint
from gan.io.networks import Architecture
from gan.io.parents import Parent
from gan.networks.generator import StyleGenerator

Loaded = tuple[StyleGenerator, gan.NetworkInfo]


@make(BlendSpec, "blend")
def _blend(spec: BlendSpec) -> None:
    """Write the blend, and print what each network gave."""
    if not spec.others:
        raise ValueError("Name the other network, as in --with=FILE.")
    first, *others = (_load(source) for source in (spec.network, *spec.others))
    layers = chosen_layers(spec, first[0], [G for G, _ in others])
    result = blended(first[0], [G for G, _ in others], layers)
    for (G, info), given in zip(others, spec.others, strict=True):
        if G is not first[0] and kinship(first[0], G) < UNRELATED:
            say(
                f"Note: the weights of {Path(info.source).name or given} hardly correlate with those of "
                f"{Path(first[1].source).name}: blends of networks that were not trained from one another show nothing."
            )
    architecture = _architecture(first, others, layers)
    parents = tuple(_parent(G, info, i, layers) for i, (G, info) in enumerate([first, *others]))
    _save(spec.output, result, architecture, first[1], parents)


def chosen_layers(spec: BlendSpec, first: StyleGenerator, others: Sequence[StyleGenerator]) -> dict[str, Parts]:
    """Return the parts of each layer that the options ask for. Raises ValueError if they contradict one another."""
    amounts = _amounts(spec, first)
    layers: dict[str, Parts] = {name: ((0, amount),) for name, amount in amounts.items() if name != MAPPING}
    for one in spec.layers:
        if not 1 <= one.network <= len(others):
            raise ValueError(f"--layer={one} names network {one.network}, but --with was given {len(others)} times.")
        layers[one.layer] = ((one.network - 1, one.amount),)
    if not layers:
        raise ValueError("Say what to blend: --cut, --ramp, --amount or --layer.")
    mapping = spec.mapping or ("blended" if spec.amount is not None else "first")
    if mapping == "blended":
        layers[MAPPING] = mean_parts(first, layers)
    elif mapping.isdecimal() and 1 <= int(mapping) <= len(others):
        layers[MAPPING] = ((int(mapping) - 1, 1.0),)
    elif mapping != "first":
        raise ValueError(f"--mapping must be first, blended, or a number up to {len(others)}, not {mapping[:40]}.")
    if mapping == "blended":
        for G in others:
            if problem := mapping_misfit(first, G, "NETWORK"):
                raise ValueError(f"The mapping networks cannot be blended: {problem}; use --mapping=first.")
    return layers


def _amounts(spec: BlendSpec, first: StyleGenerator) -> Amounts:
    given = [spec.cut is not None, spec.ramp is not None, spec.amount is not None]
    if sum(given) > 1:
        raise ValueError("Give one of --cut, --ramp and --amount.")
    if spec.cut is not None:
        return hard_cut(first, spec.cut)
    if spec.ramp is not None:
        return ramp(first, spec.ramp, spec.width or None)
    return {} if spec.amount is None else uniform(first, spec.amount)


@make(SnapshotsSpec, "snapshots")
def _snapshots(spec: SnapshotsSpec) -> None:
    """Write the average, and print the share of each snapshot."""
    folder = Path(spec.network).expanduser()
    found = averages.chosen(snapshots(folder), spec.first, spec.last)
    which = _which(spec.which, found)
    shares = averages.weights_of([one.kimg for one in found if one.kimg is not None], spec.half_life)
    infos: list[gan.NetworkInfo] = []
    parents: list[Parent] = []

    def steps(report: Report) -> Iterator[averages.Step]:
        for one, share in zip(found, shares, strict=True):
            nets = gan.load(one.path, only=(which,), kernels="off")
            G = nets.G_ema if which == "G_ema" else nets.G
            assert G is not None
            infos.append(nets.info)
            parents.append(Parent(one.path.name, fingerprint(G), f"{100 * share:.4g} %", _licence(nets.info)))
            yield one.kimg or 0.0, G
            report(len(parents), len(found))

    with progress("Snapshots") as report:
        result = averages.average(steps(report), shares)
    _save(spec.output, result, infos[-1].architectures[which], infos[-1], tuple(parents))


def _which(wanted: str, found: Sequence[Snapshot]) -> str:
    if wanted != "auto":
        return wanted
    return "G" if all("G" in gan.contents(one.path).info.architectures for one in found) else "G_ema"


def _load(source: str) -> Loaded:
    import torch

    with progress("Download (bytes)") as report:
        return load_described(source, torch.device("cpu"), report, "off")


def _parent(G: StyleGenerator, info: gan.NetworkInfo, place: int, layers: Mapping[str, Parts]) -> Parent:
    """Return what a network gave to a blend; place 0 is the first network."""
    shares = {name: _share(place, layers.get(name, ())) for name in layers_of(G)}
    return Parent(Path(info.source).name, fingerprint(G), share_text(shares), _licence(info))


def _share(place: int, parts: Parts) -> float:
    taken = {i + 1: a for i, a in parts}
    return taken.get(place, 0.0) if place else 1 - sum(taken.values())


def share_text(shares: Amounts) -> str:
    """Return shares of layers as a text: runs of layers of one share, as "b4.const to b16.torgb 100 %"."""
    runs: list[tuple[str, str, float]] = []
    for name, share in shares.items():
        if runs and round(runs[-1][2], 4) == round(share, 4):
            runs[-1] = runs[-1][0], name, share
        else:
            runs.append((name, name, share))
    texts = [
        f"{start if start == end else f'{start} to {end}'} {100 * share:.4g} %" for start, end, share in runs if share
    ]
    return ", ".join(texts) or "nothing"


def _licence(info: gan.NetworkInfo) -> str:
    return clean_text(str(info.training_set_kwargs.get("notice", "")), DETAIL)


def _architecture(first: Loaded, others: Sequence[Loaded], layers: Mapping[str, Parts]) -> Architecture:
    """Return how to build the blend: as the first network, with the mapping network that it has."""
    own = _main(first[1])
    mapping = layers.get(MAPPING, ())
    if len(mapping) != 1 or mapping[0][1] != 1:
        return own
    other = _main(others[mapping[0][0]][1])
    if other.class_name != own.class_name:
        raise ValueError(f"The mapping network is that of a {other.class_name}, the layers of a {own.class_name}.")
    taken = {key: other.arguments[key] for key in ("z_dim", "c_dim", "mapping_kwargs") if key in other.arguments}
    rest = {key: value for key, value in own.arguments.items() if key not in ("z_dim", "c_dim", "mapping_kwargs")}
    return Architecture(own.class_name, {**rest, **taken})


def _main(info: gan.NetworkInfo) -> Architecture:
    return info.architectures.get("G_ema") or info.architectures["G"]


def _save(
    path: str,
    G: StyleGenerator,
    architecture: Architecture,
    like: gan.NetworkInfo,
    parents: tuple[Parent, ...],
) -> None:
    settings = dict(like.training_set_kwargs)
    if notices := dict.fromkeys(parent.licence for parent in parents if parent.licence):
        settings["notice"] = " ".join(notices)
    info = replace(gan.describe({"G_ema": architecture}, settings), parents=parents)
    gan.save(path, gan.Networks(None, None, G, info))
    for parent in parents:
        say(f"{parent.name} ({parent.fingerprint[:12]}): {parent.share}")
    click.echo(f"{path}: {Path(path).stat().st_size / 1e6:.1f} MB")


command = WithMore(_blend, _snapshots)
