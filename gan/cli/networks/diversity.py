"""`diversity`: mean perceptual distance of all pairs of a network's pictures."""

import click

from foundation.specs.editing.diversity import DiversitySpec
from gan.analysis.diversity import diversity
from gan.cli.command import command as make
from gan.cli.opening import chosen_label, open_generator
from gan.cli.progress import progress
from gan.metrics.distance import distance_at_hand


@make(DiversitySpec, "diversity", json_progress=True)
def command(spec: DiversitySpec) -> None:
    """Print the mean with the distance's name, and how far off it may be."""
    G, distance = open_generator(spec), distance_at_hand()
    with progress("Pictures") as report:
        found = diversity(
            G,
            distance.of,
            range(spec.first_seed, spec.first_seed + spec.num),
            psi=spec.trunc,
            cutoff=spec.trunc_cutoff,
            label=chosen_label(spec),
            progress=report,
        )
    click.echo(f"{distance.name}: {found.mean:.4f} ±{found.error:.2g}, {spec.num} pictures")
