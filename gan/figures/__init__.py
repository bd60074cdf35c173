"""The figures of the StyleGAN paper (arXiv 1812.04948), of any network: images one by one, and as a grid."""

from gan.figures.figure import Figure
from gan.figures.mixing import mix, mixing_figure
from gan.figures.noise import noise_bands_figure, noise_variation_figure
from gan.figures.truncation import truncation_figure
from gan.figures.uncurated import uncurated_figure

__all__ = [
    "Figure",
    "mix",
    "mixing_figure",
    "noise_bands_figure",
    "noise_variation_figure",
    "truncation_figure",
    "uncurated_figure",
]
