"""Dragging against the published program (fixtures/drag_parity)."""

import numpy as np
import pytest
import torch

from gan.edits.drag.dragging import Dragging, Point
from gan.edits.drag.settings import Settings
from tests.parity.edits.published import network, published

CASE = "drag_parity"
RUNS = ("av_1_nomask", "av_3_mask", "sg2_1_mask")
FIXED = {"none": None, "1 (fixed) in rows 20..31": slice(20, 32), "1 (fixed) in rows 0..19": slice(0, 20)}


def begun(name):
    """Return a drag as the fixture describes it."""
    run, G = published(CASE)[0]["runs"][name], network(CASE, published(CASE)[0]["runs"][name]["network"])
    rows = FIXED[run["mask"].partition(",")[0]]
    may_change = None
    if rows is not None:
        may_change = torch.ones(G.img_size, dtype=torch.bool)
        may_change[rows] = False
    settings = Settings(
        layer=f"b{4 * 2 ** run['feature_idx']}.conv1",
        layers=tuple(range(6)),
        motion_radius=run["r1_pixels"],
        track_radius=run["r2_pixels"],
        hold=run["lambda_mask"],
        rate=run["lr"],
        published=True,
    )
    places = zip(run["points_row_column"], run["targets"], strict=True)
    points = [Point(x, y, to_x, to_y) for (y, x), (to_y, to_x) in places]
    w0 = torch.from_numpy(published(CASE)[1][f"{name}/w0"])[0]
    return Dragging(G.synthesis, w0, points, settings, may_change, noise_mode="const")


@pytest.mark.parametrize("name", RUNS)
def test_every_step(name):
    meta, arrays = published(CASE)
    run = meta["runs"][name]
    dragging, weight = begun(name), run["lambda_mask"]
    least = 5e-3 if run["mask"] != "none" else 1e-4
    for t in range(run["steps_done"]):
        end = dragging.step()
        handles = [(one.y, one.x) for one in dragging.points]
        np.testing.assert_array_equal(handles, arrays[f"{name}/points"][t])
        loss = dragging.losses.motion + weight * dragging.losses.fixed
        assert loss == pytest.approx(arrays[f"{name}/loss"][t], abs=1e-5 if t == 0 else 1e-3)
        assert dragging.losses.fixed == pytest.approx(arrays[f"{name}/fix"][t], abs=1e-3)
        assert not end
        known = run["vs_float64"]["w"].get(str(t + 1))
        if known is not None:
            found = dragging.ws().numpy()
            np.testing.assert_allclose(found, arrays[f"{name}/w"][t + 1][0], rtol=0, atol=max(10 * known, least))
