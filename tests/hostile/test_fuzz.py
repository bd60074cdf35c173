"""Damaged files: any change of bytes gives a LoadError or a network, never another exception."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gan
from gan.io.networks import describe
from tests.official_pickles import TINY_D, TINY_G, official, tiny_networks
from tests.soak import times
from tests.tensorflow_pickles import d_basic, dumps, g_style

LIMITS = settings(
    max_examples=times(60),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

CHANGES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4)
KEPT = st.one_of(st.just(1.0), st.floats(0, 1))


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    nets = tiny_networks()
    kinds = {name: gan.Architecture(f"stylegan2.{kind}", arguments) for name, kind, arguments in NETWORKS}
    path = tmp_path_factory.mktemp("fuzz") / "net.safetensors"
    gan.save(path, gan.Networks(nets["G"], nets["D"], nets["G_ema"], describe(kinds)))
    return {
        "pickle 4": official(protocol=4),
        "pickle 2": official(protocol=2, old=True),
        "safetensors": path.read_bytes(),
        "TensorFlow 4": dumps((g_style()[0], d_basic()[0], g_style(seed=3)[0])),
        "TensorFlow 2": dumps((g_style()[0], d_basic()[0], g_style(seed=3)[0]), 2),
        "torch zip": saved({"G_ema": nets["G_ema"].state_dict()}),
        "torch legacy": saved({"G_ema": nets["G_ema"].state_dict()}, _use_new_zipfile_serialization=False),
    }


def saved(value: object, **options: bool) -> bytes:
    """Return the bytes that torch.save writes."""
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return stream.getvalue()


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory):
    """The mean of w of networks that lost it is not kept in the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


KINDS = ("pickle 4", "pickle 2", "safetensors", "TensorFlow 4", "TensorFlow 2", "torch zip", "torch legacy")
NETWORKS = (("G", "Generator", TINY_G), ("D", "Discriminator", TINY_D), ("G_ema", "Generator", TINY_G))


def damaged(whole: bytes, changes: list[tuple[float, int]], kept: float, reach: int) -> bytes:
    """`whole` with bytes changed among the first `reach`, and cut short."""
    content = bytearray(whole)
    for place, value in changes:
        content[int(place * min(reach, len(content)))] = value
    return bytes(content[: int(kept * len(content))])


def opens_or_fails_well(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    message = None
    try:
        nets = gan.load(path)
    except gan.LoadError as error:
        message = str(error)
    if message is None:
        assert any(network is not None for network in (nets.G, nets.D, nets.G_ema))
    else:
        assert message.startswith((str(path), "..."))  # of a long path the end is shown
        assert f"{path.name}: " in message
        assert message.endswith(".")


@pytest.mark.parametrize("kind", KINDS)
@LIMITS
@given(changes=CHANGES, kept=KEPT)
def test_changed_anywhere(files, tmp_path, kind, changes, kept):
    opens_or_fails_well(tmp_path / "net.bin", damaged(files[kind], changes, kept, 2**30))


@pytest.mark.parametrize("kind", KINDS)
@LIMITS
@given(changes=CHANGES)
def test_changed_where_the_structure_is(files, tmp_path, kind, changes):
    opens_or_fails_well(tmp_path / "net.bin", damaged(files[kind], changes, 1.0, 4000))


def test_undamaged(files, tmp_path):
    for kind, content in files.items():
        (tmp_path / "net.bin").write_bytes(content)
        nets = gan.load(tmp_path / "net.bin")
        assert nets.info.family == ("StyleGAN1" if "TensorFlow" in kind else "StyleGAN2"), kind
        assert replace(nets, D=None).D is None
