"""One photo from its file to its latents: the start, the fit, tuning, results, and going on after an interruption."""

import hashlib
import json
import os
import statistics as figures
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

import gan
from foundation.inputs import DETAIL, clean_text
from foundation.specs.click_options import describe
from foundation.specs.editing.fits import BEST, IGNORED, MEAN, TARGET, TUNED
from foundation.specs.editing.projection import ProjectSpec, editable_weight
from gan import transforms
from gan.display import to_rgba8
from gan.edits.projection.comparison import Comparison, comparison
from gan.edits.projection.encoder import Encoder
from gan.edits.projection.fit import Fit, FitOptions
from gan.edits.projection.folder import FitFolder, as_picture, target_in, tensors_with
from gan.edits.projection.mean import Statistics, statistics
from gan.edits.projection.photos import Pixels, as_target, channels_of, ignored_region, photo_pixels
from gan.edits.projection.search import closest
from gan.edits.projection.tuning import ENOUGH, Locality, Tuning, other_seeds
from gan.images import Label, RenderOptions, device_of
from gan.io.fingerprint import known_fingerprint
from gan.io.latents import load_latents
from gan.io.parents import Parent
from gan.metrics.detectors import VGG16
from gan.metrics.distance import Distance
from gan.networks.generator import StyleGenerator
from gan.networks.protocol import SynthesisOptions

FRAMES = 240
"""Most frames of a film."""
LOCALITY, LOCALITY_SEEDS = 10.0, 2
"""Weight of locality, and number of w at each step."""
FAST_SHARE = 0.8
"""Share of a fit's steps in bfloat16, where the precision is "fast"."""
_RECENT = 20
"""Steps that the seconds per step are a median of."""
_OF_THE_RESULT = (
    *("num_steps", "seed", "space", "tune", "time", "tune_steps", "editable", "start", "crop", "noise_weight"),
    *("learning_rate", "locality", "label", "condition", "translate", "rotate", "encoder"),
)
"""Options that the result depends on, besides network, photo, distance, and a precision that is not exact."""


@dataclass(frozen=True)
class Setting:
    """Network, distance and options that the fits of all photos of a command share.

    Attributes:
        G: The generator, in evaluation mode without gradients.
        info: Description of its file.
        distance: With gradients.
        spec: The options.
        encoder: Gives the start of fits; None without one.
    """

    G: StyleGenerator
    info: gan.NetworkInfo
    distance: Distance
    spec: ProjectSpec
    encoder: Encoder | None = None

    @cached_property
    def statistics(self) -> Statistics:
        """Mean and spread of w."""
        return statistics(self.G, self.label)

    @cached_property
    def fingerprint(self) -> str:
        """Fingerprint of the network."""
        return known_fingerprint(self.G, self.info.sha256, "G_ema" if "G_ema" in self.info.architectures else "G")

    @property
    def label(self) -> Label | None:
        """The class, or the numbers of the condition. Raises ValueError where both are given."""
        if self.spec.condition and self.spec.label is not None:
            raise ValueError("Give either --class or --condition.")
        return self.spec.condition or self.spec.label

    @cached_property
    def given(self) -> SynthesisOptions:
        """The input's transform. Raises ValueError where the network has none."""
        options = RenderOptions(translate=self.spec.translate, rotate=self.spec.rotate)
        options.check(self.G)
        if not options.moves:
            return {}
        return {"input_transform": transforms.inverse(transforms.affine(options.translate, options.rotate))}


