"""Commands that have subcommands beside what they do themselves."""

import click


class WithMore(click.Group):
    """Command with subcommands: a first argument that names one is dispatched to it, everything else stays here."""

    def __init__(self, itself: click.Command, *others: click.Command) -> None:
        super().__init__(itself.name, commands={str(other.name): other for other in others}, help=itself.help)
        self._itself = itself

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        """Return the context of the command itself, unless the first argument names a subcommand."""
        if args and args[0] in self.commands:
            return super().make_context(info_name, args, parent, **extra)
        return self._itself.make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that the context is for."""
        return super().invoke(ctx) if ctx.command is self else ctx.command.invoke(ctx)
