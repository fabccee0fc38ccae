"""The rules of the simulated services, read from docs/fidelity.md, their only source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from ... import resources

RULE_ROW = re.compile(r"\| [A-Z]\d\w* \|")


class FidelityRule(NamedTuple):
    """A row of the table: the rule, its basis, the switch that changes it, the module that has it, and its test."""

    id: str
    text: str
    basis: str
    switch: str
    where: str
    test: str


@cache
def load_fidelity_rules() -> Mapping[str, FidelityRule]:
    """Return all rules by id; the file is read once, when it is first needed."""
    lines = (resources.data_folder("docs") / "fidelity.md").read_text(encoding="utf-8").splitlines()
    rows = (
        FidelityRule(*(item.strip() for item in line.strip("|").split("|"))) for line in lines if RULE_ROW.match(line)
    )
    return {row.id: row for row in rows}
