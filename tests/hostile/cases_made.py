"""Small pickles that make much, or never end when they are walked; and texts that nobody can show."""

import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.hostile import build as b
from tests.hostile.case import ODD, REFUSED, UNSUPPORTED, Case
from tests.official_pickles import TINY_G, official, persistent, tiny_networks
from tests.soak import times
from tests.tensorflow_pickles import Network, dumps, g_style

LEVELS = 60
"""Levels of doubling: nothing that visits each part once more for each mention ends."""
ROWS = 4000
MANY = times(100_000, 400_000)
UGLY = "red\x1b[31m\nline\u202e\udcff\x00end" + "x" * 100_000
"""A text with an escape sequence, a line break, a surrogate and no end."""


def cases() -> Iterator[Case]:
    """All cases of this kind."""
    yield from _walked()
    yield from _walked_tensorflow()
    yield from _made()
    yield from _numbers()
    yield from _texts()


def doubling(kind: str, levels: int = LEVELS) -> Any:
    """A value of a few parts that stands for 2^levels of them."""
    value: Any = ()
    for _ in range(levels):
        value = {"list": [value, value], "tuple": (value, value), "dict": {"a": value, "b": value}}[kind]
    return value


def _walked() -> Iterator[Case]:
    for kind in ("list", "tuple", "dict"):
        value = doubling(kind)
        yield Case(f"doubling {kind}: all", pickle.dumps(value, 4), UNSUPPORTED)
        yield Case(f"doubling {kind}: settings", official(extra={"training_set_kwargs": value}), REFUSED)
        yield Case(f"doubling {kind}: G_ema", official(extra={"G_ema": value}), REFUSED)
        yield Case(f"doubling {kind}: hidden buffers", _with_state("_non_persistent_buffers_set", value), ODD)
        yield Case(f"doubling {kind}: positional arguments", _with_state("_init_args", (value,)), REFUSED)
        yield Case(f"doubling {kind}: an attribute", _with_state("use_fp16", value), ODD)
        for name in ("z_dim", "img_resolution", "mapping_kwargs", "synthesis_kwargs", "architecture", "anything"):
            yield Case(f"doubling {kind}: {name}", b.with_arguments(**{name: value}), REFUSED)
    wide = [{str(i): list(range(90)) for i in range(100)}] * 200
    yield Case("a hundred arguments that share ten thousand parts", b.with_arguments(**_shared(wide)), REFUSED)
    sets = [set(range(20_000))] * 5_000
    yield Case("one set many times", official(extra={"training_set_kwargs": {"a": sets}}), REFUSED)
    yield Case("many hidden buffers", _with_state("_non_persistent_buffers_set", tuple(range(60_000))), REFUSED)
    long = {"a": ["x" * 1_000_000] * 9_000}
    yield Case("a long text many times", official(extra={"training_set_kwargs": long}), REFUSED)


def _shared(value: Any) -> dict[str, Any]:
    return {f"a{i}": value for i in range(100)}


def _with_state(key: str, value: Any) -> bytes:
    module = persistent(tiny_networks()["G_ema"], TINY_G)
    for part in (module, *module.meta["state"]["_modules"].values()):
        part.meta["state"][key] = value
    return official(extra={"G_ema": module})


def _walked_tensorflow() -> Iterator[Case]:
    for kind in ("list", "tuple", "dict"):
        value = doubling(kind)
        for key in ("version", "build_func_name", "components", "variables", "static_kwargs"):
            made, _ = g_style()
            made.state[key] = value
            ignored = (kind, key) == ("dict", "static_kwargs")  # as the published functions ignore unknown arguments
            yield Case(f"TensorFlow, doubling {kind}: {key}", dumps(made), ODD if ignored else REFUSED)
        for key in ("resolution", "blur_filter", "structure", "fused_scale", "use_noise"):
            made, _ = g_style()
            for part in (made, *made.state["components"].values()):
                part.state["static_kwargs"][key] = value
            yield Case(f"TensorFlow, doubling {kind}: argument {key}", dumps(made), REFUSED)
    made, _ = g_style()
    made.state["variables"] = [("w", 0.0)] * 60_000
    yield Case("TensorFlow: 60,000 variables", dumps(made), REFUSED)


