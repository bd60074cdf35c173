"""The networks in training and the training step, without any file access."""

import copy
import dataclasses
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from foundation.inputs import DAMAGE
from gan.data import ImageSource, IndexSequence, Loader
from gan.device import send
from gan.inference import cpu
from gan.io.networks import Architecture, Networks, describe
from gan.networks import build_discriminator, build_generator
from gan.networks.discriminator import StyleDiscriminator
from gan.networks.generator import StyleGenerator
from gan.ops import half
from gan.training.augment.ada import AdaController
from gan.training.augment.pipeline import AugmentPipe

from .average import decay, move_average
from .config import TrainConfig
from .draws import GeneratorDraws
from .errors import TrainingError
from .group import Group, flatten, unflatten
from .growing import at_level_of_detail, level_of_detail
from .health import Health
from .loss import Batch, Loss
from .phases import Phase, make_phases
from .stats import Collector
from .timing import PhaseTimes
from .transfer import Fit, transfer

RUNNING_AVERAGES = ("w_avg", "magnitude_ema")
"""Buffers that each process updates from its own batches; they are averaged over all processes."""

_LABEL_SEED, _RANK_SEED = 1, 1000
"""Offsets from a run's seed for the streams of random numbers beside that of the weights."""


class Trainer:
    """One process's share of a training run.

    Random numbers come from two generators: one shared by all processes, for latents and labels, and one per process.
    Both are part of the state, like the position in the dataset, so that a resumed run continues exactly.

    Attributes:
        nimg: Images shown so far.
        batches: Batches so far.
        stats: Statistics of the losses since the last tick.
        times: Durations of the phases since the last tick.
        health: Counts non-finite gradients.
        G, D, G_ema: The networks.
        fit: What was taken from other networks at the start; None if nothing was.

    Args:
        config: Configuration of the run.
        source: The dataset.
        group: The processes of the run.
        device: Device of this process.
        state: Result of `state_dict`, to continue from there; None for a new run.
        start: Networks to copy weights from at the beginning (transfer learning).
    """

    def __init__(
        self,
        config: TrainConfig,
        source: ImageSource,
        group: Group,
        device: torch.device,
        state: dict[str, Any] | None = None,
        start: Networks | None = None,
    ) -> None:
        self.config = config
        self._source = source
        self._group = group
        self._device = device
        self.nimg = self.batches = 0
        self.stats = Collector()
        self.times = PhaseTimes(device)
        self.health = Health()
        self.fit: Fit | None = None
        self.G, self.D, self.G_ema = self._build(start)
        augment = None if config.augment is None else AugmentPipe(config.augment).to(device)
        self.loss = Loss(self.G, self.D, config.loss, augment, device)
        self.ada = AdaController(config.ada, config.augment_p, device)
        self._phases = [
            *make_phases("G", self.G, config.G_optimizer, config.G_reg_interval),
            *make_phases("D", self.D, config.D_optimizer, config.D_reg_interval),
        ]
        self._shared = torch.Generator().manual_seed(config.seed + _LABEL_SEED)
        self._own = torch.Generator(device).manual_seed(config.seed + _RANK_SEED + group.rank)
        self._draws = GeneratorDraws(self._own)
        if state is not None:
            with _as_training_error():
                self._load_state_dict(state)
        share = config.batch // group.size
        self._loader = Loader(
            source,
            IndexSequence(len(source), config.seed),
            batch=config.batch,
            offset=group.rank * share,
            count=share,
            start=self.nimg,
            workers=config.workers,
        )

    def close(self) -> None:
        """Stop reading images."""
        self._loader.close()

    @property
    def lod(self) -> float:
        """Doublings of the resolution that a growing network still lacks; 0 for one that does not grow."""
        return self._lod_at(self.nimg)

    def _lod_at(self, nimg: int) -> float:
        if self.config.grow_kimg is None:
            return 0.0
        return level_of_detail(nimg, self.G_ema.img_resolution, self.config.grow_kimg)

    def step(self) -> None:
        """Train on one batch. Collective.

        Raises:
            DatasetError: an image cannot be read.
            TrainingError: gradients have not been finite for too long.
        """
        config = self.config
        pixels, labels = next(self._loader)
        self._follow_growth()
        real_img = send(torch.from_numpy(pixels), self._device).to(torch.float32) / 127.5 - 1
        real_img = at_level_of_detail(real_img, self.lod)
        if config.nhwc:
            real_img = real_img.contiguous(memory_format=torch.channels_last)
        real_c = send(torch.from_numpy(labels), self._device)
        self.loss.augment_p = self.ada.p
        for phase in self._phases:
            if self.batches % phase.interval == 0:
                gen_z, gen_c = self._latents()
                with self.times.measured(phase.name), half.on_cpu(config.bf16):
                    self._run(phase, Batch(real_img, real_c, gen_z, gen_c))
        self._average_running()
        beta = decay(config.batch, config.ema_kimg, config.ema_rampup, self.nimg)
        move_average(self.G_ema, self.G, beta)
        self.nimg += config.batch
        self.batches += 1
        self.ada.after_batch(self.batches, config.batch, self._group)
        self.health.check(self.batches)

    def networks(self, training_set: dict[str, Any]) -> Networks:
        """Return the current networks for saving.

        Args:
            training_set: Description of the dataset, as plain data.
        """
        lod = self.lod
        names = {"G": self.config.G, "D": self.config.D, "G_ema": self.config.G}
        if lod > 0:  # layers that have not grown in are untrained: show the rest
            names = {
                name: Architecture(made.class_name, {**made.arguments, "lod": lod}) for name, made in names.items()
            }
        return Networks(self.G, self.D, self.G_ema, describe(names, training_set))

    @torch.no_grad()
    def render(self, z: Tensor, c: Tensor) -> Tensor:
        """Render images [N, C, R, R] of the average generator, on the CPU, a micro-batch at a time.

        On the CPU a plan renders them, which is dropped at the end of the call, as training changes the weights.
        """
        cpu.make_ready(self.G_ema.synthesis)
        try:
            return self._rendered(z, c)
        finally:
            cpu.cool_down(self.G_ema.synthesis)

    def _rendered(self, z: Tensor, c: Tensor) -> Tensor:
        size = self.config.batch_gpu
        lod = None if self.config.grow_kimg is None else self.lod
        parts = [
            self.G_ema(z[i : i + size].to(self._device), c[i : i + size].to(self._device), noise_mode="const", lod=lod)
            for i in range(0, len(z), size)
        ]
        return torch.cat([part.cpu() for part in parts])

    # -- State ---------------------------------------------------------------------------------------------------

    def state_dict(self, *, alone: bool = False) -> dict[str, Any]:
        """Return the state that a resumed run needs, as tensors and plain data. Collective, unless `alone`.

        Args:
            alone: Another process was lost, maybe within a step: its random numbers start anew, and the step that was
                under way is done once more.
        """
        return {
            "nimg": self.nimg,
            "batches": self.batches,
            "networks": {name: getattr(self, name).state_dict() for name in ("G", "D", "G_ema")},
            "optimizers": [phase.optimizer.state_dict() for phase in self._phases],
            "ada": self.ada.state_dict(),
            "pl_mean": self.loss.pl_mean.cpu(),
            "stats": self._own_stats() if alone else self._group.gather(self.stats.state_dict()),
            "shared_random": self._shared.get_state(),
            "own_random": self._new_random() if alone else self._group.gather(self._own.get_state()),
        }

    def _own_stats(self) -> list[Any]:
        own = self.stats.state_dict()
        none = {name: torch.zeros_like(sums) for name, sums in own.items()}  # all processes have the same names
        return [own if rank == self._group.rank else none for rank in range(self._group.size)]

    def _new_random(self) -> list[Tensor]:
        """Return random states for all processes, which have not been used before."""
        first = self.config.seed + _RANK_SEED * (self.batches + 2)
        generator = torch.Generator(self._device)
        return [generator.manual_seed(first + rank).get_state() for rank in range(self._group.size)]

    def _load_state_dict(self, state: dict[str, Any]) -> None:
        ranks = len(state["own_random"])
        if ranks != self._group.size:
            raise TrainingError(
                f"The run was saved by {ranks} processes and there are {self._group.size} now, so it could not go on "
                f"exactly: give --gpus={ranks}, or start a new run from its newest network."
            )
        self.nimg, self.batches = state["nimg"], state["batches"]
        for name, values in state["networks"].items():
            getattr(self, name).load_state_dict(values)
        for phase, values in zip(self._phases, state["optimizers"], strict=True):
            phase.optimizer.load_state_dict(values)
        self.ada.load_state_dict(state["ada"])
        self.loss.pl_mean = state["pl_mean"].to(self._device)
        self.stats.load_state_dict(state["stats"][self._group.rank])
        self._shared.set_state(state["shared_random"])
        self._own.set_state(state["own_random"][self._group.rank])

    # -- Parts of a step -----------------------------------------------------------------------------------------

    def _run(self, phase: Phase, batch: Batch) -> None:
        """Accumulate the phase's gradients over the micro-batches, average them over all processes, and step."""
        size = self.config.batch_gpu
        phase.optimizer.zero_grad(set_to_none=True)
        phase.network.requires_grad_(True)
        for i in range(0, len(batch.real_img), size):
            part = Batch(*(getattr(batch, field.name)[i : i + size].detach() for field in dataclasses.fields(Batch)))
            self.loss.accumulate_gradients(
                phase.name, part, phase.interval, self.nimg, self._draws, self._own, self._report
            )
        phase.network.requires_grad_(False)
        self._exchange(phase)
        phase.optimizer.step()

    def _exchange(self, phase: Phase) -> None:
        parameters = [parameter for parameter in phase.network.parameters() if parameter.grad is not None]
        if not parameters:
            return
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        vector = self.health.mend(phase.name, self._group.mean(flatten(gradients)))
        for parameter, gradient in zip(parameters, unflatten(vector, gradients), strict=True):
            # A fused optimiser takes both as they lie in memory.
            same = gradient.stride() == parameter.stride()
            parameter.grad = gradient if same else torch.empty_like(parameter).copy_(gradient)

    def _latents(self) -> tuple[Tensor, Tensor]:
        """Return this process's share of a batch of latents and labels; all processes draw the whole batch."""
        config, group = self.config, self._group
        share = config.batch // group.size
        own = slice(group.rank * share, (group.rank + 1) * share)
        z = torch.randn(config.batch, self.G_ema.z_dim, generator=self._shared)
        chosen = torch.randint(len(self._source), (config.batch,), generator=self._shared)
        c = torch.from_numpy(self._source.labels(chosen[own].tolist()))
        return send(z[own], self._device), send(c, self._device)

    def _average_running(self) -> None:
        if self._group.size == 1:
            return
        buffers = [value for name, value in self.G.named_buffers() if name.rpartition(".")[2] in RUNNING_AVERAGES]
        running = [*buffers, self.loss.pl_mean]
        values = unflatten(self._group.mean(flatten(running)), running)
        for buffer, value in zip(buffers, values, strict=False):
            buffer.copy_(value)
        self.loss.pl_mean = values[-1]

    def _follow_growth(self) -> None:
        if self.config.grow_kimg is None:
            return
        lod = self.lod
        self.loss.lod = lod
        before = self._lod_at(max(self.nimg - self.config.batch, 0))
        if math.floor(before) != math.floor(lod) or math.ceil(before) != math.ceil(lod):
            # The active layers change, so Adam's moments would be those of another network.
            for phase in self._phases:
                phase.optimizer.state.clear()

    def _report(self, name: str, values: Tensor) -> None:
        self.stats.report(name, values)
        if name == "Loss/signs/real":
            self.ada.see(values.detach())

    def _build(self, start: Networks | None) -> tuple[StyleGenerator, StyleDiscriminator, StyleGenerator]:
        """G, D and G_ema with the same weights in all processes, in training mode (the average in evaluation mode)."""
        partial = self.config.resume_partial
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.config.seed)
            G = build_generator(self.config.G.class_name, **self.config.G.arguments)
            D = build_discriminator(self.config.D.class_name, **self.config.D.arguments)
        average = copy.deepcopy(G)
        if start is not None:
            self.fit = transfer(start, {"G": G, "D": D, "G_ema": average}, partial)
        for network in (G, D, average):
            network.to(self._device).requires_grad_(False)
            if self.config.nhwc:
                network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            self._group.copy_from_first([*network.parameters(), *network.buffers()])
        return G.train(), D.train(), average.eval()


@contextmanager
def _as_training_error() -> Iterator[None]:
    """Turn what a state with other contents raises into one sentence."""
    try:
        yield
    except (TrainingError, torch.OutOfMemoryError):
        raise
    except (*DAMAGE, ValueError, AttributeError) as error:
        raise TrainingError(
            "training-state.pt is damaged or of another run: start a new run from the newest network beside it "
            "(--resume=FILE)."
        ) from error
