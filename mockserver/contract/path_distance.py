"""The distance between a path and the path template of an operation: the cheapest way to align their steps."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

MAX_STEPS = 10  # steps of a path that are compared; no template has so many
MAX_STEP_LENGTH = 100  # characters of a step that are compared
STRAY_STEP = 1.0  # cost of a step that the template lacks
MISSING_STEP = 1.3  # cost of a step that the path lacks, since the caller would have to find it out
OUTER_STEP = 0.4  # cost of either at the beginning: an extra prefix such as /api/v1, or a missing one
MAX_OUTER_STEPS = 2  # steps at that price
ANY_ID = 0.05  # cost of a step that an id matches; more than 0, so that an equal word is nearer
OTHER_CASE = 0.01
OTHER_WORD = 1.5  # cost of a word unlike the template's; it says more than a missing step
MAX_DIFFERENCE = 0.3  # difference up to which two words are alike

Steps = Sequence[str]


def split_path(path: str) -> Steps:
    """Return the first steps of a path or template, at most `MAX_STEPS`."""
    return path.split("/", MAX_STEPS + 1)[1 : MAX_STEPS + 1]


def distance(template: Steps, path: Steps) -> float:
    """Return the distance between a path and a template, from 0 to 1: roughly the share of steps that differ."""
    return min(1.0, _costs(template, path)[-1][-1] / max(len(template), len(path)))


def read_ids(template: Steps, path: Steps) -> dict[str, str]:
    """Return the ids that the path has where the template has placeholders, still encoded; missing ids are omitted."""
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
    """Return the table of an edit distance: in row i, column j is the cost to align the first i and j steps."""
    costs = [[_outer_cost(column, STRAY_STEP) for column in range(len(path) + 1)]]
    for row, word in enumerate(template, 1):
        above, left = costs[-1], _outer_cost(row, MISSING_STEP)
        row_costs = [left]
        for column, step in enumerate(path):
            aligned = above[column] + _step_cost(word, step)
            left = min(aligned, above[column + 1] + MISSING_STEP, left + STRAY_STEP)
            row_costs.append(left)
        costs.append(row_costs)
    return costs


def _outer_cost(steps: int, inner_step: float) -> float:
    """Return the cost of missing or extra steps at the beginning."""
    return OUTER_STEP * min(steps, MAX_OUTER_STEPS) + inner_step * max(0, steps - MAX_OUTER_STEPS)


@lru_cache(maxsize=10_000)
def _step_cost(word: str, step: str) -> float:
    """Return the cost to align a step of the path with a word of the template; case hardly matters."""
    if word == step:
        return 0.0
    if word.startswith("{"):
        return ANY_ID if step else MISSING_STEP
    ratio = SequenceMatcher(None, word.lower(), step[:MAX_STEP_LENGTH].lower(), autojunk=False).ratio()
    difference = max(OTHER_CASE, 1.0 - ratio)
    return difference if difference <= MAX_DIFFERENCE else OTHER_WORD
