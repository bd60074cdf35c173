"""Exported generators give the same images without this library's code."""

import sys
import warnings

import numpy as np
import pytest
import torch

from gan import export
from gan.networks import build
from tests.unit.networks import tiny

SIZES = {"z_dim": 8, "w_dim": 8, "img_resolution": 16, "img_channels": 3, "channel_base": 64, "channel_max": 8}


def networks():
    yield "stylegan2", tiny.generator()
    yield "classes", tiny.generator(c_dim=3)
    torch.manual_seed(0)
    yield "stylegan3-t", build("stylegan3.Generator", c_dim=0, num_layers=6, **SIZES).eval()


NETWORKS = dict(networks())


def inputs_of(G, seed):
    """Return the exported network's inputs, and the reference image."""
    z = torch.from_numpy(np.random.RandomState(seed).randn(1, G.z_dim)).float()
    c = [torch.eye(G.c_dim)[1:2]] if G.c_dim else []
    with torch.no_grad():
        picture = G(z, *c, truncation_psi=0.4, force_fp32=True)
    return [z, *c, torch.tensor(0.4)], picture


@pytest.mark.parametrize("name", NETWORKS)
def test_torchscript(tmp_path, name):
    G = NETWORKS[name]
    export.export_torchscript(tmp_path / "g.pt", G)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        back = torch.jit.load(tmp_path / "g.pt")
    inputs, picture = inputs_of(G, 9)
    with torch.no_grad():
        torch.testing.assert_close(back(*inputs), picture, atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", NETWORKS)
def test_onnx(tmp_path, name):
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra [export] is not installed")
    G = NETWORKS[name]
    export.export_onnx(tmp_path / "g.onnx", G)
    session = onnxruntime.InferenceSession(str(tmp_path / "g.onnx"), providers=["CPUExecutionProvider"])
    inputs, picture = inputs_of(G, 9)
    names = [entry.name for entry in session.get_inputs()]
    assert names == (["z", "c", "psi"] if G.c_dim else ["z", "psi"])
    fed = {key: value.numpy() for key, value in zip(names, inputs, strict=True)}
    np.testing.assert_allclose(session.run(["img"], fed)[0], picture.numpy(), atol=1e-4)


def test_without_the_packages_a_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(export.importlib.util, "find_spec", lambda name: None if name == "onnx" else sys)
    with pytest.raises(ValueError, match=r"ONNX needs onnx, not installed here: pip install 'stylescope\[export\]'"):
        export.export_onnx(tmp_path / "g.onnx", tiny.generator())


def test_an_export_that_computes_something_else_is_not_kept(tmp_path, monkeypatch):
    class Forgetful(torch.nn.Module):
        """Always renders its first input, like an operator that the exporter cannot trace."""

        def __init__(self, G):
            super().__init__()
            self.G, self.mapping, self.c_dim, self.z_dim = G, G.mapping, G.c_dim, G.z_dim

        def forward(self, z, c=None, **options):
            return self.G(torch.from_numpy(z.numpy()), c, **options)

    with pytest.raises(ValueError, match="away from the original's, so it was not kept"):
        export.export_torchscript(tmp_path / "g.pt", Forgetful(tiny.generator()))
    assert not list(tmp_path.iterdir())
