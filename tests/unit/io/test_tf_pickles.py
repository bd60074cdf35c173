"""TensorFlow pickles with missing or unknown parts: one clear sentence each."""

import io
import subprocess
import sys

import numpy as np
import pytest

import gan
from gan.io.pickles import load_pickle
from tests.fixtures_path import ROOT
from tests.tensorflow_pickles import Network, d_basic, dumps, g_style, network


def load(tmp_path, data, **options):
    path = tmp_path / "net.pkl"
    path.write_bytes(dumps(data, module=options.pop("module", "dnnlib.tflib.network")))
    return gan.load(path, **options)


def changed(variable, value, part="synthesis"):
    """A G_style in which one variable is another (None: absent; a tuple: of this shape)."""
    made, _ = g_style()
    owner = made if part is None else made.state["components"][part]
    array = np.zeros(value, np.float32) if isinstance(value, tuple) else value
    kept = [pair for pair in owner.state["variables"] if pair[0] != variable]
    owner.state["variables"] = kept if value is None else [*kept, (variable, array)]
    return made


def with_state(**state):
    made, _ = g_style()
    made.state.update(state)
    return made


def with_argument(**arguments):
    made, _ = g_style()
    for part in (made, *made.state["components"].values()):
        part.state["static_kwargs"].update(arguments)
    return made


CORRUPT, UNSUPPORTED = gan.CorruptFileError, gan.UnsupportedNetworkError
HOLES = {
    "variable missing": (lambda: changed("8x8/Conv1/weight", None), CORRUPT, "lacks synthesis.b8.conv1.weight"),
    "mean missing": (lambda: changed("dlatent_avg", None, None), CORRUPT, "lacks mapping.w_avg"),
    "variable of another size": (lambda: changed("8x8/Conv1/bias", (3,)), CORRUPT, r"\[3\] but should have \[8\]"),
    "kernel of three dimensions": (
        lambda: changed("8x8/Conv1/weight", (3, 3, 8)),
        CORRUPT,
        r"8x8/Conv1/weight has the impossible shape \[3, 3, 8\]",
    ),
    "two noise images": (lambda: changed("noise3", (2, 1, 8, 8)), CORRUPT, "noise3 has the impossible shape"),
    "unknown variable": (
        lambda: changed("8x8/Conv2/weight", (3, 3, 8, 8)),
        CORRUPT,
        "unknown variable synthesis/8x8/C",
    ),
    "variable of text": (lambda: changed("8x8/Conv1/bias", "text"), CORRUPT, "8x8/Conv1/bias is no array"),
    "variable of integers": (
        lambda: changed("8x8/Conv1/bias", np.zeros(8, np.int32)),
        CORRUPT,
        "8x8/Conv1/bias holds no numbers with fractions",
    ),
    "no list of variables": (lambda: with_state(variables=None), CORRUPT, "no TensorFlow network as it is written"),
    "no arguments": (lambda: with_state(static_kwargs=None), CORRUPT, "no TensorFlow network as it is written"),
    "no function": (lambda: with_state(build_func_name=None), CORRUPT, "no TensorFlow network as it is written"),
    "components of text": (lambda: with_state(components="ab"), CORRUPT, "no TensorFlow network as it is written"),
    "a component of text": (
        lambda: with_state(components={"mapping": 1}),
        CORRUPT,
        "G_ema's mapping in the file is no",
    ),
    "no synthesis network": (lambda: with_state(components={}), UNSUPPORTED, "by the function G_style, which"),
    "version 9": (lambda: with_state(version=9), UNSUPPORTED, "of version 9, but this program reads versions 2 to 5"),
    "no version": (lambda: with_state(version=None), UNSUPPORTED, "of version None"),
    "alien function": (
        lambda: with_state(build_func_name="G_other"),
        UNSUPPORTED,
        r"by the function G_other/G_synthesis, which this version does not know; choose",
    ),
    "further networks": (
        lambda: with_state(components={"mapping": g_style()[0], "encoder": g_style()[0]}),
        UNSUPPORTED,
        "holds the further networks encoder",
    ),
    "fmap_decay": (lambda: g_style(fmap_decay=0.5)[0], UNSUPPORTED, r"argument fmap_decay is 0\.5"),
    "text as a size": (lambda: with_argument(label_size="three"), UNSUPPORTED, "argument label_size is three"),
    "fmap_base of text": (lambda: with_argument(fmap_base="8k"), UNSUPPORTED, "argument fmap_base is 8k"),
    "filter of text": (lambda: with_argument(blur_filter="abc"), UNSUPPORTED, "argument blur_filter is abc"),
    "filter of nothing": (lambda: with_argument(blur_filter=[1, -1]), UNSUPPORTED, r"blur_filter is \[1, -1\]"),
    "2^30 pixels": (lambda: with_argument(resolution=2**30), UNSUPPORTED, "img_resolution"),
    "mapping function": (
        lambda: with_state(
            components={"synthesis": g_style()[0], "mapping": network("m", "G_other_mapping", {}, {})},
        ),
        UNSUPPORTED,
        "G_other_mapping",
    ),
    "level of detail": (lambda: g_style(lod=7.0)[0], UNSUPPORTED, r"level of detail is 7\.0"),
}


