"""The options of `seed`: one for each count of a generated world."""

from __future__ import annotations

import click


class SeedCommand(click.Command):
    """A command with an option for each count of a generated world."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters: the options of the counts stand before `--help`."""
        *own, help_option = super().get_params(ctx)
        return [*own, *_count_options(), help_option]


def _count_options() -> list[click.Parameter]:
    from ..services import collections_of, import_services  # noqa: PLC0415 - they take a while to import
    from ..worlds.counts import count_ranges  # noqa: PLC0415

    return [
        click.Option(
            ("--" + to_kebab_case(name), name),
            type=click.IntRange(count.minimum, count.maximum),
            default=count.default,
            show_default=True,
        )
        for name, count in count_ranges(collections_of(import_services())).items()
    ]


def to_kebab_case(name: str) -> str:
    """Return a name in camel case as flags have it: `legalEntities` is `legal-entities`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
