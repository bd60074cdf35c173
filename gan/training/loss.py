"""The losses of StyleGAN2 and 3, and the gradients that each phase of training accumulates.

Non-saturating logistic loss (arXiv 1406.2661) with R1 regularisation of the discriminator (1801.04406) and path length
regularisation of the generator (1912.04958, section 3.2); style mixing (1812.04948, section 3.1); the blur that fades
out at the start of StyleGAN3-R (2106.12423, appendix G).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from gan.networks.protocol import Discriminator, Generator
from gan.ops.upfirdn2d import filter2d
from gan.training.augment.pipeline import AugmentPipe

from .draws import Draws

Report = Callable[[str, Tensor], None]
"""Called with the name of a statistic and its values, one per sample."""


@dataclass(frozen=True)
class LossSettings:
    """The weights of the losses."""

    r1_gamma: float
    """Weight of R1; the penalty is gamma / 2 times the squared gradient."""
    style_mixing_prob: float = 0.0
    """Probability that the later layers get the w of a second latent."""
    pl_weight: float = 0.0
    """Weight of the path length penalty; 0 for none."""
    pl_batch_shrink: int = 2
    """Factor by which the batch for path lengths is smaller."""
    pl_decay: float = 0.01
    """Share of a new path length in the running mean."""
    blur_init_sigma: float = 0.0
    """Initial standard deviation in pixels of the blur on the discriminator's images."""
    blur_fade_kimg: float = 0.0
    """Thousands of images after which that blur is gone."""
    noise_mode: str = "random"
    """The generator's noise inputs in training: "random", or "const" or "none" for experiments."""


@dataclass(frozen=True)
class Batch:
    """Images, latents and labels of one micro-batch."""

    real_img: Tensor
    """Real images [N, C, H, W], -1..1."""
    real_c: Tensor
    """Their labels [N, c_dim]."""
    gen_z: Tensor
    """Latents [N, z_dim]."""
    gen_c: Tensor
    """Labels of the images to generate [N, c_dim]."""


def blur_sigma(settings: LossSettings, nimg: int) -> float:
    """Standard deviation of the blur in pixels after `nimg` images: falls linearly to 0 at `blur_fade_kimg`."""
    if settings.blur_fade_kimg <= 0:
        return 0.0
    return max(1 - nimg / (settings.blur_fade_kimg * 1000), 0.0) * settings.blur_init_sigma


def blur(images: Tensor, sigma: float) -> Tensor:
    """Blur images with the kernel 2^-(x / sigma)^2, cut off at 3 sigma."""
    reach = math.floor(3 * sigma)
    if reach == 0:
        return images
    x = torch.arange(-reach, reach + 1, device=images.device, dtype=torch.float32)
    taps = torch.exp2(-(x / sigma).square())
    return filter2d(images, taps / taps.sum())


