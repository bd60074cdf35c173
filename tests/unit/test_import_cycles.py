"""Import cycles: none at module level, inside functions, or for type checkers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("foundation", "gan", "renderer", "training_launcher", "viz")


def modules(package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(module: str, path: Path, known: set[str]) -> Iterator[str]:
    """Modules that one imports anywhere in its text; of `from a import b` the module a.b where there is one, else a."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
                base = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
            for alias in node.names:
                full = f"{base}.{alias.name}"
                if full in known or base in known:
                    yield full if full in known else base


def graph_of(packages: tuple[str, ...]) -> dict[str, set[str]]:
    paths = {name: path for package in packages for name, path in modules(package).items()}
    return {name: set(imported(name, path, set(paths))) for name, path in paths.items()}


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach one another (Tarjan's strongly connected components), and modules of themselves."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = [stack.pop()]
            while group[-1] != node:
                group.append(stack.pop())
            if len(group) > 1 or node in graph[node]:
                found.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def test_cycles_are_found():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": {"e"}}
    assert cycles(graph) == [["a", "b", "c"], ["e"]]


def test_imports_inside_functions_and_for_type_checkers_count(tmp_path):
    text = "if TYPE_CHECKING:\n    from p import a\n\ndef f():\n    import p.b\n    from .c import x\n"
    (tmp_path / "m.py").write_text(text)
    assert list(imported("p.m", tmp_path / "m.py", {"p", "p.a", "p.b", "p.c"})) == ["p.a", "p.b", "p.c"]


@pytest.mark.parametrize("package", [name for name in PACKAGES if (ROOT / name).is_dir()])
def test_no_package_has_import_cycles(package):
    graph = graph_of((package,))
    assert graph
    assert cycles(graph) == []


def test_there_are_no_cycles_between_packages():
    packages = tuple(name for name in PACKAGES if (ROOT / name).is_dir())
    between = {
        package: {other.split(".")[0] for name in modules(package) for other in graph[name]} - {package}
        for graph in [graph_of(packages)]
        for package in packages
    }
    assert cycles(between) == []
