"""The rules of the simulated service, read from docs/fidelity.md, which is their only source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from ... import resources

RULE_ROW = re.compile(r"\| [A-Z]\d")


class FidelityRule(NamedTuple):
    """A row of the table: what holds, on what basis, which switch turns it, where it lives, which test pins it."""

    id: str
    text: str
    basis: str
    switch: str
    where: str
    test: str


@cache
def load_fidelity_rules() -> Mapping[str, FidelityRule]:
    """Return all rules by id; the file is read when the first one is asked for."""
    lines = (resources.data_folder("docs") / "fidelity.md").read_text(encoding="utf-8").splitlines()
    rows = (
        FidelityRule(*(item.strip() for item in line.strip("|").split("|"))) for line in lines if RULE_ROW.match(line)
    )
    return {row.id: row for row in rows}