@pytest.mark.parametrize("hole", HOLES)
def test_holes(hole, tmp_path):
    make, error, message = HOLES[hole]
    with pytest.raises(error, match=message) as caught:
        load(tmp_path, (None, None, make()))
    assert type(caught.value) is error
    assert caught.value.detail.endswith(".")
    assert "\n" not in caught.value.detail


def test_variable_twice(tmp_path):
    made, _ = g_style()
    made.state["variables"] *= 2
    with pytest.raises(CORRUPT, match="is there twice"):
        load(tmp_path, (None, None, made))


@pytest.mark.parametrize("count", [2, 4])
def test_other_numbers_of_networks(count, tmp_path):
    with pytest.raises(UNSUPPORTED, match=f"of {count} parts .*three networks"):
        load(tmp_path, (g_style()[0],) * count)


def test_something_else_among_the_networks(tmp_path):
    with pytest.raises(UNSUPPORTED, match=r"\(a network, str, a network\)"):
        load(tmp_path, (g_style()[0], "text", g_style()[0]))


def test_an_unknown_discriminator_does_not_keep_from_the_pictures(tmp_path):
    other = network("D", "D_patch", {}, {})
    data = (g_style()[0], other, g_style()[0])
    nets = load(tmp_path, data, only=("G_ema",))
    assert nets.info.architectures.keys() == {"G", "G_ema"}
    with pytest.raises(UNSUPPORTED, match="D_patch"):
        load(tmp_path, data)


def test_only_the_average_is_there(tmp_path):
    assert load(tmp_path, g_style()[0]).info.architectures.keys() == {"G_ema"}
    assert load(tmp_path, d_basic()[0]).info.architectures.keys() == {"D"}
    with pytest.raises(UNSUPPORTED, match="does not hold D"):
        load(tmp_path, (None, None, g_style()[0]), only=("D",))


def test_progressive_gans_are_named(tmp_path):
    made = Network(version=2, name="G", static_kwargs={}, build_module_src="", build_func_name="G_paper", variables=[])
    with pytest.raises(UNSUPPORTED, match="G is built by the function G_paper"):
        load(tmp_path, (made, made, made), module="tfutil")


def test_what_a_file_holds_is_told_without_torch_and_without_reading_a_number(tmp_path):
    path = tmp_path / "net.pkl"
    path.write_bytes(dumps((g_style(lod=0.5)[0], d_basic()[0], g_style(lod=0.5)[0])))
    code = f"""
import sys
from pathlib import Path
from gan.io.networks import describe
from gan.io.pickles import load_pickle
from gan.io.records import NumpyArray
read, NumpyArray.read = NumpyArray.read, lambda self: read(self) if self.shape == () else sys.exit("read")
path = Path({str(path)!r})
stored, settings = load_pickle(path.open("rb"), path.stat().st_size, ("G_ema",))
info = describe({{name: network.architecture for name, network in stored.items()}}, settings)
assert (info.family, info.resolution, info.channels, info.c_dim) == ("StyleGAN1", 16, 3, 0), info
assert info.architectures.keys() == {{"G", "D", "G_ema"}}
assert info.architectures["G_ema"].arguments["lod"] == 0.5
assert sum(tensor.nbytes for tensor in stored["G_ema"].tensors.values()) > 4000
assert "torch" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_variable_counts():
    """Each array of a G_style reaches a parameter of its own."""
    made, variables = g_style(label_size=3)
    del variables["lod"], variables["synthesis/lod"]
    content = dumps(made)
    stored = load_pickle(io.BytesIO(content), len(content), ("G_ema",))[0]["G_ema"]
    sizes = sorted(np.size(value) for value in variables.values())
    filters = [tensor for name, tensor in stored.tensors.items() if name.endswith("resample_filter")]
    assert len(filters) == 2
    others = [tensor for name, tensor in stored.tensors.items() if not name.endswith("resample_filter")]
    assert sorted(tensor.nbytes // 4 for tensor in others) == sizes
    assert sorted(tensor.read().numel() for tensor in others) == sizes
