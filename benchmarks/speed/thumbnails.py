"""Small pictures: `python -m benchmarks.speed.thumbnails` prints JSON.

The 14 thumbnails of the latent pad, of a StyleGAN2 of 1024 x 1024 and a StyleGAN3-T of 256 x 256 with random weights,
drawn as the renderer does while it is idle: all of them roughly first, where one takes long, then finely. Pictures of
the whole network alternate with the thumbnails; all times are also given in pictures, as shared machines vary from
moment to moment. `before` is what the thumbnails cost if each is a whole picture.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import gan
from gan.inference import cpu
from gan.networks import build
from renderer.engine.pipeline import Pipeline
from renderer.ipc.backlog import Backlog
from renderer.ipc.protocol import ImageState, Latent, Network, RenderRequest, ThumbnailRequest

COUNT = 14
NETWORKS: dict[str, tuple[str, dict[str, Any]]] = {
    "stylegan2-1024": ("stylegan2.Generator", {"img_resolution": 1024}),
    "stylegan3-t-256": ("stylegan3.Generator", {"img_resolution": 256, "channel_base": 16384}),
}
TINY: dict[str, tuple[str, dict[str, Any]]] = {
    "stylegan2-64": ("stylegan2.Generator", {"img_resolution": 64, "channel_base": 512, "channel_max": 16}),
}
TARGET_PICTURES = 4.0
"""All thumbnails should be seen in the time of so many pictures."""


class _Patient:
    def check(self, share: float) -> None:
        """Nothing comes in between."""

    def loading(self, share: float | None) -> None:
        """A network is read before anything is timed."""


def measure(class_name: str, arguments: dict[str, Any]) -> dict[str, float]:
    """Return seconds of a picture and of all thumbnails, and the latter in pictures."""
    arguments = {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_channels": 3} | arguments
    architecture = gan.Architecture(class_name, arguments)
    G = build(class_name, **arguments).eval().requires_grad_(False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.safetensors"
        gan.save(path, gan.Networks(G=None, D=None, G_ema=G, info=gan.describe({"G_ema": architecture})))
        pipeline = Pipeline(wait_for_kernels=True)
        image = ImageState(Network(str(path)))
        pictures = [_seconds(pipeline, RenderRequest(1, image, "cpu", low_res_ms=0.0), seed) for seed in (1, 2, 3)][1:]
        model = pipeline._models.cached(image.network, "cpu")
        assert model is not None
        cpu.warm_up_low_res(model.G.synthesis)
        work = Backlog()
        work.want(
            tuple(
                ThumbnailRequest(f"t{i}", RenderRequest(0, ImageState(image.network, Latent(x=float(i))), "cpu"))
                for i in range(COUNT)
            )
        )
        seen, seconds, seen_s, now = 0, 0.0, 0.0, time.perf_counter()
        while work:
            batch = work.begin(now)
            assert not hasattr(batch, "work")
            small = pipeline.thumbnails(batch.wanted, batch.rough, _Patient())
            for one, drawn in zip(batch.wanted, small, strict=False):
                work.done(one, drawn.final)
            now, before = time.perf_counter(), now
            work.end(now)
            seconds += now - before
            seen += len(small) if batch.rough else 0
            seen_s = seconds if batch.rough else seen_s
            if seen % 5 == 0 and batch.rough:
                pictures.append(_seconds(pipeline, RenderRequest(1, image, "cpu"), 100 + seen))
                now = time.perf_counter()
    picture = statistics.median(pictures)
    return {
        "picture_s": picture,
        "seen_s": seen_s,
        "finished_s": seconds,
        "before_in_pictures": float(COUNT),
        "seen_in_pictures": seen_s / picture,
        "finished_in_pictures": seconds / picture,
    }


def _seconds(pipeline: Pipeline, request: RenderRequest, seed: float) -> float:
    image = ImageState(request.image.network, Latent(x=float(seed)))
    started = time.perf_counter()
    pipeline.render(RenderRequest(request.request_id, image, request.device), _Patient())
    return time.perf_counter() - started


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="a network of 64 x 64 only")
    given = parser.parse_args(arguments)
    found = {name: measure(*network) for name, network in (TINY if given.tiny else NETWORKS).items()}
    targets = {
        f"{name}_seen_within_{TARGET_PICTURES:g}_pictures": figures["seen_in_pictures"] <= TARGET_PICTURES
        for name, figures in found.items()
    }
    print(json.dumps({"networks": found, "targets": targets}, indent=2))


if __name__ == "__main__":
    main()
