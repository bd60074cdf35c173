"""Operators that Apple's GPUs lack: PyTorch's switch, and what is said of them."""

import os
import subprocess
import sys
import warnings

import pytest

from gan import mps
from tests.fixtures_path import ROOT

WARNING = (
    "The operator 'aten::{}' is not currently supported on the MPS backend and will fall back to run on the CPU. "
    "This may have performance implications. (Triggered internally at MPSFallback.mm:13.)"
)
PROGRAM = """
import sys, types
sys.platform = "darwin"
sys.modules["_scproxy"] = types.ModuleType("_scproxy")  # which urllib has there
sys.modules["_scproxy"]._get_proxies = sys.modules["_scproxy"]._get_proxy_settings = dict
real, seen = __import__, []
def watched(name, *rest):
    if name == "torch":
        import os
        seen.append(os.environ.get("PYTORCH_ENABLE_MPS_FALLBACK"))
        raise SystemExit(f"torch with {seen[0]}")
    return real(name, *rest)
import builtins
builtins.__import__ = watched
"""


def first_of_torch(program: str, **environment: str) -> str:
    """Return what the switch is when a program on macOS first imports torch."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + program],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "program",
    [
        "import gan; gan.load('assets/demo.safetensors')",
        "from gan.cli.main import main; main(['images', '--network=assets/demo.safetensors', '--seeds=0'])",
        "from renderer.engine.worker import _make_engine; _make_engine(None)",
        "from renderer.cli.picture import picture; import renderer.engine.pipeline",
    ],
    ids=["library", "command", "renderer", "command of the renderer"],
)
def test_the_switch_is_set_before_torch_is_imported(program: str):
    environment = {"PYTORCH_ENABLE_MPS_FALLBACK": "0"}
    assert first_of_torch(f"import os; os.environ.pop('{mps.VARIABLE}', None); {program}") == "torch with 1"
    assert first_of_torch(program, **environment) == "torch with 0"


def test_elsewhere_nothing_is_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(mps.VARIABLE, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    mps.allow_fallback()
    assert mps.VARIABLE not in os.environ


def test_each_operator_is_named_once_and_other_warnings_are_shown(monkeypatch: pytest.MonkeyPatch):
    shown: list[str] = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: shown.append(str(message)))
    monkeypatch.setattr(mps, "_hearing", False)
    monkeypatch.setattr(mps, "_lacking", [])
    mps.hear()
    mps.hear()
    assert mps.notices() == ()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        for name in ("upfirdn", "linalg_qr.out", "upfirdn"):
            warnings.warn(WARNING.format(name), UserWarning, stacklevel=1)
        warnings.warn("something else", UserWarning, stacklevel=1)
    assert shown == ["something else"]
    (notice,) = mps.notices()
    assert "(upfirdn, linalg_qr.out)" in notice
