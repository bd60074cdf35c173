"""Registration of the operators in PyTorch, special values, and fallbacks to the reference."""

import pytest
import torch

from gan import ops
from gan.ops.cuda import terms as separable
from tests.unit.ops.cuda.interpreted import CPU, close, seeded

from gan.ops.cuda import bias_act, filtered_lrelu, trials, upfirdn2d  # isort: skip
from gan.ops.cuda.filtered_lrelu_kernel import plan_tile  # isort: skip
from gan.ops.cuda.launching import NO_CLAMP  # isort: skip

GEOMETRY = [2, 2, 9, 8, 9, 8]
NUMBERS = (2**0.5, 0.2, 0.6, False)


@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
def test_schemas_shapes_and_gradients_agree(order: torch.memory_format):
    """torch.compile and CUDA graphs may then treat the operators as opaque calls."""
    x = seeded(0, 2, 3, 6, 6).contiguous(memory_format=order).requires_grad_()
    b, g, f = seeded(1, 3).requires_grad_(), torch.ones_like(x), seeded(2, 12)
    check = torch.library.opcheck
    check(bias_act.activate, (x, b, 1, 8, 0.0, 1.0, 0.5))
    check(bias_act.slope, (g, x, b, 1, 8, 0.0, 1.0, NO_CLAMP))
    check(bias_act.curve, (g, g, x.detach(), b.detach(), 1, 8, 0.0, 1.0, 0.5))
    check(upfirdn2d.resample, (x, seeded(2, 4, 3), [2, 2, 1, 1, 2, 1, 2, 1], False, 4.0))
    if order == torch.channels_last:
        return  # filtered_lrelu knows one order only
    check(filtered_lrelu.activate, (x, b, f, None, GEOMETRY, *NUMBERS))
    check(filtered_lrelu.tangent, (g, x.detach(), b.detach(), f, f, GEOMETRY, *NUMBERS, False))


def test_compiling_breaks_no_graph():
    x, b, f = seeded(0, 2, 3, 6, 6).requires_grad_(), seeded(1, 3), seeded(2, 12)

    def function(x):
        return filtered_lrelu.activate(torch.sin(x), b, f, f, GEOMETRY, *NUMBERS) * 2

    results = []
    for form in (function, torch.compile(function, backend="aot_eager", fullgraph=True)):
        y = form(x)
        results.append((y, *torch.autograd.grad(y.sum(), x)))
    for one, other in zip(*results, strict=True):
        close(one, other, 1e-6)


def test_what_is_not_a_number_stays_one():
    """Or else a layer that overflows would look sound."""
    x = torch.zeros(1, 1, 4, 4)
    x[0, 0, 1, 1] = float("nan")
    for act in ("linear", "relu", "lrelu", "tanh", "sigmoid", "elu", "selu", "softplus", "swish"):
        assert bias_act.bias_act(x, act=act, clamp=1.0).isnan().sum() == 1, act
    y = filtered_lrelu.filtered_lrelu(x, seeded(1, 4), None, None, 2, 1, 3, 1.0, 0.2, 1.0, False)
    assert y.isnan().any()


def test_terms_add_up_to_the_filter():
    for f in (seeded(1, 5, 5), ops.design_lowpass_filter(12, 0.5, 0.6, 4, radial=True)):
        vertical, horizontal = separable.terms(f, True, 1e-7, CPU).double()
        close(torch.einsum("ri,rj->ij", vertical, horizontal), f, 1e-6)
        turned = separable.terms(f, False, 1e-7, CPU)
        assert torch.equal(turned.flip(-1), separable.terms(f, True, 1e-7, CPU))


def test_terms_are_computed_once_for_each_filter(monkeypatch: pytest.MonkeyPatch):
    count = []
    monkeypatch.setattr(separable, "_separate", lambda f, flip, tolerance: count.append(f) or torch.ones(2, 1, len(f)))
    f = torch.ones(4)
    x = seeded(0, 1, 1, 6, 6).requires_grad_()
    for _ in range(3):
        y = filtered_lrelu.activate(x, None, f, f, [1, 1, 3, 3, 3, 3], *NUMBERS)
        torch.autograd.grad(y.sum(), x)
    assert len(count) == 2  # as it is, and flipped for the derivative
    f.mul_(2)
    filtered_lrelu.activate(x, None, f, f, [1, 1, 3, 3, 3, 3], *NUMBERS)
    assert len(count) == 3


@pytest.mark.parametrize(
    ("fu", "b", "up"),
    [
        (torch.ones(3, 4), None, 2),
        (seeded(1, 8, 8), None, 2),
        (torch.ones(3).requires_grad_(), None, 2),
        (torch.ones(30), None, 2),
        (torch.ones(3), torch.ones(2), 2),
        (torch.ones(3), None, (2, 2)),
    ],
    ids=[
        "not square",
        "full rank",
        "learned filter",
        "larger than the picture",
        "bias that does not fit",
        "two factors",
    ],
)
def test_what_is_left_to_the_reference(fu, b, up):
    assert filtered_lrelu.filtered_lrelu(seeded(0, 1, 1, 6, 6), fu, None, b, up, 1, 0, 1.0, 0.2, None, False) is None


def test_tiles_cover_what_they_must():
    for up, up_taps in ((1, 1), (2, 12), (4, 24)):
        for down, down_taps in ((1, 1), (2, 12), (4, 24)):
            for mid in (32, 64):
                p = plan_tile(up, up_taps, down, down_taps, up, up_taps, mid)
                assert p["STEP"] >= 1
                assert (p["STEP"] - 1) * down + down_taps <= p["MID"]
                assert p["STEP"] <= p["OUT"]


@pytest.mark.parametrize("name", ["bias_act", "upfirdn2d", "filtered_lrelu"])
def test_the_trial_accepts_what_is_right_and_refuses_what_is_not(name: str, monkeypatch: pytest.MonkeyPatch):
    assert trials.disagreement(name, CPU, True) is None
    right = getattr(trials, name)
    monkeypatch.setattr(trials, name, lambda *arguments: right(*arguments) * 1.1)
    assert trials.disagreement(name, CPU, False) == f"the kernel of {name} gives other numbers here"
