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
        help="Names such as fid50k_full or kid10k_lite0_full, comma-separated. auto is FID where its network is at "
        "hand, else KID with EfficientNet-Lite0.",
    )
    data: str | None = option(
        None, metavar="ZIP|DIR", help="Dataset to compare with; looked up in the run's folder or the network's file."
    )
    mirror: bool | None = option(
        None, help="Whether the dataset is doubled with mirrored images; looked up likewise. Not for names with _full."
    )
    gpus: int = option(1, help="Number of GPUs, or of processes where there are none.", low=1)
    verbose: bool = option(True, help="Show progress.")
    detector: tuple[str, ...] = option(
        (),
        read=str,
        multiple=True,
        metavar="FILE",
        help="An official TorchScript file, inception-2015-12-05.pt or vgg16.pt. It is a program and will be run. May "
        "be given again. (An option of ours, as all below.)",
    )
    classifiers: str | None = option(None, metavar="FILE", help="Classifiers of attributes, for ls.")
    device: str = option("auto", help="auto, cpu, cuda, cuda:1 or mps.", group=_MORE)
    seed: int = option(0, help="Seed of everything that is random.", low=0, group=_MORE)
    cache: bool = option(True, help="Keep figures of datasets in the user's cache folder.", group=_MORE)


@dataclass(frozen=True, kw_only=True)
class MetricsSpec(MeasuringSpec, NetworkSpec):
    """Measure a network.

    Results are printed, a line of JSON each, and kept in the network's run folder where it is in one
    (metric-NAME.jsonl). docs/metrics.md says what each name means.

    `metrics train-classifiers` makes the classifiers of attributes that ls needs.
    """


@dataclass(frozen=True, kw_only=True)
class MetricRunSpec(MeasuringSpec):
    """Measure networks, one after another, in a run.

    Results are kept in the run's folder, and in the networks' run folders where they are in one (metric-NAME.jsonl).
    """

    networks: tuple[str, ...] = option(
        read=str,
        multiple=True,
        names=("--network",),
        metavar="NETWORK",
        help="File, address or run folder of a network. May be given again.",
    )


@dataclass(frozen=True, kw_only=True)
class ClassifiersSpec:
    """Make the classifiers of attributes that the metric ls needs.

    They learn from a dataset's attributes.json ({picture: {attribute: value}}) or else from its labels, and see what
    EfficientNet-Lite0 sees.
    """

    data: str = option(metavar="ZIP|DIR", help="Dataset with attributes or labels.")
    outfile: str = option(metavar="FILE", help="Where to write the classifiers (.safetensors).")
    attributes: tuple[str, ...] = option(
        (), read=read_names, metavar="NAMES", help="Which attributes, as in hair=bun; all if none are named."
    )
    device: str = option("auto", help="auto, cpu, cuda, cuda:1 or mps.")
