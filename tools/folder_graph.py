"""Writes docs/developing/folders.md: the folders of the packages, and which imports which.

    python -m tools.folder_graph           # writes the page
    python -m tools.folder_graph --check   # fails where the page is out of date

Imports are read with `ast`, those inside functions included. A cycle between folders ends the command with the list of
its imports and exit status 1.
"""

import argparse
import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path("docs/developing/folders.md")
PACKAGES = ("visualizer.py", "viz", "renderer", "training_launcher", "gan", "foundation")
WITH_ROOMS = ("viz", "renderer", "gan")
"""Packages whose folders are shown individually; each other package is one folder."""

MOST_LISTED = 6
"""Maximum imports listed for an edge of a cycle; edges with more only show the count."""

Edge = tuple[str, str]
Graph = Mapping[Edge, tuple[str, ...]]
"""By (importing folder, imported folder): the imports, as "file:line: module"."""


def folder_of(module: str) -> str:
    """Folder of the page in which a module lies: "viz/state" for `viz.state.scene`.

    A module beside the rooms of a package stands for itself: "gan/device".
    """
    parts = module.split(".")
    return "/".join(parts[:2]) if parts[0] in WITH_ROOMS and len(parts) > 1 else parts[0]


def read(root: Path) -> Graph:
    """Read the imports between folders of the checkout `root`."""
    files = {_module(root, file): file for file in _files(root)}
    graph: dict[Edge, list[str]] = {}
    for module, file in sorted(files.items()):
        here = folder_of(module)
        found = dict.fromkeys(_imports(ast.parse(file.read_text(encoding="utf-8")), files))
        for line, imported in found:
            there = folder_of(imported)
            if there != here:
                graph.setdefault((here, there), []).append(f"{file.relative_to(root).as_posix()}:{line}: {imported}")
    return {edge: tuple(imports) for edge, imports in sorted(graph.items())}


class CycleError(ValueError):
    """Folders import one another; `groups` are the folders that do, `edges` the imports between them."""

    def __init__(self, groups: tuple[tuple[str, ...], ...], edges: Iterable[Edge]) -> None:
        super().__init__("; ".join(", ".join(group) for group in groups))
        self.groups = groups
        self.edges = tuple(edge for group in groups for edge in edges if set(edge) <= set(group))


def levels(edges: Iterable[Edge]) -> dict[str, int]:
    """Level of each folder: 0 imports nothing, every import goes to a lower level. Raises CycleError."""
    edges = tuple(edges)
    reached = _reached(edges)
    cycles = {tuple(sorted(one for one in reached[name] if name in reached[one])) for name in reached}
    if groups := tuple(sorted(cycles - {()})):
        raise CycleError(groups, edges)
    found: dict[str, int] = {}
    for name in sorted(reached, key=lambda one: len(reached[one])):  # what a folder reaches, reaches less
        found[name] = 1 + max((found[other] for other in reached[name]), default=-1)
    return found


def page(graph: Graph) -> str:
    """Return the page as Markdown. Raises CycleError."""
    at = levels(graph)
    arrows = reduced(graph)
    lines = [
        "# Folders",
        "",
        "Made by `python -m tools.folder_graph`; do not edit by hand. Every import goes downward: a folder may use",
        "those on levels below its own. The diagram leaves out arrows that follow from others; the table has them all.",
        "",
        "```mermaid",
        "flowchart TD",
    ]
    for package in PACKAGES:
        name = package.removesuffix(".py")
        inside = sorted((one for one in at if one.split("/")[0] == name), key=lambda one: (-at[one], one))
        if name in WITH_ROOMS and inside:
            lines += [f"  subgraph {name}", *(f"    {_id(one)}[{_label(one)}]" for one in inside), "  end"]
        else:
            lines += [f"  {_id(one)}[{_label(one)}]" for one in inside]
    lines += [f"  {_id(here)} --> {_id(there)}" for here, there in arrows]
    lines += ["```", "", "| level | folder | imports |", "|---|---|---|"]
    for name in sorted(at, key=lambda one: (-at[one], one)):
        used = ", ".join(f"`{there}`" for here, there in graph if here == name)
        lines.append(f"| {at[name]} | `{name}` | {used} |")
    return "\n".join(lines) + "\n"


def reduced(edges: Iterable[Edge]) -> list[Edge]:
    """Edges without those that others imply (transitive reduction of a graph without cycles)."""
    edges = tuple(edges)
    reached = _reached(edges)
    implied = {(here, beyond) for here, there in edges for beyond in reached[there]}
    return [edge for edge in sorted(edges) if edge not in implied]


def _reached(edges: Iterable[Edge]) -> dict[str, set[str]]:
    """By folder: all that it imports, directly or by others."""
    below: dict[str, set[str]] = {}
    for here, there in edges:
        below.setdefault(here, set()).add(there)
        below.setdefault(there, set())
    found: dict[str, set[str]] = {}
    for name in below:
        found[name], ahead = set(), [name]
        while ahead:
            fresh = below[ahead.pop()] - found[name]
            found[name] |= fresh
            ahead += fresh
    return found


def _files(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        place = root / package
        yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def _module(root: Path, file: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.Module, modules: Mapping[str, Path]) -> Iterator[tuple[int, str]]:
    """Yield line and module of each import of one of our modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in modules:
                    yield node.lineno, inner
                elif node.module in modules:
                    yield node.lineno, node.module


def _id(name: str) -> str:
    return name.replace("/", "_")


def _label(name: str) -> str:
    return f'"{name}"'


def main() -> int:
    """Write the page, or check it; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is out of date")
    given = parser.parse_args()
    graph = read(ROOT)
    try:
        text = page(graph)
    except CycleError as error:
        for group in error.groups:
            print(f"These folders import one another: {', '.join(group)}", file=sys.stderr)
        for here, there in error.edges:
            imports = graph[here, there]
            print(f"  {here} -> {there}: {len(imports)} imports", file=sys.stderr)
            for line in imports if len(imports) <= MOST_LISTED else ():
                print(f"    {line}", file=sys.stderr)
        return 1
    file = ROOT / PAGE
    if given.check:
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            print(f"{PAGE} is out of date; run python -m tools.folder_graph", file=sys.stderr)
            return 1
        return 0
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    print(f"{PAGE}: {len(levels(graph))} folders, {len(graph)} imports between them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
