"""Runs as jobs of a Slurm cluster. submitit writes and submits the script; the job runs our supervisor."""

import os
import shutil
import subprocess
from pathlib import Path

from foundation import runs as run_files
from foundation.specs.slurm import SlurmOptions
from training_launcher.environment import environment
from training_launcher.errors import LaunchError
from training_launcher.supervisor import Supervisor

_PATIENCE_S = 20.0
_FOLDER = "slurm"
"""Subfolder of the run for files of submitit and Slurm."""


def submit_job(folder: Path, options: SlurmOptions, gpus: int) -> str:
    """Submit a run to Slurm and return the job's number.

    Args:
        folder: The run's folder.
        options: Options of the job.
        gpus: Number of GPUs that the run uses.

    Raises:
        LaunchError: there is no Slurm here, or it refuses the job.
    """
    if shutil.which("sbatch") is None or shutil.which("srun") is None:
        raise LaunchError("There is no Slurm on this computer (no sbatch): submit from one of the cluster's.")
    import submitit

    executor = submitit.SlurmExecutor(folder=folder / _FOLDER)
    wanted = {
        "job_name": folder.name[:60],
        "partition": options.partition,
        "time": options.time_min,
        "nodes": 1,
        "ntasks_per_node": 1,
        "gpus_per_node": (gpus if options.gpus is None else options.gpus) or None,
        "cpus_per_task": options.cpus,
        "mem": None if options.memory_gb is None else f"{round(options.memory_gb * 1024)}M",
        "account": options.account,
        "constraint": options.constraint,
        "signal_delay_s": options.signal_s,
        "setup": [f"export PYTHONPATH={environment()['PYTHONPATH']!r}"],
        "additional_parameters": {"requeue": True} if options.requeue else {"no-requeue": True},
    }
    executor.update_parameters(**{name: value for name, value in wanted.items() if value is not None})
    try:
        return str(executor.submit(run_job, str(folder), options.requeue).job_id)
    except (submitit.core.utils.FailedJobError, subprocess.CalledProcessError, OSError) as error:
        answer = str(error).strip().splitlines()
        raise LaunchError(f"Slurm refuses the run: {answer[-1] if answer else error}") from error


def run_job(folder: str, requeue: bool) -> str:
    """Run the supervisor inside the job; a requeued job resumes the run from its last saved state."""
    job = os.environ.get("SLURM_JOB_ID", "")
    supervisor = Supervisor(Path(folder), job)
    state = supervisor.run()
    about, _ = run_files.read_json(Path(folder) / run_files.LAUNCH_FILE)
    if supervisor.time_is_up and requeue and state == "stopped" and not (about or {}).get("stop_asked"):
        run_files.change_json(Path(folder) / run_files.STATUS_FILE, state="queued")
        subprocess.run(["scontrol", "requeue", job], check=True, timeout=_PATIENCE_S)
    return state


def job_states() -> dict[str, str] | None:
    """Return the states of the user's jobs, as PENDING or RUNNING, by number; None if Slurm does not answer."""
    try:
        answer = subprocess.run(
            ["squeue", "--me", "--noheader", "--format=%i %T"],
            capture_output=True, text=True, timeout=_PATIENCE_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.returncode:
        return None
    return dict(line.split(None, 1) for line in answer.stdout.splitlines() if len(line.split(None, 1)) == 2)


def cancel(folder: Path, *, waiting: bool, force: bool) -> None:
    """Cancel a run's job: a waiting one at once, a running one after it has saved.

    Raises:
        LaunchError: Slurm refuses.
    """
    about, _ = run_files.read_json(folder / run_files.LAUNCH_FILE)
    job = str((about or {}).get("job") or "")
    how = [] if waiting or force else ["--signal=TERM"]
    try:
        answer = subprocess.run(
            ["scancel", *how, job], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LaunchError(f"Slurm does not answer ({error}); try again.") from error
    if answer.returncode:
        raise LaunchError(f"Slurm does not end job {job}: {answer.stderr.strip() or answer.stdout.strip()}")
    if waiting or force:
        run_files.change_json(folder / run_files.STATUS_FILE, state="stopped", eta_s=None)
