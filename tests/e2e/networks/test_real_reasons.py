"""Reasons that grey networks and cells, and the limit of memory, with the renderer that really reads the files."""

import shutil
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

import gan
from foundation.bundled import AVATARS as LARGER
from gan.networks import build
from renderer.ipc.protocol import Network, Weights
from tests.e2e.driver import Driver, drive
from tests.e2e.mixing.test_drag_mix import carry
from tests.e2e.networks.test_compare_networks import EXACT, SIZE, alone, both, cell, settle, shown
from tests.e2e.networks.test_reasons import SHELF, greyed, told
from viz.mixing.shelf import NETWORKS
from viz.networks.beside import known_of
from viz.networks.compare import COMPARED
from viz.networks.compare_state import cells
from viz.state.params import put
from viz.state.settings import Settings

pytestmark = pytest.mark.window
AVATARS = {"z_dim": 64, "c_dim": 0, "w_dim": 64, "img_resolution": 32, "img_channels": 3}
AVATARS |= {"channel_base": 2048, "channel_max": 96, "mapping_kwargs": {"num_layers": 4}}
LIMIT = 6
"""Networks that the renderer keeps of small ones: two in use, and four that were read before they are shown."""


def saved(folder: Path, name: str, **changes: object) -> str:
    """Write a network like the avatars but for some arguments, with random weights."""
    arguments = AVATARS | changes
    with torch.random.fork_rng():
        torch.manual_seed(sum(name.encode()))
        G = build("stylegan2.Generator", **arguments).eval()
    info = gan.describe({"G_ema": gan.Architecture("stylegan2.Generator", arguments)})
    path = folder / f"{name}.safetensors"
    gan.save(path, gan.Networks(G=None, D=None, G_ema=G, info=info))
    return str(path)


@pytest.mark.parametrize(
    ("kind", "why", "w_why"),
    [
        ("other w", "its w has 32 numbers, that of A has 64", "its w has 32 numbers, that of A has 64"),
        ("other channels", "other channels from 4² on", ""),
        ("more layers", "14 layers, A has 11", "it takes 10 w vectors, A has 8"),
        ("another kind", "another kind: StyleGAN3-T, A is StyleGAN2", "that of A has 64"),
    ],
)
def test_a_network_that_was_read_and_does_not_fit_says_why(lent, avatars, stylegan3, tmp_path, kind, why, w_why):
    path = {
        "other w": lambda: saved(tmp_path, "narrow", w_dim=32),
        "other channels": lambda: saved(tmp_path, "thin", channel_max=48),
        "more layers": lambda: saved(tmp_path, "large", img_resolution=64),
        "another kind": lambda: stylegan3,
    }[kind]()

    def steps(d: Driver) -> None:
        d.wait_whole()
        settle(d)
        assert "Does not fit" not in told(d), "by seed every network draws"
        assert np.array_equal(shown(d, 1), alone(d, path))
        d.click("//Canvas/compare/match/##1")
        settle(d)
        texts = told(d)
        assert ("Does not fit" in texts) == bool(w_why)
        assert w_why in texts
        d.change(lambda scene: put(put(scene, "view.networks.on", False), "view.workspace", "mix"))
        d.frames(12)
        d.click(f"//Mix/shelf/kinds/##{NETWORKS}")
        d.frames(3)
        done = d.app.store.history.done
        greyed(d, why)
        carry(d, f"{SHELF}/##network1", "//Mix/mixing/##bandMiddle")
        assert d.scene.document.weights == Weights()
        assert d.app.store.history.done == done

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(path))


def test_a_file_that_ends_early_or_is_gone_says_so_until_it_is_there(lent, avatars, relative, tmp_path):
    broken, gone = tmp_path / "broken.safetensors", tmp_path / "gone.safetensors"
    whole = Path(relative).read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])

    def steps(d: Driver) -> None:
        d.wait_whole()
        d.change(lambda scene: put(scene, "document.networks", (Network(str(broken)), Network(str(gone)))))
        settle(d)
        for index, path in ((1, broken), (2, gone)):
            failure = known_of(d.facts, Network(str(path))).failure
            assert failure is not None
            texts = told(d)
            assert "Could not be read" in texts
            assert path.name in failure.message
            assert d.exists(f"//Canvas/cell{index}/##Try again")
        for path in (broken, gone):
            path.write_bytes(whole)
        d.click("//Canvas/cell1/##Try again")
        d.click("//Canvas/cell2/##Try again")
        settle(d)
        for index, path in ((1, broken), (2, gone)):
            assert np.array_equal(shown(d, index), alone(d, str(path)))
        assert "Could not be read" not in told(d)

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(relative))