class Work:
    """The fit of one photo.

    Args:
        setting: See `Setting`.
        photo: The photo.
        folder: Folder of its files. A state in it of the same photo and options is gone on from.
        asked: Returns True once the fit is asked to end: the search for the closest seed then ends with the one so far.

    Raises:
        ValueError: the photo, the region, the start or an option cannot be used.
        OSError: a file cannot be read or written.

    Attributes:
        steps: All steps, those of tuning included.
        step: Steps done.
        anew: Why an earlier fit in the folder is not gone on from; empty where it is, or there was none.
    """

    def __init__(self, setting: Setting, photo: Path, folder: Path, asked: Callable[[], bool] = lambda: False) -> None:
        self._setting, self._photo, self._files = setting, photo, FitFolder(folder)
        self._asked, self._searched = asked, True
        spec, G = setting.spec, setting.G
        pixels = self._pixels()
        ignored = self._ignored()
        target = as_target(pixels).to(device_of(G))
        self._compared: Comparison = comparison(setting.distance, target, ignored)
        self._options = FitOptions(
            spec.fit_steps,
            spec.seed,
            plus=spec.space == "w+",
            mean_weight=editable_weight(spec.editable) if spec.space == "w+" else 0.0,
            noise_weight=spec.noise_weight,
            learning_rate=spec.learning_rate,
            fast=FAST_SHARE if spec.precision == "fast" else 0.0,
        )
        self.steps = spec.fit_steps + spec.tuning_steps
        self.step = 0
        self._durations: deque[float] = deque(maxlen=_RECENT)
        self._path: list[Tensor] = []
        self._every = max(1, -(-spec.fit_steps // FRAMES))
        self._tuning: Tuning | None = None
        self._key = self._made_key(pixels, ignored)
        self._result: dict[str, Any] | None = None
        before = self._files.about()
        self.anew = self._files.why_anew(self._key, setting.distance.name)
        self.finished_before = before.get("key") == self._key and bool(before.get("finished"))
        """True if the folder holds the result of the same fit already."""
        if self.finished_before:
            return
        found = self._files.load(self._key)
        start = None if found is not None else self._given_start()  # before anything is written
        self._files.write_target(pixels)
        if ignored is not None:
            self._files.write_mask(ignored)
        self._files.write_about(self.about())
        self._begin(found, start)

    # -- Beginning -------------------------------------------------------------------------------------------------

    def _pixels(self) -> Pixels:
        """Return the cropped photo; of a fit to go on with, that of its folder where the photo is gone."""
        setting = self._setting
        if not os.path.exists(self._photo) and os.path.isfile(self._files.path / TARGET):
            self._face = self._files.about().get("face")
            return target_in(self._files.path, channels_of(setting.G))
        pixels, self._face = photo_pixels(self._photo, setting.spec.crop, setting.spec.border, setting.G)
        return pixels

    def _ignored(self) -> Tensor | None:
        """Return the region that is ignored; a copy of its picture is kept later, as that of a window goes away."""
        given, own = self._setting.spec.ignore, self._files.path / IGNORED
        if given is None:
            return None
        source = Path(given) if os.path.exists(given) or not os.path.isfile(own) else own
        region = ignored_region(source, self._setting.G)
        return None if region is None else region.to(device_of(self._setting.G))

    def _made_key(self, pixels: Pixels, ignored: Tensor | None) -> str:
        spec = self._setting.spec
        options = [getattr(spec, name) for name in _OF_THE_RESULT]
        options += [spec.precision] if spec.precision != "exact" else []  # as before there was a choice
        texts = [self._setting.fingerprint, self._setting.distance.name, options]
        digest = hashlib.sha256(json.dumps(texts, default=str).encode())
        digest.update(pixels.tobytes())
        if ignored is not None:
            digest.update(ignored.cpu().numpy().tobytes())
        return digest.hexdigest()

    def _begin(self, found: tuple[str, dict[str, Tensor]] | None, start: Tensor | None) -> None:
        setting = self._setting
        if found is None and start is None and setting.spec.start == BEST:
            start, self._searched = closest(setting.G, self._compared, setting.label, self._asked, setting.given)
        self._fit = Fit(setting.G, self._compared, setting.statistics, self._options, start, setting.given)
        if found is not None:
            phase, tensors = found
            try:
                self._fit.restore(tensors_with("fit.", tensors))
                self._path = list(tensors["path"])
                if phase == "tune":
                    self._tuning = self._made_tuning()
                    self._tuning.restore(tensors_with("tune.", tensors))
            except (KeyError, ValueError) as error:
                raise ValueError(f"{self._files.path} holds the state of another fit: give another folder.") from error
        tuned = 0 if self._tuning is None else self._tuning.step
        self.step = self._fit.step + tuned
        self._files.cut_curve(self.step)
        self._files.show(self.about(), self._fit.ws, self.step, None)

    def _given_start(self) -> Tensor | None:
        """Return the w to start from, [num_ws, w_dim], of an encoder or a file; None for the mean and the closest."""
        setting, G = self._setting, self._setting.G
        where = setting.spec.start
        if setting.encoder is not None:
            return setting.encoder(self._compared.target)
        if where in (MEAN, BEST):
            return None
        return torch.from_numpy(load_latents(where, G.num_ws, G.w_dim)[0]).to(device_of(G))

    # -- Steps -----------------------------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """True once all steps are done."""
        return self._fit.step >= self._options.steps and (
            not self._setting.spec.tuning_steps
            or (
                self._tuning is not None and (self._tuning.done or self._tuning.step >= self._setting.spec.tuning_steps)
            )
        )

    @property
    def tunes(self) -> bool:
        """True once the network is being tuned, or is about to be."""
        return self._fit.step >= self._options.steps

    @property
    def paused(self) -> bool:
        """True while the fit is asked to wait."""
        return self._files.paused

    def advance(self) -> None:
        """Do one step, and write what is due.

        Raises:
            ValueError: the loss is not finite.
            OSError: a file cannot be written.
        """
        began = time.monotonic()
        if self._fit.step < self._options.steps:
            if self._fit.step % self._every == 0:
                self._path.append(self._fit.w.detach()[0].cpu().clone())
            fitted = self._fit.advance()
            values = {"phase": "fit", "distance": fitted.distance, "loss": fitted.loss, "lr": fitted.learning_rate}
        else:
            if self._tuning is None:
                self._tuning = self._made_tuning()
            tuned = self._tuning.advance()
            values = {"phase": "tune", "distance": tuned.distance, "loss": tuned.loss, "lr": None}
            if self._tuning.done:
                self.steps = self._fit.step + self._tuning.step
        self.step = self._fit.step + (0 if self._tuning is None else self._tuning.step)
        seconds = time.monotonic() - began
        self._durations.append(seconds)
        self._files.line(step=self.step - 1, **values, seconds=round(seconds, 5))
        if self._files.due():
            self._show()
        if self._files.save_due():
            self._save()

    def _made_tuning(self) -> Tuning:
        setting, spec = self._setting, self._setting.spec
        locality = None
        if spec.locality:
            others = other_seeds(setting.G, setting.label, spec.seed, LOCALITY_SEEDS)
            locality = Locality(others, setting.distance.features, LOCALITY, "const")
        enough = ENOUGH if setting.distance.kind == VGG16 else 0.0
        return Tuning(setting.G, self._compared, self._fit.ws, enough=enough, locality=locality, given=setting.given)

    def _show(self) -> None:
        picture = None
        if self._tuning is not None:
            picture = self._drawn(self._tuning.G, self._fit.ws)
        self._files.show(self.about(), self._fit.ws, self.step, picture)

    def _save(self) -> None:
        tensors = {f"fit.{name}": value for name, value in self._fit.state().items()}
        tensors["path"] = torch.stack(self._path) if self._path else torch.zeros(0)
        if self._tuning is not None:
            tensors |= {f"tune.{name}": value for name, value in self._tuning.state().items()}
        self._files.flush()  # the curve may be ahead of the state, never behind
        self._files.save(self._key, tensors, "fit" if self._tuning is None else "tune")

    # -- Results ---------------------------------------------------------------------------------------------------

    def about(self) -> dict[str, Any]:
        """Return the facts of the fit, as plain data."""
        setting, spec = self._setting, self._setting.spec
        pace = figures.median(self._durations) if len(self._durations) > 2 else None
        return {
            "name": self._photo.name,
            "network": setting.fingerprint,
            "key": self._key,
            "num_ws": setting.G.num_ws,
            "w_dim": setting.G.w_dim,
            "size": setting.G.img_resolution,
            "space": spec.space,
            "tune": spec.tune,
            "distance": setting.distance.name,
            "steps": self.steps,
            "fit_steps": spec.fit_steps,
            "step": self.step,
            "phase": "fit" if self._tuning is None else "tune",
            "seconds_per_step": None if pace is None else round(pace, 5),
            "editable": spec.editable,
            "has_noise": bool(setting.G.synthesis.noise_layers),
            **({"face": self._face} if self._face else {}),
            **({"anew": self.anew} if self.anew else {}),
            **({} if self._result is None else {"result": self._result}),
        }

    def keep(self) -> None:
        """Write the best result so far and the state, from which the fit can go on.

        Without a state where the closest seed was still searched for: that search begins anew.
        """
        if self._searched:
            self._save()
        self._write(self._best())
        self._files.flush()
        self._files.show(self.about(), self._fit.ws, self.step, None)

    def finish(self) -> dict[str, Any]:
        """Write the result, and remove the state; returns the result's figures."""
        self._write(self._fit.ws)
        self._files.finish({**self.about(), "finished": True})
        assert self._result is not None
        return self._result

    @torch.no_grad()
    def _best(self) -> Tensor:
        """Return the present w, or that of the best step if it is closer without the noise on w."""
        if self._tuning is not None or self._fit.step >= self._options.steps:
            return self._fit.ws
        return min(
            (self._fit.ws, self._fit.best_ws),
            key=lambda ws: float(self._compared.distance(self._image(self._setting.G, ws))),
        )

    @torch.no_grad()
    def _write(self, ws: Tensor) -> None:
        setting = self._setting
        G = setting.G
        if self._tuning is not None:
            G = self._tuning.G
            self._save_tuned(G)
        image = self._image(G, ws)
        self._result = {
            "distance": float(self._compared.distance(image)),
            "psnr": round(self._compared.psnr(image), 3),
            "step": self.step,
            "tuned": TUNED if self._tuning is not None else None,
        }
        text = {"Software": "StyleScope", "Comment": describe(setting.spec, "project")}
        self._files.write_result(ws, _pixels_of(image), text, self._fit.noise)

    def _save_tuned(self, G: StyleGenerator) -> None:
        info = self._setting.info
        name = "G_ema" if "G_ema" in info.architectures else "G"
        licence = clean_text(str(info.training_set_kwargs.get("notice", "")), DETAIL)
        parent = Parent(Path(info.source).name, self._setting.fingerprint, f"tuned to {self._photo.name}", licence)
        described = gan.describe({"G_ema": info.architectures[name]}, info.training_set_kwargs)
        gan.save(self._files.path / TUNED, gan.Networks(None, None, G, replace(described, parents=(parent,))))

    def _image(self, G: StyleGenerator, ws: Tensor) -> Tensor:
        """Return the picture of ws [num_ws, w_dim] with the network's own noise, [1, C, H, W]."""
        arguments: SynthesisOptions = {**self._setting.given, "noise_mode": "const", "force_fp32": True}
        return G.synthesis(ws[None], **arguments)

    @torch.no_grad()
    def _drawn(self, G: StyleGenerator, ws: Tensor) -> Pixels:
        return _pixels_of(self._image(G, ws))

    def frames(self) -> Iterator[Pixels]:
        """Yield the frames of a film of the fit, photo and picture side by side, uint8 [H, 2 W, 3]."""
        setting = self._setting
        photo = as_picture(self._compared.target.cpu().numpy().astype(np.uint8).transpose(1, 2, 0))[..., :3]
        for w in [*self._path, self._fit.ws.cpu()]:
            ws = w.expand(setting.G.num_ws, -1).to(device_of(setting.G))
            yield np.concatenate([photo, self._drawn(setting.G, ws)[..., :3]], axis=1)
        if self._tuning is not None:
            yield np.concatenate([photo, self._drawn(self._tuning.G, self._fit.ws)[..., :3]], axis=1)


def _pixels_of(image: Tensor) -> Pixels:
    pixels = to_rgba8(image[0])
    return pixels if image.shape[1] == 4 else np.ascontiguousarray(pixels[..., :3])
