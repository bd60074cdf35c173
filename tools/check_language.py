"""Checks of the language of docstrings, comments and names, the length of files and the size of folders.

    python -m tools.check_language            # fails on findings in the rooms of CLEAN
    python -m tools.check_language --count    # counts findings in every room
    python -m tools.check_language FOLDER...  # lists findings under these folders, enforced or not

Docstrings open with a verb or a noun phrase. House words have a plain equivalent in WORDS. Files stay under 400
lines, folders at 20 Python files or fewer.
"""

import argparse
import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("foundation", "gan", "renderer", "training_launcher", "viz")
SOURCES = (*PACKAGES, "benchmarks", "tests", "tools", "visualizer.py")

OPENERS = ("What", "Whether", "How", "Which", "Where", "Who", "That")
"""Forbidden first words of docstrings: they announce the content instead of stating it."""

WORDS: dict[str, str] = {
    r"deeds?": "action",
    r"errands?": "background worker",
    r"likeness(es)?": "swatch thumbnail",
    r"keepers?": "settings writer",
    r"own[ _]ways?": "reference",
    r"own[ _]layers": "reference",
    r"told|tells": "reports, shows, returns",
}
"""House words (regular expressions, whole words) and what to write instead."""

IDENTIFIERS: dict[str, str] = {word: plain for word, plain in WORDS.items() if "tells" not in word}
"""House words that are forbidden in names too; `told` is allowed, as it may be part of a longer name."""

_ANY = re.compile(rf"\b({'|'.join(f'(?:{word})' for word in WORDS)})\b", re.IGNORECASE)

MOST_LINES = 400
MOST_FILES = 20

CLEAN: tuple[str, ...] = SOURCES
"""Rooms that are held to all rules by `make check`, as paths from the root. Rooms inside them are held too."""

NOT_YET: tuple[str, ...] = ()
"""Rooms that still have findings."""

EXEMPT = ("tools/check_language.py", "tests/unit/project/test_language.py")
"""Files that quote the house words."""


@dataclass(frozen=True)
class Finding:
    """Violation of a rule."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def findings(root: Path, sources: tuple[str, ...] = SOURCES) -> Iterator[Finding]:
    """Yield all findings under `root`, folder by folder.

    Args:
        root: The checkout.
        sources: Folders and files to read, as paths from the root; absent ones are skipped.
    """
    for source in sources:
        place = root / source
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        files = [file for file in files if "__pycache__" not in file.parts]
        for folder, count in sorted(Counter(file.parent for file in files).items()):
            if count > MOST_FILES and place.is_dir():
                yield Finding(_name(root, folder), 0, "folder", f"{count} Python files, at most {MOST_FILES}")
        for file in files:
            if (name := _name(root, file)) not in EXEMPT:
                yield from check_file(name, file.read_text(encoding="utf-8"))


def check_file(name: str, text: str) -> Iterator[Finding]:
    """Yield the findings in one file's text."""
    lines = text.count("\n")
    if lines > MOST_LINES:
        yield Finding(name, lines, "length", f"{lines} lines, at most {MOST_LINES}")
    nodes = list(ast.walk(ast.parse(text)))
    for line, docstring in _docstrings(nodes):
        first = re.match(r"\W*(\w+)", docstring)
        if first and first[1] in OPENERS:
            yield Finding(name, line, "opener", docstring.splitlines()[0][:80])
        yield from _house_words(name, line, docstring, "docstring", WORDS)
    if _ANY.search(text):  # reading the tokens of a file takes longer than all else
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield from _house_words(name, token.start[0], token.string, "comment", WORDS)
    for line, identifier in _identifiers(nodes):
        yield from _house_words(name, line, _spaced(identifier), "name", IDENTIFIERS)


def enforced(name: str) -> bool:
    """Return True for a path in one of the rooms of CLEAN."""
    return any(name == room or name.startswith(f"{room}/") for room in CLEAN)


def room_of(name: str) -> str:
    """Return the package of a path, or the room of a package that has rooms."""
    parts = name.split("/")
    return "/".join(parts[: 2 if len(parts) > 2 else 1])


def _docstrings(nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield line and text of each docstring: of modules, classes, functions and assignments."""
    for node in nodes:
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            for before, statement in zip([None, *node.body], node.body, strict=False):
                is_first = before is None
                if (is_first or isinstance(before, (ast.Assign, ast.AnnAssign))) and (text := _text(statement)):
                    yield statement.lineno, text


def _text(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return statement.value.value if isinstance(statement.value.value, str) else ""
    return ""


def _identifiers(nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield line and text of each name that the file defines."""
    for node in nodes:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


@cache
def _spaced(identifier: str) -> str:
    """Return the words of a name."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower().replace("_", " ")


def _house_words(name: str, line: int, text: str, where: str, words: dict[str, str]) -> Iterator[Finding]:
    if not _ANY.search(text):
        return
    for word, plain in words.items():
        if found := re.search(rf"\b({word})\b", text, re.IGNORECASE):
            yield Finding(name, line, where, f"{found[0]!r}: write {plain}")


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def main() -> int:
    """Print findings; return 1 if an enforced room has any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", help="list the findings under these")
    parser.add_argument("--count", action="store_true", help="count the findings of each room")
    given = parser.parse_args()
    found = list(findings(ROOT, tuple(given.folders) or SOURCES))
    if given.count:
        for (room, rule), count in sorted(Counter((room_of(one.path), one.rule) for one in found).items()):
            print(f"{room:28} {rule:10} {count}")
        print(f"{'all':28} {'':10} {len(found)}")
        return 0
    shown = found if given.folders else [one for one in found if enforced(one.path)]
    for one in shown:
        print(one)
    return int(bool(shown))


if __name__ == "__main__":
    sys.exit(main())
