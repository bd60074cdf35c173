"""Learning rate and noise on w at each step of a fit (StyleGAN2, arXiv 1912.04958, appendix D). Standard library."""

import math

RISE, FALL = 0.05, 0.25
"""Shares of the steps in which the learning rate rises from 0, and falls to 0 as half a cosine."""
NOISE, NOISE_SHARE = 0.05, 0.75
"""Deviation of the noise on w at the start, in deviations of w, and the share of the steps in which it falls to 0."""


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Return the learning rate of a step, from 0; that of the first is 0."""
    t = step / steps
    ramp = min(1.0, (1.0 - t) / FALL)
    ramp = 0.5 - 0.5 * math.cos(ramp * math.pi)
    return peak * ramp * min(1.0, t / RISE)


def noise_scale(step: int, steps: int, std: float) -> float:
    """Return the deviation of the noise on w at a step, from 0.

    Args:
        step: From 0.
        steps: Number of steps.
        std: Spread of w; see `gan.edits.projection.mean`.
    """
    return std * NOISE * max(0.0, 1.0 - step / steps / NOISE_SHARE) ** 2
