"""Small networks with fixed weights, and a pipeline for them."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch

import gan
from gan.display import to_rgba8
from gan.edits.styles import style_layers
from gan.networks import build
from gan.networks.steps import is_forced
from renderer.engine import synthesis
from renderer.engine.base import Rendered
from renderer.engine.describing import describe_model
from renderer.engine.keys import OutputKey, SynthesisKey, WsKey
from renderer.engine.models import Model
from renderer.engine.pipeline import Pipeline
from renderer.ipc.protocol import PICTURE, ImageState, Network, RenderRequest

COMMON = {"z_dim": 16, "w_dim": 16, "img_resolution": 32, "img_channels": 3, "channel_base": 256, "channel_max": 8}
ARCHITECTURES = {
    "sg1": gan.Architecture("stylegan1.Generator", COMMON | {"c_dim": 0, "mapping_kwargs": {"num_layers": 2}}),
    "growing": gan.Architecture(
        "stylegan1.Generator", COMMON | {"c_dim": 0, "lod": 1.5, "mapping_kwargs": {"num_layers": 2}}
    ),
    # As little as a network can have: no noise, no mapping layers, no mean of w, one vector for all layers.
    "bare": gan.Architecture(
        "stylegan1.Generator",
        COMMON
        | {"c_dim": 0, "use_noise": False, "use_styles": False, "const_input": False}
        | {"mapping_kwargs": {"num_layers": 0, "w_avg_beta": None}},
    ),
    "sg2": gan.Architecture("stylegan2.Generator", COMMON | {"c_dim": 0, "mapping_kwargs": {"num_layers": 2}}),
    "cond": gan.Architecture("stylegan2.Generator", COMMON | {"c_dim": 3, "mapping_kwargs": {"num_layers": 2}}),
    "tall": gan.Architecture("stylegan2.Generator", COMMON | {"c_dim": 0, "init_res": [6, 4]}),
    "rgba": gan.Architecture("stylegan2.Generator", COMMON | {"c_dim": 0, "img_channels": 4}),
    "six": gan.Architecture("stylegan2.Generator", COMMON | {"c_dim": 0, "img_channels": 6}),
    "grey": gan.Architecture("stylegan2.Generator", COMMON | {"c_dim": 0, "img_channels": 1}),
    "many": gan.Architecture("stylegan2.Generator", COMMON | {"c_dim": 1000}),
    "numbers": gan.Architecture("stylegan2.Generator", COMMON | {"c_dim": 25}),
    # Configuration R: it follows rotations too.
    "sg3": gan.Architecture(
        "stylegan3.Generator",
        COMMON | {"c_dim": 0, "num_layers": 6, "num_critical": 2, "conv_kernel": 1, "use_radial_filters": True},
    ),
}


IMAGE = frozenset(field.name for field in fields(ImageState))


def network(kind: str) -> torch.nn.Module:
    """Make a network whose image depends on every input."""
    architecture = ARCHITECTURES[kind]
    with torch.random.fork_rng():
        torch.manual_seed(1)
        G = build(architecture.class_name, **architecture.arguments).eval().requires_grad_(False)
        if G.mapping.w_avg_beta is not None:
            G.mapping.w_avg.normal_(std=0.3)
        for name, parameter in G.named_parameters():
            if name.endswith("noise_strength"):
                parameter.fill_(0.3)
    return G


def relative(name: str, kind: str = "sg2") -> torch.nn.Module:
    """A network that could have been trained from `network(kind)`; another one for each name."""
    G = network(kind)
    draw = torch.Generator().manual_seed(sum(name.encode()))
    for p in (*G.parameters(), G.mapping.w_avg):
        p.add_(0.3 * torch.randn(p.shape, generator=draw))
    return G


def only(index: int, kind: str = "sg2") -> torch.nn.Module:
    """A network in which one of the w vectors alone matters."""
    G = network(kind)
    for layer in style_layers(G.synthesis):
        if layer.index != index:
            layer.affine.weight.zero_()
    return G


def save(folder: Path, kind: str, G: torch.nn.Module | None = None, notice: str = "") -> str:
    path = folder / f"{kind}.safetensors"
    info = gan.describe({"G_ema": ARCHITECTURES[kind]}, {"notice": notice} if notice else None)
    gan.save(path, gan.Networks(G=None, D=None, G_ema=network(kind) if G is None else G, info=info))
    return str(path)


def model(kind: str, device: str) -> Model:
    """A network in memory as the renderer has it, without a file."""
    info = gan.describe({"G_ema": ARCHITECTURES[kind]})
    G, place = network(kind).to(device), torch.device(device)
    return Model(G, place, describe_model(Network(), G, info, place))


def output_key(layer: str | None = None, **image: object) -> OutputKey:
    """The key of an output, of no network in particular."""
    state = ImageState(**image)
    ws = WsKey(0, state.latent, state.mixing, state.truncation, state.directions)
    return OutputKey(SynthesisKey(ws, state.noise, state.transform, state.force_fp32), layer)


def overflow(model: Model, name: str, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Let this layer overflow unless it is computed in float32; every run's `force_fp32`, as it comes."""
    real, forces = model.G.synthesis.forward, []

    def overflowing(ws, *, on_layer=None, force_fp32=False, **arguments):
        forces.append(force_fp32)
        broken = not is_forced(force_fp32, name)

        def look(layer, x):
            on_layer(layer, x.half() * torch.inf if broken and layer == name else x)

        img = real(ws, on_layer=look, force_fp32=force_fp32, **arguments)
        return img * torch.inf if broken else img

    monkeypatch.setattr(model.G.synthesis, "forward", overflowing)
    monkeypatch.setattr(synthesis, "_is_half", lambda model: True)
    return forces


def reference(kind: str, seed: int, **synthesis) -> np.ndarray:
    """Render a seed by the library alone."""
    G = network(kind)
    z = torch.from_numpy(np.random.RandomState(seed).randn(1, G.z_dim)).float()
    return to_rgba8(G(z, None, **synthesis)[0])


class Watching:
    """A watch that records its calls, and cancels where it should."""

    def __init__(self, cancel_at: float = 2.0) -> None:
        self.shares: list[float] = []
        self.loads: list[float | None] = []
        self.cancel_at = cancel_at

    def check(self, share: float) -> None:
        from renderer.engine.base import Cancelled

        self.shares.append(share)
        if share >= self.cancel_at:
            raise Cancelled

    def loading(self, share: float | None) -> None:
        self.loads.append(share)


def changed(request: RenderRequest, **changes: object) -> RenderRequest:
    """The request with other fields of its own or of its image."""
    image = {name: changes.pop(name) for name in tuple(changes) if name in IMAGE}
    return replace(request, image=replace(request.image, **image), **changes)


class Bench:
    """A pipeline on the CPU and one network; changes of a request by keyword."""

    def __init__(self, source: str) -> None:
        self.pipeline = Pipeline()
        self.request = RenderRequest(1, ImageState(network=Network(source)), device="cpu")

    def render(self, **changes: object) -> Rendered:
        return self.pipeline.render(changed(self.request, **changes), Watching())

    @property
    def model(self) -> Model:
        """The network as the pipeline has it; it must have been read."""
        found = self.pipeline._models.cached(self.request.image.network, self.request.device)
        assert found is not None
        return found

    def picture(self, **changes: object) -> np.ndarray:
        return pictures(self.render(**changes))[PICTURE]

    def ran(self, **changes: object) -> list[str]:
        """Return the stages that a request ran."""
        return [stage for stage, _ in self.render(**changes).milliseconds]


def pictures(rendered: Rendered) -> dict[str, np.ndarray]:
    return dict(rendered.images)
