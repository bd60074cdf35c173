"""Options of a measurement. Names and defaults are the published ones; those without are marked."""

from dataclasses import dataclass

from foundation.specs.formats import read_names
from foundation.specs.options import option
from foundation.specs.pictures import NetworkSpec

_MORE = "More"


@dataclass(frozen=True, kw_only=True)
class MeasuringSpec:
    """Options of every measurement."""

    metrics: tuple[str, ...] = option(
        ("auto",),
        read=read_names,
        metavar="NAMES",
        help="Names such as fid50k_full or kid10k_lite0_full, comma-separated. auto is FID where its network is "
        "available, else KID with EfficientNet-Lite0.",
    )
    data: str | None = option(
        None, metavar="ZIP|DIR", help="Dataset to compare with; default: from the run folder or the network file."
    )
    mirror: bool | None = option(
        None, help="Double the dataset with mirrored images; default: as in training. Ignored by names with _full."
    )
    gpus: int = option(1, help="Number of GPUs, or of processes without GPUs.", low=1)
    verbose: bool = option(True, help="Show progress.")
    detector: tuple[str, ...] = option(
        (),
        read=str,
        multiple=True,
        metavar="FILE|URL",
        help="An official TorchScript file, inception-2015-12-05.pt or vgg16.pt, or its published address. It is a "
        "program, run in a process that cannot write. Can be repeated. (Not in the official tools, like all options "
        "below.)",
    )
    trust_detector: bool = option(
        False,
        help="Run detectors that were not fetched from the published addresses. They are programs: only if you trust "
        "where they came from.",
    )
    classifiers: str | None = option(None, metavar="FILE", help="Attribute classifiers, for ls.")
    device: str = option("auto", help="Device: auto, cpu, cuda, cuda:1 or mps.", group=_MORE)
    seed: int = option(0, help="Random seed.", low=0, group=_MORE)
    cache: bool = option(True, help="Cache dataset statistics in the user's cache folder.", group=_MORE)


@dataclass(frozen=True, kw_only=True)
class MetricsSpec(MeasuringSpec, NetworkSpec):
    """Measure a network.

    Results are printed as JSON, one per line, and appended to metric-NAME.jsonl in the network's run folder, if it is
    in one. docs/metrics.md explains each name.

    `metrics train-classifiers` trains the attribute classifiers that ls needs.
    """


@dataclass(frozen=True, kw_only=True)
class MetricRunSpec(MeasuringSpec):
    """Measure networks, one after another, in a run.

    Results are appended to metric-NAME.jsonl in the run's folder, and in the networks' run folders, if they are in one.
    """

    networks: tuple[str, ...] = option(
        read=str,
        multiple=True,
        names=("--network",),
        metavar="NETWORK",
        help="File, URL or run folder of a network. Can be repeated.",
    )


@dataclass(frozen=True, kw_only=True)
class ClassifiersSpec:
    """Train the attribute classifiers that the metric ls needs.

    They learn from a dataset's attributes.json ({image: {attribute: value}}) or else from its labels, on the features
    of EfficientNet-Lite0.
    """

    data: str = option(metavar="ZIP|DIR", help="Dataset with attributes or labels.")
    outfile: str = option(metavar="FILE", endings=(".safetensors",), help="Output file (.safetensors).")
    attributes: tuple[str, ...] = option(
        (), read=read_names, metavar="NAMES", help="Attributes to learn, as in hair=bun; default: all."
    )
    device: str = option("auto", help="Device: auto, cpu, cuda, cuda:1 or mps.")
