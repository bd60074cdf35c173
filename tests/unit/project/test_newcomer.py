"""The guides for newcomers: their code blocks, applied to a copy of the tree, work as described."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.fixtures_path import ROOT
from tests.waiting import PATIENCE

GUIDES = ROOT / "docs" / "developing"
PACKAGES = ("foundation", "gan", "renderer", "training_launcher", "viz", "tests", "assets")

COMMAND = """
import random
from viz.commands.table import commands
from viz.state.scene import Scene
from tests.unit.viz.facts import new_facts
from viz.commands import palette

every = {command.id: command for command in commands(random.Random(0))}
command = every["next-seed"]
assert command.name == "Next seed"
assert command.run(Scene(), new_facts()).document.latent.x == Scene().document.latent.x + 1
assert palette.matches("next seed", every)[0].id == "next-seed"
"""
PANEL = """
from tests.e2e.driver import drive

def steps(d):
    d.wait_frame()
    d.click("//**/Seeds")
    d.frames(3)
    before = d.scene.document.latent.x
    d.click("//Seeds/##next")
    d.frames(2)
    assert d.scene.document.latent.x == before + 1

drive(steps)
"""
FAMILY = """
import sys
import torch
import gan
from gan.networks import build

arguments = {"z_dim": 4, "c_dim": 0, "w_dim": 4, "img_resolution": 8, "img_channels": 3}
G = build("plain.Generator", **arguments).eval()
info = gan.describe({"G_ema": gan.Architecture("plain.Generator", arguments)})
gan.save(sys.argv[1], gan.Networks(None, None, G, info))
opened = gan.load(sys.argv[1])
assert opened.info.family == "Plain", opened.info.family
z = torch.randn(2, 4)
image = opened.G_ema(z, None)
assert image.shape == (2, 3, 8, 8)
assert torch.equal(image, G(z, None))
"""

_BLOCK = re.compile(r"^ *```(python|diff)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([\w/]+\.py)`")


def blocks(guide: str) -> list[tuple[str, str, str]]:
    """File, kind ("python": a whole file, "diff": a change) and text of each block; "the same file" goes on."""
    text = (GUIDES / f"{guide}.md").read_text()
    found, end, file = [], 0, ""
    for block in _BLOCK.finditer(text):
        named = _FILE.findall(text[end : block.start()])
        file, end = named[-1] if named else file, block.end()
        found.append((file, block[1], textwrap.dedent(block[2])))
    return found


def apply(root: Path, file: str, kind: str, text: str) -> None:
    """Do what a block says. Its lines of context and those taken away must be there, once."""
    path = root / file
    if kind == "python":
        assert not path.exists(), file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return
    lines = text.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] != "+")
    after = "".join(line[1:] for line in lines if line[0] != "-")
    content = path.read_text()
    assert content.count(before) == 1, f"{file} has not once:\n{before}"
    path.write_text(content.replace(before, after))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in PACKAGES:
        if (ROOT / name).is_dir():
            # With what was compiled: times of files are copied too, so that it need not be compiled again.
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("fixtures"))
    return tmp_path


@pytest.mark.window
@pytest.mark.parametrize(
    ("guide", "program"),
    [("add-a-command", COMMAND), ("add-a-panel", PANEL), ("add-a-network-family", FAMILY)],
)
def test_the_steps_of_a_guide_do_what_it_promises(tree: Path, guide: str, program: str):
    steps = blocks(guide)
    assert len(steps) >= 2
    for step in steps:
        apply(tree, *step)
    environment = {**os.environ, "PYTHONPATH": str(tree), "STYLESCOPE_CONFIG_DIR": str(tree / "config")}
    done = subprocess.run(
        [sys.executable, "-c", program, str(tree / "net.safetensors")],
        cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_change_that_does_not_fit_is_found(tmp_path: Path):
    (tmp_path / "a.py").write_text("x = 1\ny = 2\n")
    apply(tmp_path, "a.py", "diff", " x = 1\n+z = 3\n-y = 2\n")
    assert (tmp_path / "a.py").read_text() == "x = 1\nz = 3\n"
    with pytest.raises(AssertionError, match="has not once"):
        apply(tmp_path, "a.py", "diff", " gone\n+z = 3\n")
