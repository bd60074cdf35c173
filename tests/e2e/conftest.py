"""Fixtures of the window tests."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

import tests.e2e.driver as driver  # first: it selects PyOpenGL's headless platform

# isort: split
from _pytest.faulthandler import fault_handler_stderr_fd_key

from imgui_bundle import hello_imgui, immapp  # isort: skip

from renderer.ipc.client import Renderer
from tests.e2e.lent import Lent
from tests.fixtures_path import fixtures

immapp.run = immapp.immapp_cpp.run  # as the window itself: without a look at the sources of all callers


@pytest.fixture(scope="session", autouse=True)
def _tracebacks(request: pytest.FixtureRequest) -> None:
    """Tracebacks of crashes go where pytest sends them, past its capture of the output."""
    driver.write_tracebacks_to(request.config.stash[fault_handler_stderr_fd_key])


@pytest.fixture(scope="session")
def _real() -> Iterator[Renderer]:
    renderer = Renderer(hello_imgui.request_refresh)
    yield renderer
    renderer.close()


_turns = itertools.count(1, 10)


@pytest.fixture
def lent(_real: Renderer) -> Lent:
    """The real renderer in its own process, started once for all tests. Give it to `drive(renderer=...)`."""
    return Lent(_real, next(_turns))


@pytest.fixture(autouse=True)
def _own_turns(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that tests start do not wait for those of the user."""
    monkeypatch.setenv("STYLESCOPE_STATE", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def avatars() -> str:
    """A trained StyleGAN2 of 32 x 32 pixels."""
    path = fixtures().parent / "networks" / "avatars-32.pkl"
    if not path.is_file():
        pytest.skip(f"the network {path} is absent")
    return str(path)


@pytest.fixture
def stylegan3() -> str:
    """A small StyleGAN3-T of 64 x 64 pixels."""
    return str(Path(fixtures()) / "sg3t_64" / "net.pkl")