def _made() -> Iterator[Case]:
    """Ten megabytes at most, which become gigabytes where nobody counts."""
    text = b.raw("\xff" * 1_000_000) + b"q\x00"
    again = b"h\x00"
    calls = {
        "bytearrays of a text": (b"c__builtin__\nbytearray\n", again + b.raw("latin-1") + b"\x86R"),
        "encoded texts": (b"c_codecs\nencode\n", again + b.raw("latin1") + b"\x86R"),
    }
    for name, (function, rest) in calls.items():
        body = (function + rest) * ROWS
        yield Case(f"{ROWS} {name}", b"\x80\x02" + text + b"0](" + body + b"e.", REFUSED)
    rebuild = b"cnumpy.core.multiarray\n_reconstruct\n" + b.raw((None, (0,), b"b")) + b"R"
    dtype = b.raw(np.dtype("u1")) + b"q\x01"
    state = b"(K\x01" + b.raw((1_000_000,)) + b"h\x01\x89" + again + b"tb"
    arrays = (rebuild + state) * ROWS
    yield Case(f"{ROWS} arrays of a text", b"\x80\x02" + text + b"0" + dtype + b"0](" + arrays + b"e.", REFUSED)
    frombuffer = b"cnumpy.core.numeric\n_frombuffer\n(" + again + b"h\x01" + b.raw((1_000_000,)) + b.raw("C") + b"tR"
    body = frombuffer * ROWS
    yield Case(f"{ROWS} arrays over a text", b"\x80\x02" + text + b"0" + dtype + b"0](" + body + b"e.", REFUSED)
    wide = ("\U0001f600" + "a" * 99_990).encode()
    row = b"X" + len(wide).to_bytes(4, "little") + wide
    yield Case("texts four bytes wide", b"\x80\x02](" + row * 100 + b"e.", UNSUPPORTED)
    yield Case("many sets", b"\x80\x04](" + b"\x8f" * MANY + b"e.", UNSUPPORTED)
    yield Case("many dictionaries", b"\x80\x04](" + b"}" * MANY + b"e.", UNSUPPORTED)
    yield Case("many long numbers", b"\x80\x02](" + (b"\x8a\x09" + b"\x01" * 9) * MANY + b"e.", UNSUPPORTED)
    number = b"\x8b" + (10**7).to_bytes(4, "little") + b"\x01" * 10**7
    yield Case("a number of ten megabytes", b"\x80\x02" + number + b".", UNSUPPORTED)
    storage = b.stored_tensor(b.torch.zeros(200_000).untyped_storage())
    load = b"ctorch.storage\n_load_from_bytes\nh\x00\x85R"
    content = b"\x80\x03" + pickle.dumps(storage, 3)[2:-1].rpartition(b"q\x00")[0] + b"q\x00"
    yield Case("one storage two thousand times", content + b"0](" + load * 2_000 + b"e.", REFUSED)
    frozen = b"(" + b"".join(b.raw(i) for i in range(50_000)) + b"lq\x00"
    sets = b"c__builtin__\nset\nh\x00\x85R" * 1_000
    yield Case("a set of the same list again and again", b"\x80\x02" + frozen + b"0](" + sets + b"e.", REFUSED)


