"""TensorFlow pickles that hide code, claim more than they hold, or contain themselves."""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.hostile import build as b
from tests.hostile.case import CORRUPT, LOADED, UNSAFE, UNSUPPORTED, Case
from tests.tensorflow_pickles import Network, dumps, g_style, network


def cases(command: str) -> Iterator[Case]:
    """All cases of this kind; what runs anything runs `command`."""
    yield from _code(command)
    yield from _claims()
    yield from _circles()


def _changed(part: str = "", **state: Any) -> Network:
    """A sound generator but for this state of it, or of one of its parts."""
    made, _ = g_style()
    (made.state["components"][part] if part else made).state.update(state)
    return made


def _with_variable(key: str, value: Any) -> bytes:
    """A generator whose synthesis network has a variable of this value."""
    made, _ = g_style()
    synthesis = made.state["components"]["synthesis"].state
    synthesis["variables"] = [(name, value if name == key else old) for name, old in synthesis["variables"]]
    return dumps(made)


def _with_argument(key: str, value: Any) -> bytes:
    made, _ = g_style()
    for part in (made, *made.state["components"].values()):
        part.state["static_kwargs"][key] = value
    return dumps(made)


def _code(command: str) -> Iterator[Case]:
    run = b.Call(os.system, command)
    source = f"import os\nos.system({command!r})\n"
    yield Case("TensorFlow: source text with effects", dumps(_changed(build_module_src=source)), LOADED)
    yield Case("TensorFlow: code as a variable", _with_variable("4x4/Conv/bias", run), UNSAFE, ("posix.system",))
    yield Case("TensorFlow: code as an argument", _with_argument("label_size", run), UNSAFE, ("posix.system",))
    yield Case("TensorFlow: code as a component", dumps(_changed(components={"mapping": run})), UNSAFE, ("system",))
    yield Case("TensorFlow: array of objects", _with_variable("4x4/Conv/bias", np.array([None] * 8, object)), UNSAFE)
    function = f"__import__('os').system({command!r})"
    content = dumps(_changed(build_func_name=function))
    yield Case("TensorFlow: code as the function's name", content, UNSUPPORTED, ("does not know",))
    other = b.by_global("dnnlib.tflib.network", "Network.__setstate__", {})
    yield Case("TensorFlow: a method", other, UNSAFE, ("Network.__setstate__",))
    yield Case(
        "TensorFlow: another module", b.by_global("dnnlib.tflib.tfutil", "run", command), UNSAFE, ("tfutil.run",)
    )


def _claims() -> Iterator[Case]:
    bare = b"\x80\x02cdnnlib.tflib.network\nNetwork\n)\x81"
    yield Case("TensorFlow: no state", bare + b".", CORRUPT, ("no tensorflow network",))
    yield Case("TensorFlow: state of text", bare + b.raw("text") + b"b.", CORRUPT, ("no tensorflow network",))
    yield Case("TensorFlow: only a version", bare + b.raw({"version": 4}) + b"b.", CORRUPT, ("no tensorflow network",))
    yield Case("TensorFlow: the class itself", b"\x80\x02cdnnlib.tflib.network\nNetwork\n.", UNSUPPORTED, ("networks",))
    for name, value in {"number": 2**30, "text": "8" * 1_000_000, "huge": 10**5000, "none": None, "list": [8]}.items():
        words = ("resolution",)
        yield Case(f"TensorFlow: resolution, {name}", _with_argument("resolution", value), UNSUPPORTED, words)
    for key in ("latent_size", "fmap_max", "mapping_layers", "fmap_base"):
        yield Case(f"TensorFlow: {key} out of bounds", _with_argument(key, 2**40), UNSUPPORTED, ("argument",))
    yield Case(
        "TensorFlow: fmap_base not finite", _with_argument("fmap_base", float("inf")), UNSUPPORTED, ("fmap_base",)
    )
    yield Case("TensorFlow: filter of a million taps", _with_argument("blur_filter", [1] * 9_000), UNSUPPORTED)
    yield Case("TensorFlow: level not a number", _with_level(float("nan")), UNSUPPORTED, ("lod",))
    yield Case("TensorFlow: level of many numbers", _with_level(np.zeros(1000, np.float32)), LOADED)
    name = "8x8/" + "x" * 1_000_000
    yield Case(
        "TensorFlow: a name of a megabyte", _with_extra([(name, np.zeros(1, np.float32))]), CORRUPT, ("unknown",)
    )
    places = [("noise" + "9" * 400, np.zeros((1, 1, 4, 4), np.float32)), ("ToRGB_lod99/bias", np.zeros(3, np.float32))]
    for i, place in enumerate(places):
        yield Case(f"TensorFlow: place {i} out of bounds", _with_extra([place]), CORRUPT, ("unknown",))
    shared = np.zeros((1, 1, 512, 512), np.float32)
    many = [(f"noise{i}", shared) for i in range(6, 999)]
    yield Case("TensorFlow: one array many times", _with_extra(many), CORRUPT, ("mib",))


def _with_level(value: Any) -> bytes:
    made, _ = g_style()
    made.state["variables"] = [(key, value if key == "lod" else old) for key, old in made.state["variables"]]
    return dumps(made)


def _with_extra(pairs: list[tuple[str, Any]]) -> bytes:
    made, _ = g_style()
    made.state["components"]["synthesis"].state["variables"] += pairs
    return dumps(made)


def _circles() -> Iterator[Case]:
    itself, _ = g_style()
    itself.state["components"]["synthesis"] = itself
    yield Case("TensorFlow: a network that contains itself", dumps(itself), UNSUPPORTED, ("does not know",))
    arguments: dict[str, Any] = {}
    arguments["resolution"] = arguments
    content = dumps(network("D", "D_basic", arguments, {}))
    yield Case("TensorFlow: arguments that contain themselves", content, CORRUPT, ("settings",))
    yield Case("TensorFlow: arguments that stand for billions", _with_argument("blur_filter", b.laughs()), CORRUPT)
    variables: list[Any] = []
    variables.append(("w", variables))
    yield Case("TensorFlow: variables that contain themselves", dumps(_changed(variables=variables)), CORRUPT)
    yield Case("TensorFlow: a tuple of one network many times", dumps((g_style()[0],) * 99), UNSUPPORTED, ("99 parts",))
