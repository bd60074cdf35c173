"""Make the examples of Start and the tiles of the bundled networks: `python -m tools.make_examples`.

Examples are sessions in `assets/examples/`; a tile is a session of which the window shows the picture alone. The file
of a bundled network is no part of them: the window opens an example with the network that its table names.
"""

import io
import random
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch
from PIL import Image

import gan
from foundation.bundled import ASSETS, AVATARS, NIGHT
from gan.latents import seed_z
from renderer.cli.picture import QuietWatch
from renderer.document import timeline as tl
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, Swatch, View, request_for
from renderer.document.mixing import take
from renderer.document.parts import Direction, Display, Latent, Mixing, Network, Transform, Truncation
from renderer.document.session import Session, save
from renderer.document.timeline import Timeline
from renderer.document.walk_keys import random_walk
from renderer.engine.base import Host
from renderer.engine.pipeline import Pipeline
from viz.start.examples import EXAMPLES, FOLDER, PATTERN

SIDE = 256
"""Height of the pictures in pixels."""
_SAMPLES = 4000
_FACES = Network(str(AVATARS))


def _latent(seed: int) -> Latent:
    return Latent(float(seed))


def _first_component() -> np.ndarray:
    """Return the direction in which w varies most, as long as its standard deviation, [w_dim]."""
    network = gan.load(AVATARS).G_ema
    assert network is not None
    z = np.stack([seed_z(seed, network.z_dim) for seed in range(_SAMPLES)])
    with torch.no_grad():
        w = network.mapping(torch.from_numpy(z).float(), None)[:, 0].numpy()
    _, values, rows = np.linalg.svd(w - w.mean(axis=0), full_matrices=False)
    return (rows[0] * values[0] / np.sqrt(len(w))).astype(np.float32)


def documents(arrays: ArrayStore) -> dict[str, Document]:
    """Return the documents of the examples, by their stems."""
    faces = tuple(Swatch(str(seed), _latent(seed)) for seed in (88, 2071, 5117, 51))
    mixed = take(Mixing(), (0, 1, 2, 3), _latent(2071))
    loop = random_walk(Timeline(seconds=12.0), _latent(88), random.Random(4), count=5)
    vector = arrays.add(_first_component())
    direction = Direction("main variation", vector, 1.5, 0, 9, AVATARS.name)
    moves = tl.with_track(
        Timeline(seconds=8.0),
        tl.Track("directions.main variation", (tl.Key(0.0, -2.0), tl.Key(4.0, 2.0))),
    )
    return {
        "mix": Document(_FACES, _latent(51), mixing=mixed, truncation=Truncation(0.8), shelf=faces),
        "loop": Document(_FACES, _latent(88), timeline=loop, truncation=Truncation(0.8)),
        "direction": Document(_FACES, _latent(42), directions=(direction,), truncation=Truncation(0.7), timeline=moves),
        "turn": Document(Network(str(ASSETS / PATTERN)), _latent(3), transform=Transform(0.1, 0.0, 20.0)),
    }


@click.command(help=(__doc__ or "").partition("\n")[0])
def main() -> None:
    """Write everything."""
    arrays = ArrayStore()
    engine = Pipeline(Host(arrays), wait_for_kernels=True)
    made = documents(arrays)
    assert made.keys() == {one.stem for one in EXAMPLES}
    tiles = {
        f"{AVATARS.stem}.tile": Document(_FACES, _latent(51)),
        f"{NIGHT.stem}.tile": Document(Network(str(NIGHT)), _latent(2071)),
        f"{Path(PATTERN).stem}.tile": Document(Network(str(ASSETS / PATTERN)), _latent(3)),
    }
    for stem, document in {**made, **tiles}.items():
        pixels = engine.still(request_for(document, Display(), "cpu", 1), QuietWatch())
        picture = Image.fromarray(pixels[..., :3])
        file = io.BytesIO()
        picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(file, format="PNG", optimize=True)
        kept = replace(document, network=Network())
        save(FOLDER / f"{stem}.stylescope", Session(kept, View()), arrays, file.getvalue())
        click.echo(FOLDER / f"{stem}.stylescope")


if __name__ == "__main__":
    main()