def _numbers() -> Iterator[Case]:
    huge = 10**400
    for name, value in {"huge": huge, "minus huge": -huge, "infinite": float("inf"), "text": "0", "list": [0]}.items():
        made, _ = g_style()
        made.state["variables"] = [(key, value if key == "lod" else old) for key, old in made.state["variables"]]
        for part in made.state["components"].values():
            pairs = part.state["variables"]
            part.state["variables"] = [(key, value if key == "lod" else old) for key, old in pairs]
        yield Case(f"TensorFlow: lod {name}", dumps(made), REFUSED)
    for name, value in {
        "huge": huge,
        "of no width": np.zeros((0,), np.float32),
        "of no rows": np.zeros((0, 8), np.float32),
        "of no type": np.zeros(8, "V0"),
        "of no letters": np.zeros(8, "S0"),
        "complex": np.zeros(8, np.complex64),
        "of times": np.zeros(8, "M8[s]"),
        "of 9 dimensions": np.zeros((1,) * 9, np.float32),
        "whole": np.zeros(8, np.int64),
    }.items():
        made, _ = g_style()
        synthesis = made.state["components"]["synthesis"].state
        synthesis["variables"] = [(k, value if k == "4x4/Conv/bias" else old) for k, old in synthesis["variables"]]
        yield Case(f"TensorFlow: a variable {name}", dumps(made), REFUSED)
    array = pickle.dumps(np.zeros((2, 3, 4)).transpose(1, 0, 2), 5)[:-1]
    state = b.raw((1, (24,), np.dtype("f8"), False, bytes(192)))
    yield Case("axes of another shape", array + state + b"b.", UNSUPPORTED)
    for name, axes in {"twice": (0, 0), "beyond": (0, 9), "many": tuple(range(9)), "texts": ("a", "b")}.items():
        call = b.by_stack("numpy._core.numeric", "_frombuffer", bytes(48), np.dtype("f8"), (2, 3), "K", axes)
        yield Case(f"axes {name}", call, REFUSED)
    for name, shape in {"negative": (-1,), "of truth": (True,), "of fractions": (1.0,), "huge": (2**62, 2**62)}.items():
        call = b.by_stack("numpy._core.numeric", "_frombuffer", bytes(8), np.dtype("f8"), shape, "C")
        yield Case(f"shape {name}", call, REFUSED)
    for name, value in {"z_dim": huge, "conv_clamp": float("nan"), "num_fp16_res": 2**63, "w_dim": -huge}.items():
        yield Case(f"argument {name} of no size", b.with_arguments(**{name: value}), REFUSED)


def _texts() -> Iterator[Case]:
    """Texts that would break a line, a terminal or a layout."""
    key = UGLY.replace("\udcff", "")
    yield Case("ugly: a key", pickle.dumps({UGLY: 1}, 4), UNSUPPORTED)
    yield Case("ugly: a class", b.with_arguments(UGLY), REFUSED)
    yield Case("ugly: an argument", b.with_arguments(**{UGLY: 1}), REFUSED)
    yield Case("ugly: a value", b.with_arguments(architecture=UGLY), REFUSED)
    yield Case("ugly: a parameter", b.with_parameter("text", UGLY), REFUSED)
    yield Case("ugly: a global", b.by_stack("os", key, 1), REFUSED)
    yield Case("ugly: a module", b.by_stack(key, "system", 1), REFUSED)
    yield Case("ugly: settings", official(extra={"training_set_kwargs": {UGLY: UGLY}, "G_ema": 1}), REFUSED)
    module = b.empty_module({UGLY: 1})
    yield Case("ugly: a child", official(extra={"G_ema": module}), REFUSED)
    for state in ("build_func_name", "version"):
        made, _ = g_style()
        made.state[state] = UGLY
        yield Case(f"ugly: TensorFlow {state}", dumps(made), REFUSED)
    made, _ = g_style()
    made.state["components"][UGLY] = Network(**made.state["components"]["synthesis"].state)
    yield Case("ugly: TensorFlow component", dumps(made), REFUSED)
    made, _ = g_style()
    made.state["static_kwargs"][UGLY] = 1
    yield Case("ugly: TensorFlow argument", dumps(made), ODD)  # ignored, with a notice
    made, _ = g_style()
    made.state["variables"] = [(UGLY, np.zeros(3, np.float32))]
    yield Case("ugly: TensorFlow variable", dumps(made), REFUSED)
