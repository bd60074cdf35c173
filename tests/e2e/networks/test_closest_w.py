"""Closest w in the comparison, differences across sizes, and networks that follow their run."""

import shutil

import numpy as np
import pytest
from imgui_bundle import hello_imgui
from PIL import Image

from renderer.document.fitting.closest import ClosestFound
from renderer.fake.client import FakeRenderer
from renderer.ipc.protocol import ClosestW, Latent, Network
from tests.e2e.driver import Driver, drive
from tests.e2e.networks.test_compare_networks import EXACT, SIZE, alone, both, settle, shown
from viz.networks.closest import CLOSEST
from viz.networks.compare import COMPARED
from viz.networks.compare_state import cells, shown_distance
from viz.state.followed_run import FollowBeside
from viz.state.params import put

pytestmark = pytest.mark.window


def test_the_closest_w_is_fitted_in_its_cell_and_nearer_than_the_same_seed(lent, avatars, relative, monkeypatch):
    def steps(d: Driver):
        d.wait_whole()
        settle(d)
        measured = d.app.services.__getitem__
        pictures = cells(d.scene, d.facts)
        by_seed = measured(COMPARED).of(pictures[1]).measured.value
        assert shown_distance(d.facts, pictures), "the distance has a name in the heading"
        d.click("//Canvas/compare/match/##2")
        assert d.scene.view.networks.match == "closest"
        fits = measured(CLOSEST)
        d.wait_for(lambda: fits.of(Network(relative)).done > 3, what="the fit")
        assert not fits.of(Network(relative)).over
        d.wait_for(lambda: fits.of(Network(relative)).left_s is not None, what="how long it takes")
        assert fits.of(Network(relative)).left_s > 0
        d.click("//Canvas/compare/match/##0")
        d.frames(3)
        assert not [work for work in d.app.link.jobs._entries if isinstance(work, ClosestW)], "another choice stops it"
        settle(d)
        assert np.array_equal(shown(d, 1), alone(d, relative))
        d.click("//Canvas/compare/match/##2")
        d.wait_for(lambda: fits.of(Network(relative)).over, what="the whole fit")
        settle(d)
        found = cells(d.scene, d.facts)[1]
        assert isinstance(found.document.latent, Latent)
        assert found.document.latent.array == fits.of(Network(relative)).ref
        assert measured(COMPARED).of(found).measured.value < by_seed
        undo = d.facts.undo
        d.change(lambda scene: put(scene, "document.latent.x", 6.0))
        d.wait_for(lambda: not fits.of(Network(relative)).over, what="a new fit for another picture")
        assert d.facts.undo != undo, "only the seed is a step"

    monkeypatch.setattr("viz.networks.closest.ClosestW", lambda request, other: ClosestW(request, other, 12))
    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(relative))


def test_a_fit_reports_its_progress_and_its_failure_can_be_read(avatars):
    """With the test pattern: the w of its second step, and a renderer that refuses."""

    def steps(d: Driver):
        d.wait_frame()
        d.change(lambda scene: put(scene, "document.networks", (Network(avatars),)))
        d.change(lambda scene: put(scene, "view.networks.on", True))
        d.change(lambda scene: put(scene, "view.networks.match", "closest"))
        fit = d.app.services[CLOSEST]
        d.wait_for(lambda: fit.of(Network(avatars)).over, what="the fit")
        settle(d)
        ref = fit.of(Network(avatars)).ref
        assert d.facts.arrays.get(ref).tolist() == [1.0] * 512
        assert ClosestFound.of(np.array([0.5, 2, 1, 1], np.float32)).distance == 0.5
        d.facts.arrays.forget((ref,))
        d.wait_for(lambda: fit.of(Network(avatars)).ref in d.facts.arrays, what="the fit again: memory was short")

    drive(steps, renderer=FakeRenderer(hello_imgui.request_refresh, "StyleGAN3-T", 64), size=SIZE)


def test_pictures_of_two_sizes_are_subtracted_at_the_smaller_one(lent, avatars, stylegan3):
    def steps(d: Driver):
        d.wait_whole()
        settle(d)
        a, b = alone(d, avatars), alone(d, stylegan3)
        d.click("//Canvas/compare/mode/##2")
        settle(d)
        small = min(a.shape[0], b.shape[0])
        if a.shape == b.shape:
            pytest.skip("both have one size")
        both_small = [
            np.asarray(Image.fromarray(one).resize((small, small), Image.Resampling.BOX)).astype(np.int16)[..., :3]
            for one in (a, b)
        ]
        assert np.array_equal(shown(d, 1), (both_small[1] - both_small[0]).sum(axis=2))

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(stylegan3))


def test_a_network_beside_follows_its_run(lent, avatars, relative, tmp_path):
    run = tmp_path / "00001-avatars"
    run.mkdir()
    first, second = run / "network-snapshot-000001.safetensors", run / "network-snapshot-000002.safetensors"
    shutil.copy(relative, first)

    def steps(d: Driver):
        d.wait_whole()
        d.change(lambda scene: scene.request(FollowBeside(str(first))))
        assert d.scene.interaction.compared.followed == (str(first),)
        undo = d.facts.undo
        shutil.copy(relative, second)
        d.wait_for(lambda: d.scene.document.networks == (Network(str(second)),), what="the newer snapshot")
        assert d.facts.undo == undo, "a newer snapshot is no step"
        assert d.scene.interaction.compared.followed == (str(second),)
        d.change(lambda scene: scene.request(FollowBeside(str(second))))
        assert d.scene.interaction.compared.followed == ()

    drive(steps, network=avatars, renderer=lent, size=SIZE, settings=EXACT, scene=both(str(first)))
