"""Options of fitting photos to a network, the files that a fit writes, and the choices of its form.

The command line, the launcher and the window share these; nothing here imports torch.
"""

import math
from dataclasses import dataclass

from foundation.photos.crop import BORDERS
from foundation.specs.editing.fits import (
    EDITABLE,
    GROWTH,
    MEAN,
    NOISE_WEIGHT,
    SEED,
    SPACES,
    START_SEEDS,
    STEPS,
    STRONGEST,
    TIMES,
    TUNE_STEPS,
)
from foundation.specs.formats import read_condition, read_pair, read_photo_crop
from foundation.specs.options import option
from foundation.specs.pictures import NetworkSpec


@dataclass(frozen=True, kw_only=True)
class ProjectSpec(NetworkSpec):
    """Find the latents of photos: each is fitted in W or W+, and the network is tuned to it if asked.

    Writes projected_w.npz, proj.png and target.png for a single photo, and in a folder named after each of several.
    A fit that was interrupted goes on where it was when the same command is given again.
    """

    targets: tuple[str, ...] = option(
        read=str,
        multiple=True,
        names=("--target",),
        metavar="FILE|DIR",
        help="Photo to fit, or a folder of photos. Can be repeated (not in the official tools).",
    )
    outdir: str = option(metavar="DIR", help="Output folder; created if missing.")
    num_steps: int | None = option(
        None, low=1, high=1_000_000, help="Steps in W or W+; default: by --time, 1000 for `best`."
    )
    seed: int = option(SEED, low=0, high=2**32 - 1, help="Random seed.")
    save_video: bool = option(True, help="Write a film of the fit, photo and picture side by side.")
    space: str = option(
        "w",
        choices=SPACES,
        help="Space of the latents: w, one vector for all layers, most editable; w+, one for each, closer to the "
        "photo. (Not in the official tools, like all options below.)",
    )
    tune: bool = option(False, help="Then tune a copy of the network to the photo (PTI), and write tuned.safetensors.")
    time: str = option("best", choices=TIMES, help="Numbers of steps.")
    tune_steps: int | None = option(
        None, low=1, high=1_000_000, help="Steps of tuning; default: by --time, 350 for `best`."
    )
    editable: float = option(
        EDITABLE,
        low=0.0,
        high=1.0,
        help="Stay near the mean of w, 0 to 1, in w+: lower is closer to the photo and worse to edit. 0 is the "
        "published loss.",
    )
    start: str = option(
        MEAN,
        metavar="WHERE",
        help=f"Start: mean, the mean of w; best, the closest of {START_SEEDS} seeds; or a file of latents "
        "(.npz, .npy, .pt).",
    )
    ignore: str | None = option(
        None,
        metavar="FILE",
        help="Picture of what not to fit, bright where the photo is ignored, in the frame of the cropped photo.",
    )
    crop: tuple[float | str, ...] = option(
        (),
        read=read_photo_crop,
        metavar="X,Y,SIDE[,ANGLE]|face",
        help="Square of the photo to fit: its centre and side in pixels, and its turn in degrees counterclockwise; or "
        "face, that of the largest face as in FFHQ (needs stylescope[faces]); default: the largest one in the middle.",
    )
    border: str | None = option(
        None,
        choices=BORDERS,
        help="What the square shows beyond the photo: the photo mirrored, or that blurred as in FFHQ; default: blurred "
        "with --crop=face, else mirrored.",
    )
    noise_weight: float = option(NOISE_WEIGHT, low=0.0, help="Weight of the noise regulariser (StyleGAN1 and 2).")
    learning_rate: float = option(0.1, low=0.0, high=10.0, help="Largest learning rate of w.")
    precision: str = option(
        "exact",
        choices=("exact", "fast"),
        help="Of the steps in W and W+ on CPUs that multiply bfloat16 numbers: exact, or fast, with such products but "
        "for the last fifth of the steps.",
    )
    locality: bool = option(True, help="While tuning, keep the pictures of other w as they were.")
    label: int | None = option(None, names=("--class",), low=0, help="Class of a conditional network.")
    condition: tuple[float, ...] = option(
        (), read=read_condition, metavar="C,...", help="Numbers that a conditional network gets in place of a class."
    )
    translate: tuple[float, float] = option(
        (0.0, 0.0), read=read_pair, metavar="X,Y", help="Translation of the picture, in its widths (StyleGAN3)."
    )
    rotate: float = option(0.0, metavar="ANGLE", help="Rotation of the picture, in degrees (StyleGAN3).")
    encoder: str | None = option(
        None,
        metavar="FILE",
        help="TorchScript file that gives the start: a photo [1, 3, H, W], -1 to 1, to w. It is a program, run in a "
        "process that cannot write.",
    )
    trust_encoder: bool = option(False, help="Run the encoder: only if you trust where it came from.")
    detector: tuple[str, ...] = option(
        (),
        read=str,
        multiple=True,
        metavar="FILE|URL",
        help="The official vgg16.pt for the distance, as of `metrics`; default: fetched before, else the best at hand.",
    )
    trust_detector: bool = option(False, help="Run a detector that was not fetched from the published address.")
    device: str = option("auto", help="Device: auto, cpu, cuda, cuda:1 or mps.")

    @property
    def fit_steps(self) -> int:
        """Steps in W or W+."""
        return STEPS[self.time] if self.num_steps is None else self.num_steps

    @property
    def tuning_steps(self) -> int:
        """Steps of tuning; 0 without."""
        return 0 if not self.tune else TUNE_STEPS[self.time] if self.tune_steps is None else self.tune_steps


def editable_weight(editable: float) -> float:
    """Return the weight of a fit's distance from the mean in W+, relative to the photo's distance at the start.

    The loss is distance + weight * (distance of the start) * mean over layers of |w - w_avg|^2 / w_std^2. The weight
    grows exponentially from 0: STRONGEST (e^(GROWTH editable) - 1) / (e^GROWTH - 1), since what directions do to a
    fitted picture changes evenly with its logarithm (`benchmarks.editing.quality`).

    Args:
        editable: 0..1.
    """
    return STRONGEST * math.expm1(GROWTH * editable) / math.expm1(GROWTH)
