"""Conversion of the current image to a command of the library, where its options suffice."""

import shlex
from dataclasses import replace

from foundation.bundled import DEMO
from foundation.seeds import seed_at
from foundation.specs.formats import BendChoice
from renderer.document.document import Document
from renderer.document.parts import Latent, LayerBend, Noise, Transform, Truncation


def bend_words(one: LayerBend) -> str:
    """Return an operation on a layer as the option `--bend` takes it."""
    return str(BendChoice(one.layer, one.kind, one.strength, one.channels))


def command_for(document: Document) -> str:
    """Return the `python -m gan images` command that makes the same image; empty if its options cannot express it.

    It has options for whole seeds, psi, stored or no noise, the class, style channels and the transform. For all else
    there is `python -m renderer picture` with a saved image.
    """
    latent, psi, transform, noise = document.latent.acting, document.truncation.psi, document.transform, document.noise
    seed = seed_at(latent.x, latent.y)
    plain_latent = latent == Latent(latent.x, latent.y, latent.blend, latent.label, condition=latent.condition)
    whole = float(latent.x).is_integer() and float(latent.y).is_integer() and seed >= 0
    plain = (
        document.truncation == Truncation(psi)
        and noise in (Noise("const", noise.seed), Noise("none", noise.seed))
        and transform == replace(Transform(), x=transform.x, y=transform.y, angle=transform.angle)
        and not document.mixing.acting
        and all(one.strength == 0 for one in document.directions)
        and all(one.kind != "noise" or one.seed == 0 for one in document.bends)
    )
    if not (plain_latent and whole and plain) or document.network.raw:
        return ""
    words = ["python", "-m", "gan", "images"]
    words.append(f"--network={document.network.source or DEMO}")
    words.append(f"--seeds={int(seed)}")
    if psi != 1:
        words.append(f"--trunc={psi}")
    if latent.condition:
        words.append("--condition=" + ",".join(map(repr, latent.condition)))
    elif latent.label is not None:
        words.append(f"--class={latent.label}")
    if noise.mode != "const":
        words.append(f"--noise-mode={noise.mode}")
    if transform.x or transform.y:
        words.append(f"--translate={transform.x},{transform.y}")
    if transform.angle:
        words.append(f"--rotate={-transform.angle}")
    words += [f"--style-offset={one.layer}:{one.channel}:{one.amount}" for one in document.styles if one.amount != 0]
    words += [f"--bend={bend_words(one)}" for one in document.bends]
    return shlex.join([*words, "--outdir=out"])
