"""Caches never show in the result: any sequence of requests gives the bytes that fresh pipelines give."""

import functools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.engine.pipeline import Pipeline
from renderer.ipc.protocol import (
    Display,
    ImageState,
    Latent,
    LayerNoise,
    LayerStyle,
    Mixing,
    Network,
    Noise,
    RenderRequest,
    Spectrum,
    Transform,
    Truncation,
    WBlend,
)
from tests.soak import times
from tests.unit.renderer import tiny

LAYERS = {"cond": ("b8.conv0", "b16.torgb"), "sg3": ("input",)}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    return {kind: tiny.save(folder, kind) for kind in LAYERS}


def mix(*values):
    return st.sampled_from(values)


LATENTS = st.builds(
    Latent,
    x=mix(0.0, 1.0, 0.5),
    y=mix(0.0, 0.25),
    blend=mix("z", "w", "arc"),
    label=mix(None, 1),
    label_b=mix(None, 2),
    label_mix=mix(0.0, 0.5),
)
NOISES = st.builds(
    Noise,
    mode=mix("none", "const", "random"),
    seed=mix(0, 1),
    strength=mix(1.0, 2.0),
    layers=mix((), (LayerNoise("b8.conv0", on=False),), (LayerNoise("b8.conv0", strength=2.0, seed=5),)),
)
MIXED = (LayerStyle(0), LayerStyle(3, Latent(4.0), 0.5))
BLENDS = mix(
    WBlend(((Latent(0.0), 0.25), (Latent(1.0, label=1), 0.75)), spherical=True),
    WBlend(((Latent(0.0), -0.25), (Latent(1.0), 1.25)), keep_norm=True, lengths=(0.5, 0.5)),
)
SPECTRA = st.builds(Spectrum, on=st.booleans(), selected_only=st.booleans(), range_db=mix(20.0, 50.0))


def displays(kind):
    return st.builds(
        Display,
        layer=mix(None, *LAYERS[kind]),
        channels=mix("rgb", "one"),
        channel=mix(0, 1),
        normalize=st.booleans(),
        scale_db=mix(0.0, 6.0),
        untransform=st.booleans(),
        layer_table=st.booleans(),
        spectrum=SPECTRA,
    )


def requests(kind):
    image = st.builds(
        ImageState,
        latent=st.one_of(LATENTS, BLENDS),
        mixing=st.builds(Mixing, x=mix(1.0, 2.5), layers=mix((), MIXED), solo=mix((), (3,))),
        truncation=st.builds(Truncation, psi=mix(1.0, 0.5), cutoff=mix(None, 2), psis=mix((), (0.5, 1.0))),
        noise=NOISES,
        transform=st.builds(Transform, x=mix(0.0, 0.2), angle=mix(0.0, 30.0), whole_pixels=st.booleans()),
    )
    request = st.builds(
        RenderRequest, request_id=st.just(0), image=image, device=st.just("cpu"), display=displays(kind)
    )
    return st.tuples(st.just(kind), request)


def shown(pipeline: Pipeline, request: RenderRequest):
    rendered = pipeline.render(request, tiny.Watching())
    return rendered, {name: picture.tobytes() for name, picture in rendered.images}


@functools.cache
def fresh(request: RenderRequest):
    return shown(Pipeline(), request)


@settings(max_examples=times(12), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(mix(*LAYERS).flatmap(requests), min_size=2, max_size=6))
def test_a_used_pipeline_draws_what_a_fresh_one_draws(sources, sequence):
    used = Pipeline()
    for kind, request in sequence:
        request = tiny.changed(request, network=Network(sources[kind]))
        (ours, pictures), (theirs, expected) = shown(used, request), fresh(request)
        assert pictures == expected
        for name in ("statistics", "selected", "nonfinite", "layers", "layer_statistics"):
            assert getattr(ours, name) == getattr(theirs, name), name
        np.testing.assert_array_equal(ours.radial, theirs.radial)
