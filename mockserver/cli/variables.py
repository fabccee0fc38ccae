"""The environment variables of the commands: those that exist, and those that look like them."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import click

from ..settings import PREFIX, list_settings

LOG = logging.getLogger("mockserver")
URL_VARIABLE = PREFIX + "URL"
CA_VARIABLE = PREFIX + "CA"
COMMON_BEGINNING = "MOCK"  # of ours, and of those with a misspelt prefix, such as MOCK_SERVER_PORT
COMMON_WORD = "SERVER"  # in ours, and in those with another typo at the beginning, such as MOKSERVER_PORT
# Kubernetes sets them for a service named `mockserver`; they are nearly MOCKSERVER_SERVICE_CODE.
KUBERNETES_VARIABLES = (PREFIX + "SERVICE_HOST", PREFIX + "SERVICE_PORT")
LETTERS_PER_TYPO = 6  # a name of a setting may have one typo, and another one for each further six letters
MIN_LETTERS = 3  # of a name that may have a typo; MOCKSERVER_CI is not meant as MOCKSERVER_CA


def known_variables() -> list[str]:
    """Return the names of all environment variables that some command reads."""
    return [*(setting.variable for setting in list_settings()), URL_VARIABLE, CA_VARIABLE]


def find_unknown_variables(environment: Iterable[str]) -> list[str]:
    """Return the variables with our prefix that no command reads; UsageError for one that is nearly a known one."""
    known = known_variables()
    unknown = [name for name in sorted(environment) if _is_similar(name.upper()) and name not in known]
    for name in unknown:
        for meant in () if name.startswith(KUBERNETES_VARIABLES) else known:
            if count_typos(name.upper(), meant) <= _allowed_typos(meant.removeprefix(PREFIX)):
                raise click.UsageError(
                    f"the environment variable {name} does not exist; did you mean {meant}? Rename or unset it"
                )
    return [name for name in unknown if name.startswith(PREFIX)]


def _is_similar(name: str) -> bool:
    """Whether a name begins like ours, with a typo or without."""
    beginning, word, _ = name.partition(COMMON_WORD)
    return name.startswith(COMMON_BEGINNING) or (bool(word) and count_typos(beginning, COMMON_BEGINNING) <= 1)


def _allowed_typos(name: str) -> int:
    return 1 + len(name) // LETTERS_PER_TYPO if len(name) >= MIN_LETTERS else 0


def warn_of_unknown_variables(environment: Iterable[str]) -> None:
    """Log a warning for each variable with our prefix that has no effect."""
    for name in find_unknown_variables(environment):
        LOG.warning("the environment variable %s has no effect; `mockserver settings` lists those that have", name)


def count_typos(text: str, other: str) -> int:
    """Return how many letters must be added, removed, replaced or swapped with the next to turn a text into another."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(text, 1):
        costs = [row]
        for column, other_letter in enumerate(other, 1):
            replaced = above[column - 1] + (letter != other_letter)
            cost = min(replaced, above[column] + 1, costs[-1] + 1)
            if row > 1 and column > 1 and (letter, text[row - 2]) == (other[column - 2], other_letter):
                cost = min(cost, before[column - 2] + 1)
            costs.append(cost)
        before, above = above, costs
    return above[-1]
