"""Pivotal tuning: the generator's weights are tuned to a photo, with w held (Roich et al., arXiv 2106.05744).

The loss is the mean squared difference of values -1..1 plus the distance to the photo. Locality keeps the pictures of
other w as they were: the same two terms between the tuned network and the untouched one.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gan.edits.found import mapped
from gan.edits.projection import adam
from gan.edits.projection.comparison import Comparison
from gan.images import Label, device_of
from gan.metrics.distance import Features
from gan.networks.generator import StyleGenerator
from gan.networks.protocol import SynthesisOptions
from gan.optimizers import Adam

LEARNING_RATE = 3e-4
"""Published rate of Adam."""
ENOUGH = 0.06
"""Published distance at which tuning ends, before its update; that of LPIPS."""

OtherWs = Callable[[int], Tensor]
"""Step, from 0 -> ws [N, num_ws, w_dim] whose pictures should stay."""


@dataclass(frozen=True)
class Locality:
    """Pictures that tuning keeps.

    Attributes:
        others: See `OtherWs`.
        features: As of `Comparison`, of images prepared for it.
        weight: Weight of the mean squared difference, and of the distance.
        noise_mode: Of both pictures.
    """

    others: OtherWs
    features: Features
    weight: float
    noise_mode: str = "none"


@dataclass(frozen=True)
class TuneStep:
    """Figures of one step, before its update."""

    step: int
    loss: float
    squared: float
    """Mean squared difference, of values -1..1."""
    distance: float
    locality: float = 0.0


class Tuning:
    """Tuning of a copy of a network, of which each step can be resumed from `state`.

    Args:
        G: A generator, which is not changed.
        compared: The photo.
        pivot: w for each layer, [num_ws, w_dim].
        enough: Distance at which tuning ends.
        locality: Pictures to keep; None for none.
        given: More arguments of the synthesis.
        learning_rate: Of Adam.

    Attributes:
        G: The copy.
        step: Number of steps done.
        done: True once the distance was small enough.
    """

    def __init__(
        self,
        G: StyleGenerator,
        compared: Comparison,
        pivot: Tensor,
        *,
        enough: float = ENOUGH,
        locality: Locality | None = None,
        given: SynthesisOptions | None = None,
        learning_rate: float = LEARNING_RATE,
    ) -> None:
        self._before, self._compared, self._pivot = G, compared, pivot[None]
        self._enough, self._locality = enough, locality
        self._given: SynthesisOptions = given or {}
        self.G = copy.deepcopy(G).float().requires_grad_(True)
        self._adam = Adam(self.G.parameters(), lr=learning_rate, betas=adam.BETAS, foreach=False)
        self.step = 0
        self.done = False

    def advance(self) -> TuneStep:
        """Do one step, or end where the distance is small enough.

        Raises:
            ValueError: the loss is not finite.
        """
        with torch.enable_grad():
            image = self.G.synthesis(self._pivot, **self._arguments("const"))
            squared, distance = self._compared.squared(image), self._compared.distance(image)
            loss = squared + distance
            found = TuneStep(self.step, *(float(one.detach()) for one in (loss, squared, distance)))
            if not found.loss < float("inf"):
                raise ValueError(f"The loss of tuning is not finite at step {self.step}: use W+ instead.")
            if found.distance <= self._enough:
                self.done = True
                return found
            self._adam.zero_grad(set_to_none=True)
            if self._locality is not None:
                kept = self._kept(self._locality)
                loss = loss + kept
                found = TuneStep(found.step, found.loss, found.squared, found.distance, float(kept.detach()))
            loss.backward()  # type: ignore[no-untyped-call]
        self._adam.step()
        self.step += 1
        return found

    def finished(self) -> StyleGenerator:
        """Return the tuned network, without gradients."""
        return self.G.eval().requires_grad_(False)

    def state(self) -> dict[str, Tensor]:
        """Return all that later steps depend on, as tensors on the CPU, for `restore`."""
        found = {f"G.{name}": value for name, value in self.G.state_dict().items()}
        found["figures"] = torch.tensor([self.step, self.done], dtype=torch.float64)
        found |= adam.tensors_of(self._adam)
        return {name: value.detach().cpu().contiguous().clone() for name, value in found.items()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from a state.

        Raises:
            ValueError: it is of another network.
        """
        try:
            moments = adam.moments_in(state)
            own = {name.removeprefix("G."): value for name, value in state.items() if name.startswith("G.")}
            self.G.load_state_dict(own)
            step, done = state["figures"].tolist()
        except (KeyError, ValueError, RuntimeError) as error:
            raise ValueError("The state is of another network.") from error
        adam.restore(self._adam, moments)
        self.step, self.done = int(step), bool(done)

    def _kept(self, locality: Locality) -> Tensor:
        ws = locality.others(self.step).to(self._pivot)
        arguments = self._arguments(locality.noise_mode)
        now = self.G.synthesis(ws, **arguments)
        with torch.no_grad():
            before = self._before.synthesis(ws, **arguments)
        pixels = [(image + 1) * (255 / 2) for image in (now, before)]
        parts = [locality.features(self._compared.prepared(one)) for one in pixels]
        distance = (parts[0] - parts[1]).square().sum(dim=1).mean()
        return ((now - before).square().mean() + distance) * locality.weight

    def _arguments(self, noise_mode: str) -> SynthesisOptions:
        return {**self._given, "noise_mode": noise_mode, "force_fp32": True}


def published_others(
    G: StyleGenerator, pivot: Tensor, random: np.random.RandomState, distance: float = 30.0
) -> OtherWs:
    """Return the published choice of pictures to keep: one w at psi 0.5, moved to a distance from the pivot.

    Args:
        G: An unconditional generator.
        pivot: [num_ws, w_dim].
        random: State that z is drawn from.
        distance: Length over all layers together.
    """

    @torch.no_grad()
    def others(step: int) -> Tensor:
        z = torch.from_numpy(random.randn(1, G.z_dim)).to(device_of(G))
        away = G.mapping(z, None, truncation_psi=0.5) - pivot[None]
        moved: Tensor = pivot[None] + distance * away / away.norm()
        return moved

    return others


def other_seeds(G: StyleGenerator, label: Label | None, seed: int, count: int) -> OtherWs:
    """Return the default choice of pictures to keep: w of `count` latents without truncation, others at each step.

    Args:
        G: A generator that takes z.
        label: As of the fit; None takes a class for each.
        seed: First part of the random state, whose second part is the step.
        count: Number of w at each step.
    """

    def others(step: int) -> Tensor:
        z = np.random.RandomState([seed, step]).randn(count, G.z_dim)
        w = mapped(G, torch.from_numpy(z), label, step)
        return w[:, None].expand(-1, G.num_ws, -1)

    return others
