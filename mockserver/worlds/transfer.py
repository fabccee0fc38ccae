"""A tenant as a world file: its state, its clients and tokens, its switches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..settings import Switches
from ..store.collection import Row
from ..store.state import State
from ..store.tenant import Seed
from .access_rows import export_access
from .switches import SWITCHES, export_switches
from .world_text import Block, RowLines, WorldWriter, encode_row_line, row_separator


def world_block(
    writer: WorldWriter, state: State, seed: Seed, switches: Switches | Mapping[str, Any], all_scopes: Iterable[str]
) -> Block:
    """Return the world file from which tenants start with this state, and with the clients and tokens of a seed.

    switches: those of a tenant, or those that differ from the defaults.
    """
    block = writer.state_block(state)
    for name, part in export_access(seed, all_scopes, state).items():
        block[name] = _rows_or_none(writer, part) if isinstance(part, list) else part
    section = export_switches(switches) if isinstance(switches, Switches) else dict(switches)
    return Block(block | ({SWITCHES: section} if section else {}))


def _rows_or_none(writer: WorldWriter, rows: list[Row]) -> RowLines | list[Any]:
    """Return the lines of rows; an empty list if the section has no rows."""
    lines = [encode_row_line(row, writer.form, writer.indent) for row in rows]
    return RowLines([row_separator(writer.form).join(lines)]) if lines else []
