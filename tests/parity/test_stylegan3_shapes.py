"""The design of the published full-size StyleGAN3 networks: sizes, frequencies, filters, parameter counts."""

import dataclasses
import json

import pytest
import torch

from gan.networks.stylegan3 import Generator
from gan.networks.stylegan3_design import plan
from gan.ops import design_lowpass_filter
from tests.fixtures_path import fixtures

DESIGN_KEYS = ("channel_base", "channel_max", "conv_kernel", "use_radial_filters")


@pytest.fixture(scope="module")
def recorded():
    shapes = json.loads((fixtures() / "sg3_full_shapes" / "sg3_full_shapes.json").read_text())
    found = {name: value for name, value in shapes.items() if name.startswith("stylegan3-")}
    assert len(found) == 8
    return found


def design_of(case):
    options = {key: value for key, value in case["G_kwargs"].items() if key in DESIGN_KEYS}
    return plan(case["common"]["img_resolution"], case["common"]["img_channels"], **options)


def test_design(recorded):
    for name, case in recorded.items():
        design = design_of(case)
        start = case["input"]
        assert (design.input.channels, [design.input.size] * 2) == (start["channels"], start["size"]), name
        assert (design.input.sampling_rate, design.input.bandwidth) == (start["sampling_rate"], start["bandwidth"])
        assert [layer.name for layer in design.layers] == case["layer_names"]
        for layer, wanted in zip(design.layers, case["layers"], strict=True):
            for field in dataclasses.fields(layer):
                value, published = getattr(layer, field.name), wanted[field.name]
                if isinstance(value, float):
                    # Powers differ in the last bit between machines; nothing that is counted may.
                    assert value == pytest.approx(published, rel=1e-13), (name, layer.name, field.name)
                elif field.name in ("in_size", "out_size"):
                    assert [value, value] == published, (name, layer.name, field.name)
                elif field.name == "padding":
                    assert list(value) == published, (name, layer.name)
                else:
                    assert value == published, (name, layer.name, field.name)


def test_filters(recorded):
    for case in recorded.values():
        for layer, wanted in zip(design_of(case).layers, case["layers"], strict=True):
            up = design_lowpass_filter(layer.up_taps, layer.in_cutoff, 2 * layer.in_half_width, layer.tmp_sampling_rate)
            down = design_lowpass_filter(
                layer.down_taps,
                layer.out_cutoff,
                2 * layer.out_half_width,
                layer.tmp_sampling_rate,
                radial=layer.down_radial,
            )
            for taps, published in ((up, wanted["up_filter"]), (down, wanted["down_filter"])):
                if published is None:
                    assert taps is None
                    continue
                assert list(taps.shape) == published["shape"]
                assert taps.double().square().sum().item() == pytest.approx(published["sumsq"], rel=1e-6)
                head = taps.flatten()[: len(published["head"])]
                assert head.tolist() == pytest.approx(published["head"], abs=1e-7)


def test_parameters(recorded):
    for name, case in recorded.items():
        options = {key: value for key, value in case["G_kwargs"].items() if key != "class_name"}
        with torch.device("meta"):
            G = Generator(**options, **case["common"])
        assert G.num_ws == case["num_ws"]
        shapes = {key: list(value.shape) for key, value in G.state_dict().items()}
        assert shapes == case["G_state_dict"], name
        assert sum(p.numel() for p in G.parameters()) == case["G_params"], name
        assert sum(p.numel() for p in G.mapping.parameters()) == case["G_mapping_params"], name
        assert sum(p.numel() for p in G.synthesis.parameters()) == case["G_synthesis_params"], name
        assert sum(b.numel() for b in G.buffers()) == case["G_buffers"], name
