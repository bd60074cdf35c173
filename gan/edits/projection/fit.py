"""Fit of w, or of a w for each layer, to a photo, step by step (StyleGAN2, arXiv 1912.04958, appendix D).

With `editable` 0 in W it is the published projector. In W+ the loss has a term towards the mean of w, see
`foundation.specs.editing.projection.editable_weight`.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from gan.edits.projection import adam
from gan.edits.projection.comparison import Comparison
from gan.edits.projection.mean import Statistics
from gan.edits.projection.noise import drawn, noise_shapes, normalise, regulariser, views
from gan.edits.projection.schedule import learning_rate, noise_scale
from gan.images import device_of
from gan.inference.cpu.precision import rendering
from gan.networks.generator import StyleGenerator
from gan.networks.protocol import SynthesisOptions
from gan.networks.synthesis import first_derivatives
from gan.optimizers import Adam

SMALL_SIDE, SMALL_WEIGHTS = 64, 3_000_000
"""Longest side and number of weights up to which a network is small, see `is_small`."""


def is_small(G: StyleGenerator) -> bool:
    """Return True for networks whose steps gain nothing from a second thread: their operators end before it is awake.

    Measured on two cores, seconds per step by one and by two threads, features (Lite0): 64 x 64 with 0.6 million
    weights 0.033 and 0.047, with 6.3 million 0.078 and 0.075, with 22 million 0.201 and 0.143.
    """
    return max(G.img_size) <= SMALL_SIDE and sum(p.numel() for p in G.synthesis.parameters()) <= SMALL_WEIGHTS


@dataclass(frozen=True)
class FitOptions:
    """Options of a fit; see `foundation.specs.editing.projection.ProjectSpec`."""

    steps: int = 1000
    seed: int = 303
    plus: bool = False
    """A w for each layer."""
    mean_weight: float = 0.0
    """Weight of the distance from the mean, relative to the photo's distance at the start."""
    noise_weight: float = 1e5
    learning_rate: float = 0.1
    fast: float = 0.0
    """Share of the steps that draw in the precision "fast", see `gan.inference.cpu.precision`; the last ones are exact,
    and so is the distance always."""


@dataclass(frozen=True)
class FitStep:
    """Figures of one step, before its update."""

    step: int
    distance: float
    noise: float
    """The noise regulariser, without its weight."""
    loss: float
    learning_rate: float


