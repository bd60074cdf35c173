"""`python -m renderer picture|film|seeds|drag`: renders sessions and recipes without a window."""

import click

from foundation.specs.click_options import ForeignGroup
from renderer.cli.drag import drag
from renderer.cli.film import film
from renderer.cli.picture import picture
from renderer.cli.seeds import seeds


@click.group(cls=ForeignGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Render recipes and sessions that StyleScope's window has saved."""


main.add_command(film)
main.add_command(picture)
main.add_command(seeds)
main.add_command(drag)

if __name__ == "__main__":
    main(prog_name="python -m renderer")
