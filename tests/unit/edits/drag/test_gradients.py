"""Drags through layers in half precision, which a CPU has only in tests: their gradients are scaled."""

import numpy as np
import pytest
import torch

from gan.edits.drag.dragging import Dragging, Point
from gan.edits.drag.gradients import FIRST_SCALE, scaled_gradient
from gan.images import styles
from tests.unit.edits.drag import truth


@pytest.mark.parametrize("slope", [2e-8, 1e-5, 1.0, 1e4])
def test_derivatives_that_float16_lacks(slope):
    variable = torch.ones(4, requires_grad=True)
    loss = (variable.half().float() * slope).sum()
    found, scale = scaled_gradient(loss, variable, FIRST_SCALE)
    torch.testing.assert_close(found, torch.full((4,), slope), rtol=2e-3, atol=0)
    assert (scale < FIRST_SCALE) == (slope * FIRST_SCALE > 65504)
    (plain,) = torch.autograd.grad((variable.half().float() * slope).sum(), [variable])
    if slope < 1e-7:
        assert not torch.allclose(plain, torch.full((4,), slope), rtol=0.1), "it is lost without a scale"


def test_features_that_are_not_finite_have_none():
    variable = torch.full((4,), 1e6, requires_grad=True)
    found, _ = scaled_gradient((variable.half().float() - variable.half().float()).abs().sum(), variable, FIRST_SCALE)
    assert found is None


class Halved:
    """A synthesis network whose captured layer is rounded to float16, and its derivatives too."""

    def __init__(self, synthesis, factor=1.0):
        self._synthesis, self._factor, self.forced = synthesis, factor, []

    def __getattr__(self, name):
        return getattr(self._synthesis, name)

    def __call__(self, ws, *, force_fp32=False, **options):
        self.forced.append(force_fp32)
        x = self._synthesis(ws, **options)
        return x if force_fp32 else (x * self._factor).half()


def begun(synthesis, half, factor=1.0):
    plain = truth.begun(truth.DEMO, styles(truth.network(truth.DEMO)[0], [3], psi=0.7)[0], Point(10, 14, 13, 14))
    may = torch.zeros(32, 32, dtype=torch.bool)
    may[4:24, 4:24] = True
    network = Halved(synthesis, factor) if half else synthesis
    return network, Dragging(network, plain.ws(), [Point(10, 14, 13, 14)], plain.settings, may, noise_mode="const")


def test_a_drag_in_half_precision_goes_the_same_way():
    synthesis = truth.network(truth.DEMO)[0].synthesis
    (_, half), (_, whole) = (begun(synthesis, one) for one in (True, False))
    for _ in range(6):
        half.step()
        whole.step()
    a, b = (one.moved().numpy().ravel() for one in (half, whole))
    assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 0.99
    (p,), (q,) = half.points, whole.points
    assert np.hypot(p.x - q.x, p.y - q.y) < 0.3


def test_where_half_precision_overflows_it_goes_on_in_float32():
    synthesis = truth.network(truth.DEMO)[0].synthesis
    network, dragging = begun(synthesis, True, 1e8)
    _, whole = begun(synthesis, False)
    for one in (dragging, whole):
        for _ in range(3):
            one.step()
    assert network.forced[0] is False
    assert all(network.forced[1:])
    assert dragging.steps_done == 3
    assert torch.isfinite(dragging.ws()).all()