class Fit:
    """A fit, of which each step can be resumed from `state`.

    Args:
        G: A generator without gradients; it is not changed.
        compared: The photo.
        statistics: Of w.
        options: See `FitOptions`.
        start: w to start from, [num_ws, w_dim]; None for the mean. In W its mean over the layers.
        given: More arguments of the synthesis, such as the input's transform.

    Attributes:
        step: Number of steps done.
        w: [1, 1 or num_ws, w_dim].
        best: The w of the step with the smallest distance, and that distance.
    """

    def __init__(
        self,
        G: StyleGenerator,
        compared: Comparison,
        statistics: Statistics,
        options: FitOptions,
        start: Tensor | None = None,
        given: SynthesisOptions | None = None,
    ) -> None:
        self._G, self._compared, self._statistics, self._options = G, compared, statistics, options
        self._given: SynthesisOptions = given or {}
        device = device_of(G)
        self._random = torch.Generator(device).manual_seed(options.seed)
        self._shapes = noise_shapes(G.synthesis)
        self._noise = drawn(self._shapes, self._random).requires_grad_(True)
        count = G.num_ws if options.plus else 1
        begin = statistics.mean[None] if start is None else start if options.plus else start.mean(dim=0, keepdim=True)
        self.w = begin.expand(count, -1).clone()[None].to(device).requires_grad_(True)
        self._adam = Adam([self.w, self._noise] if self._shapes else [self.w], betas=adam.BETAS, foreach=False)
        self.step = 0
        self.best: tuple[Tensor, float] = (self.w.detach().clone(), float("inf"))
        self._first = 0.0

    @property
    def ws(self) -> Tensor:
        """The present w for each layer, [num_ws, w_dim]."""
        return self._every(self.w.detach())[0]

    @property
    def best_ws(self) -> Tensor:
        """The w for each layer of the best step, [num_ws, w_dim]."""
        return self._every(self.best[0])[0]

    @property
    def noise(self) -> dict[str, Tensor]:
        """The fitted noise images [H, W] by layer."""
        return {name: image.clone() for name, image in views(self._noise.detach(), self._shapes).items()}

    def advance(self) -> FitStep:
        """Do one step. An exception from the synthesis, as an observer may raise, leaves the fit as it was.

        Raises:
            ValueError: the loss is not finite.
        """
        before = self._random.get_state()
        try:
            return self._advanced()
        except BaseException:
            self._random.set_state(before)
            raise

    def _advanced(self) -> FitStep:
        options, step = self._options, self.step
        rate = learning_rate(step, options.steps, options.learning_rate)
        scale = noise_scale(step, options.steps, self._statistics.std)
        shake = torch.randn(self.w.shape, generator=self._random, device=self.w.device) * scale
        with torch.enable_grad():
            images = views(self._noise, self._shapes)
            arguments: SynthesisOptions = {**self._given, "noise_mode": "const", "force_fp32": True}
            arguments["noise"] = images
            fast = step < options.fast * options.steps
            with first_derivatives(), rendering("fast" if fast else "exact"):
                image = self._G.synthesis(self._every(self.w + shake), **arguments)
            distance = self._compared.distance(image)
            correlation = regulariser(self._noise, self._shapes)
            loss = distance + correlation * options.noise_weight
            if step == 0:
                self._first = float(distance.detach())
            if options.mean_weight:
                loss = loss + options.mean_weight * self._first * self._from_mean()
            self._adam.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
        figures = [float(one.detach()) for one in (distance, correlation, loss)]
        found = FitStep(step, figures[0], figures[1], figures[2], rate)
        if not found.loss < float("inf"):
            raise ValueError(f"The fit's loss is not finite at step {step}: give a smaller --learning-rate.")
        if found.distance < self.best[1]:
            self.best = (self.w.detach().clone(), found.distance)
        for group in self._adam.param_groups:
            group["lr"] = rate
        self._adam.step()
        normalise(self._noise.detach(), self._shapes)
        self.step += 1
        return found

    def state(self) -> dict[str, Tensor]:
        """Return all that later steps depend on, as tensors on the CPU, for `restore`."""
        found = {
            "w": self.w,
            "noise": self._noise,
            "random": self._random.get_state(),
            "best": self.best[0],
            "figures": torch.tensor([self.step, self.best[1], self._first], dtype=torch.float64),
        }
        found |= adam.tensors_of(self._adam)
        return {name: value.detach().cpu().clone() for name, value in found.items()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from a state.

        Raises:
            ValueError: it is of another fit.
        """
        try:
            moments = adam.moments_in(state)
            with torch.no_grad():
                self.w.copy_(state["w"])
                self._noise.copy_(state["noise"])
            step, distance, self._first = state["figures"].tolist()
            self._random.set_state(state["random"])
            self.best = (state["best"].to(self.w), distance)
        except (KeyError, ValueError, RuntimeError, TypeError) as error:
            raise ValueError(f"The state is of another fit ({error}).") from error
        adam.restore(self._adam, moments)
        self.step = int(step)

    def _every(self, w: Tensor) -> Tensor:
        return w if self._options.plus else w.expand(-1, self._G.num_ws, -1)

    def _from_mean(self) -> Tensor:
        """Mean over layers of |w - mean|^2 / std^2."""
        lengths = (self.w - self._statistics.mean).square().sum(dim=2)
        return lengths.mean() / self._statistics.std**2
