"""Options of a Slurm job, for the command line and the form."""

from dataclasses import dataclass

from foundation.specs.options import option


@dataclass(frozen=True, kw_only=True)
class SlurmOptions:
    """Options of a Slurm job."""

    partition: str | None = option(None, help="Partition; default: the cluster's.", metavar="NAME")
    time_min: int = option(24 * 60, help="Time limit in minutes, after which the run is requeued.", low=1)
    gpus: int | None = option(None, help="GPUs to allocate; default: as many as the run uses.", low=0, high=64)
    cpus: int = option(4, help="CPU cores.", low=1, high=1024)
    memory_gb: float | None = option(None, help="Memory in GB; default: the cluster's.", low=0.1)
    account: str | None = option(None, help="Account to charge.", metavar="NAME")
    constraint: str | None = option(None, help="Required node features, as the cluster names them.", metavar="WORDS")
    requeue: bool = option(True, help="Requeue automatically after preemption or the time limit.")
    signal_s: int = option(120, help="Seconds before the time limit at which the run is asked to save.", low=1)
