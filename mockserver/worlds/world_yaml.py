"""Write a world as YAML in block style, as PyYAML does, but row by row and with each kind of text looked at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import yaml

from ..strict_yaml import parse_plain_scalar

LINE_WIDTH = 1000  # characters; PyYAML breaks longer lines
MAX_SHORT_TEXT = 500  # characters; never broken, whatever precedes it on its line
MAX_SHORT_KEY = 100  # ASCII characters; PyYAML writes longer keys in another form
MAX_INDENT = "  " * 50
# Texts that need no quotation marks, and texts that need single ones; all others are left to PyYAML. Those without are
# longer than each word that YAML takes for a constant, such as `false`.
PLAIN_TEXT = re.compile(
    r"[A-Za-zÀ-ɏ][A-Za-z0-9À-ɏ_ ,;()+&'=%!*$./@-]{4,}[A-Za-z0-9À-ɏ_.)]|https?://[A-Za-z0-9_./~%?=&+@-]+[A-Za-z0-9_/]"
)
QUOTED_TEXT = re.compile(r"[1-9][0-9]{0,17}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z", re.ASCII)
SHORT_NUMBER = re.compile(r"-?\d{1,9}\.\d{1,6}", re.ASCII)
ROWS_BETWEEN_REPORTS = 500

ReportShare = Callable[[float], None]  # gets the share of the rows that has been written


class UnusualValue(Exception):
    """A value that only PyYAML can write."""


def dump_world(world: Mapping[str, Any], report_share: ReportShare = lambda _: None) -> str:
    """Return a world as YAML that the strict reader reads back as it was: the bytes that PyYAML would write."""
    total = sum(len(rows) for rows in world.values() if isinstance(rows, list)) or 1
    parts, written = [], 0
    for name, section in world.items():
        if not (isinstance(section, list) and section):
            parts.append(_dump_slowly({name: section}))
            continue
        parts.append(_dump_slowly({name: None}).replace(" null", "", 1))
        for row in section:
            parts.append(_dump_row(row))
            written += 1
            if written % ROWS_BETWEEN_REPORTS == 0:
                report_share(written / total)
    return "".join(parts)


def _dump_row(row: Any) -> str:
    """Return a row as an element of a list."""
    lines: list[str] = []
    try:
        _add_element(lines, row, "")
    except UnusualValue:
        return _dump_slowly([row])
    return "".join(lines)


def _add_element(lines: list[str], value: Any, indent: str) -> None:
    """Add an element of a list, whose first line begins with a dash."""
    if isinstance(value, dict) and value:
        start = len(lines)
        _add_fields(lines, value, f"{indent}  ")
        lines[start] = f"{indent}- {lines[start][len(indent) + 2 :]}"
    elif isinstance(value, list) and value:
        raise UnusualValue
    else:
        lines.append(f"{indent}- {_format_scalar(value)}\n")


def _add_fields(lines: list[str], fields: Mapping[Any, Any], indent: str) -> None:
    if indent > MAX_INDENT:
        raise UnusualValue
    for name, value in fields.items():
        if not (isinstance(name, str) and name.isascii() and len(name) <= MAX_SHORT_KEY):
            raise UnusualValue
        key = _format_text(name)
        if isinstance(value, dict) and value:
            lines.append(f"{indent}{key}:\n")
            _add_fields(lines, value, f"{indent}  ")
        elif isinstance(value, list) and value:
            lines.append(f"{indent}{key}:\n")
            for part in value:
                _add_element(lines, part, indent)
        else:
            lines.append(f"{indent}{key}: {_format_scalar(value)}\n")


def _format_scalar(value: Any) -> str:
    """Return a scalar, an empty map or an empty list; UnusualValue for what only PyYAML can write."""
    if isinstance(value, str):
        return _format_text(value)
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and SHORT_NUMBER.fullmatch(repr(value)):
        return repr(value)
    if isinstance(value, dict | list) and not value:
        return "{}" if isinstance(value, dict) else "[]"
    raise UnusualValue


@lru_cache(maxsize=10_000)
def _format_text(text: str) -> str:
    if len(text) > MAX_SHORT_TEXT:
        raise UnusualValue
    if PLAIN_TEXT.fullmatch(text):
        return text
    if QUOTED_TEXT.fullmatch(text):
        return f"'{text}'"
    line = _dump_slowly([text])
    if len(line.splitlines()) != 1:
        raise UnusualValue
    return line[2:-1]


def _dump_slowly(value: Any) -> str:
    return yaml.dump(value, Dumper=WorldDumper, allow_unicode=True, sort_keys=False, width=LINE_WIDTH)


class WorldDumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """A dumper that never writes an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Return that no value is written as a reference to an equal one."""
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Quote what the strict reader would take for a number: an id such as `12e5` too."""
        style = None if isinstance(parse_plain_scalar(text), str) else "'"
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)  # type: ignore[no-any-return]


WorldDumper.add_representer(str, WorldDumper.represent_text)
