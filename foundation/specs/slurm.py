"""Options of a Slurm job, for the command line and the form."""

from dataclasses import dataclass

from foundation.specs.options import option


@dataclass(frozen=True, kw_only=True)
class SlurmOptions:
    """Options of a Slurm job."""

    partition: str | None = option(None, help="Part of the cluster; default: the cluster's.", metavar="NAME")
    time_min: int = option(24 * 60, help="Longest time in minutes, until the run is requeued.", low=1)
    gpus: int | None = option(None, help="GPUs of the node; default: as many as the run uses.", low=0, high=64)
    cpus: int = option(4, help="Processors.", low=1, high=1024)
    memory_gb: float | None = option(None, help="Memory in GB; default: the cluster's.", low=0.1)
    account: str | None = option(None, help="Whom the time is charged to.", metavar="NAME")
    constraint: str | None = option(None, help="What the node must have, as the cluster names it.", metavar="WORDS")
    requeue: bool = option(True, help="Go on by itself after preemption or the end of the time limit.")
    signal_s: int = option(120, help="How long before the time limit the run is told to save, in seconds.", low=1)
