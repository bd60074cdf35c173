"""The command line that starts what the form would start."""

from training_launcher.commands import arguments, command_line, command_of
from viz.runs.new_run.form import Form, Verdict, at_home


def words(form: Form, verdict: Verdict) -> list[str]:
    """The words of the command; the form must be without a problem.

    A training here is the library's own command; what goes to a cluster, and measurements of several networks, are
    asked of the launcher.
    """
    spec = verdict.spec
    if form.kind == "train" and form.executor == "local":
        return command_line(spec)
    found = ["python", "-m", "training_launcher", "submit", command_of(spec).name, *arguments(spec)]
    if form.kind != "train":
        found.append(f"--runs={at_home(form.outdir)}")
    if (slurm := form.slurm_options()) is not None:
        found += ["--executor=slurm", *(word.replace("--", "--slurm-", 1) for word in arguments(slurm))]
    return found
