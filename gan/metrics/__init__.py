"""Metrics of generators: FID, KID, precision and recall, inception score, path lengths, separability, equivariance.

from gan.metrics import evaluate
results = evaluate(["kid1k_lite0_full"], nets.G_ema, ImageSource("avatars.zip"))
"""

from foundation.specs.metric_names import AUTO, Metric, parse
from gan.metrics.detectors import Detectors, MissingDetectorError
from gan.metrics.evaluation import check, evaluate, resolve
from gan.metrics.features import Progress
from gan.metrics.results import Result, append
from gan.metrics.snapshots import for_training, measurable

__all__ = [
    "AUTO",
    "Detectors",
    "Metric",
    "MissingDetectorError",
    "Progress",
    "Result",
    "append",
    "check",
    "evaluate",
    "for_training",
    "measurable",
    "parse",
    "resolve",
]
