"""`inspect`: prints the contents of a network file."""

from math import prod
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import gan
from foundation.inputs import DETAIL, clean_text
from foundation.networks.published import address_of
from foundation.specs.pictures import InspectSpec
from foundation.words import counted
from gan.cli.command import command as make
from gan.cli.progress import progress
from gan.device import choose_device
from gan.images import load_described
from gan.io.download import fetch, is_url
from gan.io.fingerprint import fingerprint
from gan.io.networks import BUFFERS
from gan.metrics.detectors import file_sha256

_MOST_HASHED = 2**30
"""Largest file, in bytes, that is hashed although its generator cannot be loaded: it may claim any size."""


@make(InspectSpec, "inspect")
def command(spec: InspectSpec) -> None:
    """Print a summary, then for each network its arguments and a table of its layers."""
    with progress("Download (bytes)") as report:
        found = gan.contents(spec.network, progress=report)
    console = Console(soft_wrap=True, highlight=False)
    info = found.info
    console.print(f"{clean_text(info.source, DETAIL)}: {info.format}, {found.file_bytes / 1e6:.1f} MB", markup=False)
    classes = counted(info.c_dim, "class", "classes") if info.c_dim else "no classes"
    console.print(f"{info.family}, {info.resolution}x{info.resolution}, {info.channels} channels, {classes}")
    if info.layout:
        console.print(f"layout: {info.layout}")
    if info.kimg is not None:
        console.print(f"trained: {info.kimg:g} kimg")
    for parent in info.parents:
        console.print(f"made from: {parent.name} ({parent.fingerprint[:12]}): {parent.share}", markup=False)
    for notice in info.notices:
        console.print(f"note: {clean_text(notice, DETAIL)}", markup=False)
    _print_hashes(console, info.source)
    for key, value in info.training_set_kwargs.items():
        console.print(f"training set {clean_text(key, 60)}: {clean_text(value)}", markup=False)
    for name, architecture in info.architectures.items():
        console.print(
            f"\n{name}: {clean_text(architecture.class_name)}, {found.parameters(name):,} parameters", markup=False
        )
        for key, value in architecture.arguments.items():
            console.print(f"  {clean_text(key, 60)}: {clean_text(value)}", markup=False)
        console.print(_layers(found, name))


def _print_hashes(console: Console, source: str) -> None:
    """Print the hash of the file, and that of its generator's numbers, which is the same in every format."""
    place = str(address_of(source))
    path = fetch(place) if is_url(place) else Path(place)
    try:
        G, info = load_described(path, choose_device("cpu"))
        sha256, hashed = info.sha256, fingerprint(G)
    except gan.LoadError as error:
        sha256 = file_sha256(path) if path.stat().st_size <= _MOST_HASHED else ""
        hashed = f"none: {error.detail}"
    if sha256:
        console.print(f"sha256 of the file: {sha256}", markup=False)
    console.print(f"fingerprint of the generator: {clean_text(hashed, DETAIL)}", markup=False)


def _layers(found: gan.Contents, name: str) -> Table:
    """Return a table with a row for each module that has its own parameters or buffers."""
    table = Table("layer", "parameters", "buffers", "shapes", box=None)
    modules: dict[str, dict[str, tuple[int, ...]]] = {}
    for key, shape in found.shapes[name].items():
        module, _, last = key.rpartition(".")
        modules.setdefault(module, {})[last] = shape
    for module, shapes in modules.items():
        learned = {key: shape for key, shape in shapes.items() if key not in BUFFERS}
        numbers = sum(map(prod, learned.values()))
        others = sum(map(prod, shapes.values())) - numbers
        listed = " ".join(f"{clean_text(key, 60)}[{','.join(map(str, shape))}]" for key, shape in learned.items())
        table.add_row(escape(clean_text(module)) or "-", f"{numbers:,}", f"{others:,}", listed.replace("[", "\\["))
    return table