class Loss:
    """Accumulates the gradients of one phase on one micro-batch.

    Args:
        G: The generator.
        D: The discriminator.
        settings: Weights.
        augment: The augmentation pipeline; None for none.
        device: Device of the networks.
    """

    def __init__(
        self, G: Generator, D: Discriminator, settings: LossSettings, augment: AugmentPipe | None, device: torch.device
    ) -> None:
        self.G = G
        self.D = D
        self.settings = settings
        self.augment = augment
        self.augment_p = 0.0
        """Probability of augmentation, 0..1; the controller moves it."""
        self.pl_mean = torch.zeros((), device=device)
        """Running mean of path lengths."""
        self.lod: float | None = None
        """Level of detail of both networks; None for those that do not grow."""

    def accumulate_gradients(
        self, phase: str, batch: Batch, gain: float, nimg: int, draws: Draws, noise: torch.Generator, report: Report
    ) -> None:
        """Add the gradients of a phase's loss to the `.grad` of the networks' parameters.

        Args:
            phase: "Gmain", "Greg", "Gboth", "Dmain", "Dreg" or "Dboth". The caller lets only that network's parameters
                require gradients.
            batch: Images, latents and labels.
            gain: Factor on the loss.
            nimg: Images shown so far; fades the blur.
            draws: Random numbers of style mixing, path length and augmentation.
            noise: Random numbers of the generator's noise inputs.
            report: Called with statistics.
        """
        if phase not in ("Gmain", "Greg", "Gboth", "Dmain", "Dreg", "Dboth"):
            raise ValueError(f"There is no phase {phase!r}.")
        sigma = blur_sigma(self.settings, nimg)
        regularise = not phase.endswith("main")
        if phase in ("Gmain", "Gboth"):
            self._generator_loss(batch, sigma, draws, noise, report, gain)
        if phase[0] == "G" and regularise and self.settings.pl_weight > 0:
            self._path_length_loss(batch, draws, noise, report, gain)
        fake: Tensor | None = None
        if phase in ("Dmain", "Dboth"):
            fake = self._fake_loss(batch, sigma, draws, noise, report, gain)
        if phase[0] == "D":
            penalise = regularise and self.settings.r1_gamma > 0
            if fake is not None or penalise:
                self._real_loss(batch, sigma, draws, report, gain, fake, penalise)

    def _generate(
        self, z: Tensor, c: Tensor, draws: Draws, noise: torch.Generator, update_emas: bool = False
    ) -> tuple[Tensor, Tensor]:
        ws = self.G.mapping(z, c, update_emas=update_emas)
        if self.settings.style_mixing_prob > 0:
            ws = self._mix_styles(ws, z, c, draws)
        images = self.G.synthesis(
            ws,
            noise_mode=self.settings.noise_mode,
            generator=noise,
            update_emas=update_emas,
            lod=self.lod,
        )
        return images, ws

    def _mix_styles(self, ws: Tensor, z: Tensor, c: Tensor, draws: Draws) -> Tensor:
        """From a random layer on, take the w of a second latent; one decision for the micro-batch."""
        cutoff = draws.integer(1, ws.shape[1])
        if not bool(draws.gate((), self.settings.style_mixing_prob)):
            return ws
        second = self.G.mapping(draws.normal(z.shape).to(z.device), c)
        return torch.cat([ws[:, :cutoff], second[:, cutoff:]], dim=1)

    def _judge(self, images: Tensor, c: Tensor, sigma: float, draws: Draws) -> Tensor:
        images = blur(images, sigma)
        if self.augment is not None and self.augment_p > 0:
            images = self.augment(images, self.augment_p, draws)
        return self.D(images, c, lod=self.lod)

    def _generator_loss(
        self, batch: Batch, sigma: float, draws: Draws, noise: torch.Generator, report: Report, gain: float
    ) -> None:
        """-log sigmoid(D(G(z)))."""
        images, _ = self._generate(batch.gen_z, batch.gen_c, draws, noise)
        logits = self._judge(images, batch.gen_c, sigma, draws)
        loss = F.softplus(-logits)
        report("Loss/scores/fake", logits)
        report("Loss/signs/fake", logits.sign())
        report("Loss/G/loss", loss)
        (loss.mean() * gain).backward()  # type: ignore[no-untyped-call]

    def _path_length_loss(
        self, batch: Batch, draws: Draws, noise: torch.Generator, report: Report, gain: float
    ) -> None:
        """(|J_w^T y| - a)^2 with random images y and the running mean a of these lengths."""
        s = self.settings
        size = max(len(batch.gen_z) // s.pl_batch_shrink, 1)
        images, ws = self._generate(batch.gen_z[:size], batch.gen_c[:size], draws, noise)
        y = draws.normal(images.shape).to(images.device) / math.sqrt(images.shape[2] * images.shape[3])
        (slopes,) = torch.autograd.grad((images * y).sum(), [ws], create_graph=True)
        lengths = slopes.square().sum(dim=2).mean(dim=1).sqrt()
        mean = self.pl_mean.lerp(lengths.mean(), s.pl_decay)
        self.pl_mean = mean.detach()
        penalty = (lengths - mean).square()
        loss = penalty * s.pl_weight
        report("Loss/pl_penalty", penalty)
        report("Loss/G/reg", loss)
        (loss.mean() * gain).backward()  # type: ignore[no-untyped-call]

    def _fake_loss(
        self, batch: Batch, sigma: float, draws: Draws, noise: torch.Generator, report: Report, gain: float
    ) -> Tensor:
        """-log(1 - sigmoid(D(G(z)))); this is where the generator's running averages move."""
        with torch.no_grad():
            images, _ = self._generate(batch.gen_z, batch.gen_c, draws, noise, update_emas=True)
        logits = self._judge(images, batch.gen_c, sigma, draws)
        loss = F.softplus(logits)
        report("Loss/scores/fake", logits)
        report("Loss/signs/fake", logits.sign())
        (loss.mean() * gain).backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def _real_loss(
        self, batch: Batch, sigma: float, draws: Draws, report: Report, gain: float, fake: Tensor | None, penalise: bool
    ) -> None:
        """-log sigmoid(D(x)) where there is a loss of `fake` images; gamma / 2 |grad_x D(x)|^2 where `penalise`."""
        images = batch.real_img.detach().requires_grad_(penalise)
        logits = self._judge(images, batch.real_c, sigma, draws)
        report("Loss/scores/real", logits)
        report("Loss/signs/real", logits.sign())
        loss = logits.new_zeros(len(logits))
        if fake is not None:
            real = F.softplus(-logits)
            report("Loss/D/loss", fake + real)
            loss = loss + real.flatten()
        if penalise:
            (slopes,) = torch.autograd.grad(logits.sum(), [images], create_graph=True)
            squared = slopes.square().sum(dim=[1, 2, 3])
            penalty = squared * (self.settings.r1_gamma / 2)
            report("Loss/r1_penalty", squared)
            report("Loss/D/reg", penalty)
            loss = loss + penalty
        (loss.mean() * gain).backward()  # type: ignore[no-untyped-call]