def copies(relative: str, folder: Path, count: int) -> list[str]:
    """Return the paths of copies of a network."""
    return [str(shutil.copy(relative, folder / f"copy-{i}.safetensors")) for i in range(count)]


def beside(d: Driver, paths: list[str]) -> None:
    """Compare the open network with these alone."""
    d.change(lambda scene: put(scene, "document.networks", tuple(map(Network, paths))))
    settle(d)
    assert all(d.app.services[COMPARED].of(one).pixels is not None for one in cells(d.scene, d.facts)[1:])


def read_again(d: Driver, path: str) -> bool:
    """Show a network alone; return True if the renderer had to read it."""
    link, frames = d.app.link, []
    show = link._show
    link._show = lambda frame: frames.append(frame) or show(frame)
    d.change(lambda scene: put(scene, "document.network", Network(path)))
    d.wait_for(lambda: any(one.model.network == Network(path) for one in frames), what="a picture of the network")
    d.wait_whole()
    link._show = show
    return any(stage == "load" for one in frames for stage, _ in one.milliseconds)


def test_the_network_that_was_not_used_for_longest_leaves_memory(avatars, relative, tmp_path):
    # In a process of its own: what other tests have shown would be in its memory too.
    paths = copies(relative, tmp_path, LIMIT + 1)

    def steps(d: Driver) -> None:
        d.wait_whole()
        for path in paths:
            beside(d, [path])
        d.change(lambda scene: put(scene, "view.networks.on", False))  # its cells would read what they show
        d.change(lambda scene: put(scene, "document.networks", ()))  # which are read ahead
        d.frames(3)
        assert not read_again(d, paths[-1]), "that which was used last is still there"
        assert read_again(d, paths[0])

    whole = Settings(smooth=False, drafts=False, precision="exact")  # the first picture, which reads, is the only one
    drive(steps, network=avatars, renderer="real", size=SIZE, settings=whole, scene=both(paths[0]))


def test_a_file_that_went_after_it_left_memory_is_told_in_its_cell(lent, avatars, relative, tmp_path):
    first, *others = copies(relative, tmp_path, LIMIT + 1)

    def steps(d: Driver) -> None:
        d.wait_whole()
        beside(d, [first])
        for path in others:
            beside(d, [path])
        Path(first).unlink()
        d.change(lambda scene: put(scene, "document.latent.x", 3.0))
        d.change(lambda scene: put(scene, "document.networks", (Network(first),)))
        settle(d)
        assert "Could not be read" in told(d)
        shutil.copy(relative, first)
        d.click("//Canvas/cell1/##Try again")
        settle(d)
        assert np.array_equal(shown(d, 1), alone(d, first))

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(first))


def test_a_network_for_which_there_is_no_room_is_not_loaded_and_says_so(lent, avatars, tmp_path):
    huge = tmp_path / "huge.safetensors"
    with huge.open("wb") as file:
        file.truncate(psutil.virtual_memory().total)  # takes no room on the disk

    def steps(d: Driver) -> None:
        d.wait_whole()
        settle(d)
        assert known_of(d.facts, Network(str(huge))).state == "no room"
        texts = told(d)
        assert "Not loaded" in texts
        assert "These 2 networks need" in texts
        assert "The others load when they are clicked" in texts
        small = Network(str(LARGER))
        d.change(lambda scene: put(scene, "document.networks", (Network(str(huge)), small)))
        settle(d)
        assert d.app.services[COMPARED].of(cells(d.scene, d.facts)[2]).pixels is not None, "others are"
        assert d.exists(cell(1))

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(str(huge)))
