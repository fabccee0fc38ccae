"""How far a path is from the template of an operation, step by step, and which ids the path then gives."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

MAX_STEPS = 10  # of a path that are compared; no template has as many
MAX_STEP_LENGTH = 100  # characters of a step that are compared
STRAY_STEP = 1.0  # cost of a step that the template lacks
MISSING_STEP = 1.3  # cost of a step that the path lacks, which a caller would have to find out
OUTER_STEP = 0.4  # cost of both at the beginning: a prefix such as /api/v1, or one that was left out
MAX_OUTER_STEPS = 2  # that cost so little
ANY_ID = 0.05  # cost of an id, which fits any step: a word that fits is nearer
OTHER_CASE = 0.01
OTHER_WORD = 1.5  # cost of a word that is not like the template's, which says more than a missing one
ALIKE = 0.3  # difference up to which two words are alike

Steps = Sequence[str]


def split_path(path: str) -> Steps:
    """Return the steps of a path or a template, as many of them as are compared."""
    return path.split("/", MAX_STEPS + 1)[1 : MAX_STEPS + 1]


def distance(template: Steps, path: Steps) -> float:
    """Return the distance of a path to a template, from 0 to 1: about the share of the steps that differ."""
    return min(1.0, _costs(template, path)[-1][-1] / max(len(template), len(path)))


def read_ids(template: Steps, path: Steps) -> dict[str, str]:
    """Return the ids that a path gives, still encoded; those that it lacks are left out."""
    costs = _costs(template, path)
    ids: dict[str, str] = {}
    row, column = len(template), len(path)
    while row and column:
        word, step, cost = template[row - 1], path[column - 1], costs[row][column]
        if cost == costs[row][column - 1] + STRAY_STEP:
            column -= 1
        elif cost == costs[row - 1][column] + MISSING_STEP:
            row -= 1
        else:
            row, column = row - 1, column - 1
            if word.startswith("{"):
                ids[word[1:-1]] = step
    return {name: id_ for name, id_ in ids.items() if id_}


def _costs(template: Steps, path: Steps) -> list[list[float]]:
    """Return the least cost to read the first steps of the path as those of the template, for all numbers of each."""
    costs = [[_outer_cost(column, STRAY_STEP) for column in range(len(path) + 1)]]
    for row, word in enumerate(template, 1):
        above, left = costs[-1], _outer_cost(row, MISSING_STEP)
        line = [left]
        for column, step in enumerate(path):
            read = above[column] + _step_cost(word, step)
            left = min(read, above[column + 1] + MISSING_STEP, left + STRAY_STEP)
            line.append(left)
        costs.append(line)
    return costs


def _outer_cost(steps: int, inner_step: float) -> float:
    """Return the cost of steps that are missing, or too many, at the beginning."""
    return OUTER_STEP * min(steps, MAX_OUTER_STEPS) + inner_step * max(0, steps - MAX_OUTER_STEPS)


@lru_cache(maxsize=10_000)
def _step_cost(word: str, step: str) -> float:
    """Return the cost of a step of the path in place of one of the template; upper and lower case hardly differ."""
    if word == step:
        return 0.0
    if word.startswith("{"):
        return ANY_ID if step else MISSING_STEP
    ratio = SequenceMatcher(None, word.lower(), step[:MAX_STEP_LENGTH].lower(), autojunk=False).ratio()
    difference = max(OTHER_CASE, 1.0 - ratio)
    return difference if difference <= ALIKE else OTHER_WORD
