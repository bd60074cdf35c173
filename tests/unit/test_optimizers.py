"""Adam and LBFGS without PyTorch's compiler: the same numbers as PyTorch's own, and none of the compiler's modules."""

import subprocess
import sys

import pytest
import torch

from gan.optimizers import LBFGS, Adam
from tests.fixtures_path import ROOT


def trained(kind: type[torch.optim.Adam], steps: int, given: dict, state: dict | None = None) -> tuple:
    """Parameters and the optimiser after so many steps, at first or from a state."""
    torch.manual_seed(0)
    parameters = [torch.randn(3, 4, requires_grad=True), torch.randn(5, requires_grad=True)]
    adam = kind(parameters, lr=0.1, betas=(0.5, 0.9), **given)
    if state is not None:
        adam.load_state_dict(state)
    for step in range(steps):
        adam.zero_grad()
        sum(((p - step) ** 2).sum() for p in parameters).backward()
        adam.step()
    return parameters, adam


@pytest.mark.parametrize("given", [{}, {"fused": True}, {"foreach": False}], ids=str)
def test_it_is_pytorchs_adam(given):
    own, theirs = trained(Adam, 4, given), trained(torch.optim.Adam, 4, given)
    assert all(map(torch.equal, own[0], theirs[0]))
    states = own[1].state_dict(), theirs[1].state_dict()
    assert states[0]["param_groups"] == states[1]["param_groups"]
    for number, moments in states[1]["state"].items():
        assert all(torch.equal(states[0]["state"][number][name], value) for name, value in moments.items())
    again = trained(Adam, 3, given, states[1]), trained(torch.optim.Adam, 3, given, states[0])
    assert all(map(torch.equal, again[0][0], again[1][0]))
    assert not own[0][0].grad_fn
    assert own[0][0].requires_grad


def test_it_is_pytorchs_lbfgs():
    def solved(kind):
        torch.manual_seed(0)
        x = torch.randn(3, 4, requires_grad=True)
        solver = kind([x], max_iter=20, line_search_fn="strong_wolfe")

        def loss():
            solver.zero_grad()
            total = (x.cosh() - 2 * x).sum()
            total.backward()
            return float(total.detach())

        solver.step(loss)
        return x

    own = solved(LBFGS)
    assert torch.equal(own, solved(torch.optim.LBFGS))
    torch.testing.assert_close(own.sinh(), torch.full((3, 4), 2.0), rtol=0, atol=1e-3)


def test_their_use_imports_nothing_of_the_compiler():
    code = (
        "import sys, torch; from gan.optimizers import LBFGS, Adam; p = torch.ones(3, requires_grad=True);"
        "adam = Adam([p]); adam.zero_grad(); p.sum().backward(); adam.step(); adam.load_state_dict(adam.state_dict());"
        "lbfgs = LBFGS([p]); lbfgs.step(lambda: lbfgs.zero_grad() or p.square().sum());"
        "assert not {'torch._dynamo', 'triton'} & set(sys.modules), 'slow'"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
