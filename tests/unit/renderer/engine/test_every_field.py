"""Every field of the image and of its display changes what is rendered, with warm caches as with cold ones.

A new field fails here until a stage reads it by its key. A field that never changes the image goes into `INDIFFERENT`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, make_dataclass, replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from renderer.document import timeline as tl
from renderer.document.animate import requested
from renderer.document.document import Document, request_for
from renderer.document.parts import (
    ArrayRef,
    Direction,
    Display,
    ImageState,
    Latent,
    LayerBend,
    LayerNoise,
    LayerStyle,
    LayerWeights,
    Mixing,
    Network,
    Noise,
    Spectrum,
    StyleOffset,
    Transform,
    Truncation,
    WBlend,
    Weights,
)
from renderer.document.request import RenderRequest
from renderer.document.timeline import Key, Timeline, Track
from renderer.engine import models, render
from renderer.engine.base import Host
from renderer.engine.keys import synthesis_key
from renderer.engine.pipeline import Pipeline
from renderer.engine.readback import Readback
from renderer.engine.ws import WsBuilder
from renderer.fake.engine import FakeEngine
from renderer.ipc import frames
from renderer.ipc.protocol import PICTURE
from tests.unit.renderer import tiny
from tests.unit.renderer.every_field import Change, ImmediateQueue, changes, fields_below, others

FIELDS = sorted(fields_below(ImageState) | fields_below(Display))

INDIFFERENT: Mapping[str, str] = {
    "Network.raw": "the files of this test hold one generator: see e2e/generate/test_network_panel",
    "Network.reload": "the same file read again gives the same image",
    "LayerStyle.locked": "protects the layer from gestures of the window",
    "Direction.name": "names the direction for people",
    "Direction.found_with": "names its network for people",
    "StyleOffset.name": "names the channel for people",
    "Direction.sigma": "names the unit of its strength for people",
    "Direction.whole": "names the unit of its strength for people",
    "ImageState.force_fp32": "a CPU computes in float32 anyway; see test_half_precision_is_in_the_key",
}
"""Fields that never change an image on the CPU, with the reason."""

FAKE_INDIFFERENT: Mapping[str, str] = INDIFFERENT | {
    **dict.fromkeys(
        ("Latent.blend", "Latent.label", "Latent.label_b", "Latent.label_mix", "Latent.condition"),
        "a pattern has no classes",
    ),
    **dict.fromkeys(
        ("WBlend.keep_norm", "WBlend.lengths", "WBlend.spherical", "WBlend.circle", "WBlend.through"),
        "patterns blend on a line",
    ),
    "Direction.array": "the pattern moves by the strength alone",
    "LayerNoise.layer": "the layers of a pattern have the same noise",
    "Network.source": "every network is the same pattern",
    "Transform.whole_pixels": "a pattern moves by fractions",
    "Display.untransform": "a pattern is shown as it moves",
    "Spectrum.selected_only": "the spectrum is that of the first shown channel",
}
"""Fields that the fake engine ignores, with the reason."""

NOT_KEYED: Mapping[str, str] = {
    "network": "films have one network",
    "directions": "every direction has a path of its own, directions.<name>",
    "bends": "every bend has a path of its own, bends.<layer>.<kind>",
    "styles": "every style channel has a path of its own, styles.<layer>.<channel>",
    "force_fp32": "films have one precision",
}
"""Fields of the image that no path of the timeline begins with, with the reason."""


@dataclass(frozen=True)
class Result:
    """A change rendered with warm caches."""

    path: str
    is_fresh: bool
    """Equal to a rendering from cold caches."""
    differs: bool
    """Unlike the unchanged image."""


@dataclass(frozen=True)
class Base:
    """A request in which many fields matter."""

    kind: str
    image: ImageState
    display: Display = Display()

    @property
    def request(self) -> RenderRequest:
        return RenderRequest(1, self.image, "cpu", self.display)


LAYERS = (LayerWeights("b8.conv0", Network("other"), 0.5), LayerWeights("b8.conv1", Network("other"), 0.25))


def bases(arrays: tuple[ArrayRef, ...]) -> tuple[Base, ...]:
    """Together they hold every field where it matters."""
    mixing = Mixing(3.0, (LayerStyle(1, Latent(4.0), 0.5), LayerStyle(2)))
    rich = ImageState(
        latent=Latent(0.25, 0.5, "w", label=0, label_b=1, label_mix=0.5),
        mixing=mixing,
        truncation=Truncation(0.75),
        directions=(Direction("smile", arrays[0], 0.5, 1, 4),),
        styles=(StyleOffset("b8.conv0", 3, 2.0, 0.5),),
        bends=(LayerBend("b8.conv0", "noise", 0.5, (0, 1)),),
        noise=Noise("random", 5, 1.5, (LayerNoise("b8.conv0", strength=2.0, seed=7),)),
    )
    spectrum = Spectrum(on=True, selected_only=True)
    blend = WBlend(((Latent(0.0), 0.25), (Latent(1.0, label=1), 0.75)), keep_norm=True, lengths=(0.5, 0.5))
    return (
        Base("cond", rich),
        Base("cond", replace(rich, latent=blend, noise=Noise("const"), truncation=Truncation(0.75, 2))),
        Base("sg2", ImageState(weights=Weights(LAYERS, Network("cond")))),
        Base("sg2", ImageState(weights=Weights(LAYERS, Network("cond"), mapping_blended=True))),
        Base("sg3", ImageState(transform=Transform(0.2, -0.1, 20.0)), Display(channels="one", untransform=True)),
        Base("sg3", ImageState(mixing=mixing), Display(channels="one", spectrum=spectrum)),
        Base("sg2", ImageState(latent=Latent(0.25, array=arrays[1], array_at=(0.0, 0.0)))),
    )


class Bench:
    """Three ways to render, and the bases."""

    def __init__(self, folder) -> None:
        ring = frames.Ring(f"{frames.PREFIX}fields-{os.getpid()}")
        self.close = ring.close
        self.pipeline, self.cold, self.device = Pipeline(), Pipeline(), Pipeline(Host(slots=ring))
        readback = Readback(ImmediateQueue(), ring)
        self.device._readback_for = lambda device: readback
        stored = [np.random.RandomState(i).randn(16).astype(np.float32) for i in range(2)]
        for pipeline in (self.pipeline, self.cold, self.device):
            arrays = tuple(pipeline._caches.arrays.add(array) for array in stored)
        sources = {kind: tiny.save(folder, kind) for kind in ("cond", "sg3", "sg2")}
        for name in ("other", "another"):
            (folder / name).mkdir()
            sources[name] = tiny.save(folder / name, "sg2", tiny.relative(name))

        def placed(image: ImageState) -> Weights:
            weights, mapping = image.weights, image.weights.mapping
            layers = tuple(replace(one, network=Network(sources[one.network.source])) for one in weights.layers)
            return replace(weights, layers=layers, mapping=mapping and Network(sources[mapping.source]))

        self.samples = {
            "Network.source": [sources["sg2"], sources["another"]],
            "LayerWeights": [LayerWeights("b4.conv1", Network(sources["another"]))],
            "LayerWeights.layer": ["b16.conv1"],
            "LayerWeights.amount": [0.75],
            "Network": [Network(sources["another"])],
            "Direction.array": [arrays[1]],
            "Latent.array_at": [(), (5.0, 5.0)],
            "Direction.name": ["frown"],
            "Direction.found_with": ["avatars"],
            "ArrayRef": [arrays[1]],
            "LayerNoise": [LayerNoise("b8.conv1", strength=2.0)],
            "LayerNoise.layer": ["b16.conv0"],
            "LayerStyle": [LayerStyle(1)],
            "Direction": [Direction("smile", arrays[0], 0.5)],
            "LayerBend": [LayerBend("b8.conv1", "turn", 30.0)],
            "LayerBend.layer": ["b16.conv0"],
            "StyleOffset": [StyleOffset("b8.conv1", 2, 3.0)],
            "StyleOffset.layer": ["b16.conv0"],
            "StyleOffset.name": ["smile"],
            "Display.layer": ["b8.conv0", "b8.conv1", "input"],
            "WBlend": [],
            "WBlend.lengths": [(0.25, 0.75)],
            "LayerStyle.ws": [5],
            "WBlend.parts": [((Latent(0.0), 0.5), (Latent(1.0), 0.5))],
        }
        self.bases = [
            replace(base, image=replace(base.image, network=Network(sources[base.kind]), weights=placed(base.image)))
            for base in bases(arrays)
        ]

        self.changes, self.before = cache(self._changes), cache(self._before)
        self.patterns_before = cache(lambda engine, base: shown(engine, base.request))
        self.engines = (FakeEngine("StyleGAN2", 32), FakeEngine("StyleGAN3-T", 32))

    def _changes(self, base: Base) -> tuple[tuple[Change, RenderRequest], ...]:
        """Every change of a base, with its request."""
        request = base.request
        return (
            *((one, replace(request, image=one.state)) for one in changes(base.image, self.samples)),
            *((one, replace(request, display=one.state)) for one in changes(base.display, self.samples)),
        )

    def results(self, field: str, *bases: Base) -> list[Result]:
        """Render the changes of a field in every base, or in those given."""
        found = []
        for base in bases or self.bases:
            for change, other in self.changes(base):
                if change.field == field:
                    fresh = self.fresh(other)
                    for engine in (self.pipeline, self.device):
                        shown(engine, base.request)
                    same = [shown(engine, other) == fresh for engine in (self.pipeline, self.device)]
                    found.append(Result(change.path, all(same), fresh != self.before(base)))
        return found

    def patterns(self, field: str) -> set[bool]:
        """Return True if the changes of a field change the test pattern."""
        return {
            shown(engine, other) != self.patterns_before(engine, base)
            for base in self.bases
            for change, other in self.changes(base)
            if change.field == field
            for engine in self.engines
        }

    def _before(self, base: Base) -> dict[str, bytes]:
        """The unchanged images of a base."""
        return self.fresh(base.request)

    def fresh(self, request: RenderRequest) -> dict[str, bytes]:
        """The images of a request, from nothing that was rendered before."""
        self.cold._caches.clear()
        return shown(self.cold, request)


def shown(engine, request: RenderRequest) -> dict[str, bytes]:
    rendered = engine.render(request, tiny.Watching())
    if rendered.slot is not None:
        return {PICTURE: rendered.slot.views[0].tobytes()}
    return {name: image.tobytes() for name, image in rendered.images}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "CACHED", 8)  # all networks of the bases: reading them again says nothing about a field
        made = Bench(tmp_path_factory.mktemp("networks"))
        yield made
        made.close()


def check(field: str, results: list[Result]) -> None:
    """Assert that a field changes the image, or is declared indifferent."""
    assert results, f"{field} is in none of the bases: add it to one in which it matters"
    reused = [result.path for result in results if not result.is_fresh]
    assert not reused, f"{field}: earlier results were reused for {reused}"
    differs = [result.path for result in results if result.differs]
    if field in INDIFFERENT:
        assert not differs, f"{field} changes the image, so it is not indifferent: {differs}"
    else:
        assert differs, f"{field} changes no image: let a stage read it by its key, or declare it in INDIFFERENT"


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_changes_the_image_or_is_declared_indifferent(bench, field):
    check(field, bench.results(field))


def with_offset(bench: Bench) -> Base:
    """A base whose image has a parameter more, which no stage reads."""
    kind = make_dataclass("ImageState", [("w_offset", float, 0.0)], bases=(ImageState,), frozen=True)
    assert fields_below(kind) - fields_below(ImageState) == {"ImageState.w_offset"}
    base = bench.bases[0]
    return replace(base, image=kind(**{field.name: getattr(base.image, field.name) for field in fields(ImageState)}))


def test_a_new_field_that_no_stage_reads_is_found(bench):
    results = bench.results("ImageState.w_offset", with_offset(bench))
    with pytest.raises(AssertionError, match=r"ImageState\.w_offset changes no image"):
        check("ImageState.w_offset", results)


def test_a_stage_that_reads_what_its_key_lacks_is_found(bench, monkeypatch):
    build, start = WsBuilder.build, render.Render.__init__
    offsets: list[float] = []

    def remember(self, models, caches, request, *rest):
        offsets[:] = [getattr(request.image, "w_offset", 0.0)]
        start(self, models, caches, request, *rest)

    monkeypatch.setattr(render.Render, "__init__", remember)
    monkeypatch.setattr(WsBuilder, "build", lambda self, key: build(self, key) + offsets[0])
    results = bench.results("ImageState.w_offset", with_offset(bench))
    with pytest.raises(AssertionError, match=r"ImageState\.w_offset: earlier results were reused"):
        check("ImageState.w_offset", results)


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_changes_the_test_pattern_or_is_declared_indifferent(bench, field):
    patterns = bench.patterns(field)
    if field in FAKE_INDIFFERENT:
        assert True not in patterns, f"{field} changes the test pattern, so it is not indifferent"
    else:
        assert True in patterns, f"{field} changes no test pattern: let the fake engine show it"


def test_the_tables_name_only_fields_that_there_are():
    assert set(INDIFFERENT) <= set(FIELDS)
    assert set(FAKE_INDIFFERENT) <= set(FIELDS)


def test_half_precision_is_in_the_key():
    info = SimpleNamespace(noise_layers=(), has_transform=False, style_layers=())
    model = SimpleNamespace(serial=0, info=info, device=torch.device("cuda"))
    keys = {synthesis_key(model, ImageState(force_fp32=force)) for force in (False, True)}
    assert len(keys) == 2


# -- the timeline, the document --


def keyable() -> list[str]:
    """Every path that keys may change, by reflection."""
    found = [*tl.WHOLES, "directions.smile", "styles.b8.conv0.3", "bends.b8.conv0.turn"]

    def visit(path: str, kind: type) -> None:
        for field in fields(kind):
            below = tl.get_type_hints(kind)[field.name]
            if isinstance(below, type) and hasattr(below, "__dataclass_fields__"):
                visit(f"{path}.{field.name}", below)
            else:
                found.append(f"{path}.{field.name}")

    for root, kind in tl.ROOTS.items():
        visit(root, kind)
    return found


WHOLE_SAMPLES = {
    "latent": [Latent(7.0)],
    "mixing": [Mixing(9.0, (LayerStyle(1, Latent(4.0)),))],
    "truncation": [Truncation(0.25)],
    "noise": [Noise("random", 3)],
    "display.layer": ["input"],
    "latent.array": [ArrayRef("0" * 64)],
    "mixing.layers": [(LayerStyle(1, Latent(4.0)),)],
    "noise.layers": [(LayerNoise("b8.conv0", on=False),)],
    "weights": [Weights(LAYERS)],
    "weights.layers": [LAYERS],
    "weights.mapping": [Network("other")],
}


@pytest.mark.parametrize("path", keyable())
def test_a_key_of_a_parameter_reaches_the_request(path):
    own = {"styles": (StyleOffset("b8.conv0", 3),), "bends": (LayerBend("b8.conv0", "turn"),)}
    document = Document(directions=(Direction("smile", ArrayRef("0" * 64)),), **own)
    display = Display()
    old = tl.get(document, display, path)
    new = others(tl.type_of(path), old, path, WHOLE_SAMPLES)[0]
    timeline = Timeline((Track(path, (Key(0.0, new),)),))
    request = requested(request_for(document, display, "cpu", 1), timeline, 1.0)
    assert tl.get(request.image, request.display, path) == new
    assert request != request_for(document, display, "cpu", 1)


def test_every_field_of_the_image_is_keyable_or_declared_not_to_be():
    names = {field.name for field in fields(ImageState)}
    assert names - set(tl.ROOTS) == set(NOT_KEYED)


@pytest.mark.parametrize("name", [field.name for field in fields(ImageState)])
def test_a_request_has_every_field_of_the_document(bench, name):
    for base in bench.bases:
        for change in changes(base.image, bench.samples):
            if change.path.startswith(f"ImageState.{name}") and not isinstance(change.state.latent, WBlend):
                values = {field.name: getattr(change.state, field.name) for field in fields(ImageState)}
                request = request_for(Document(**values), Display(), "cpu", 1)
                assert request == RenderRequest(1, change.state, "cpu")
