"""Defects of published files: what is wrong, where, and how many of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

KINDS = {  # what a report says of one defect, and of several
    "example": ("example breaks its schema", "examples break their schemas"),
    "schema": (
        "schema has a keyword that JSON Schema does not allow",
        "schemas have keywords that JSON Schema does not allow",
    ),
    "operation": ("operation is incomplete", "operations are incomplete"),
    "parameter": ("parameter is declared wrongly", "parameters are declared wrongly"),
    "reply": ("reply is declared wrongly", "replies are declared wrongly"),
    "body": ("request body is declared wrongly", "request bodies are declared wrongly"),
    "security": ("operation declares no security", "operations declare no security"),
}


class Defect(NamedTuple):
    """One defect of a published file.

    kind: one of KINDS. place: where it is, such as `POST /brands 201`. text: a sentence.
    """

    kind: str
    place: str
    text: str


def summarize_defects(defects: Sequence[Defect]) -> str:
    """Return how many defects of each kind there are, such as `3 examples break their schemas`; "" for none."""
    counts = Counter(defect.kind for defect in defects)
    return ", ".join(f"{count} {KINDS[kind][count > 1]}" for kind, count in counts.most_common())


def list_lines(defects: Iterable[Defect]) -> list[str]:
    """Return a line for each defect."""
    return [f"{defect.place}: {defect.text}" for defect in defects]
