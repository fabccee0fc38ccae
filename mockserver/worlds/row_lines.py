"""Reads YAML whose rows are lines of JSON, as we write it: many times as fast as YAML in general."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import jiter
import orjson

from ..strict_yaml import load_yaml

ROW_LINES = re.compile(r"^( *- )\{.*\}\n(?:\1\{.*\}\n)*", re.MULTILINE)
PLACEHOLDER = "\x00rows:"  # the beginning of the text that replaces rows; YAML cannot contain it unescaped

Rows = list[Any]


class LongYaml(Exception):
    """YAML that would take too long to read."""


def parse_text(text: str, max_length: int | None = None) -> Any:
    """Return the value of JSON or of strict YAML; YamlError if it is neither.

    max_length: of the YAML without such rows, in characters; LongYaml beyond it.
    """
    if text.lstrip().startswith("{"):
        with suppress(ValueError):
            return _parse_json(text)
    lists: list[Rows] = []
    outline = ROW_LINES.sub(lambda match: _replace_rows(match[0], match[1], lists), text)
    used: list[int] = []
    value = _insert_rows(_load(outline, max_length), lists, used)
    is_complete = used == list(range(len(lists)))
    return value if is_complete else _load(text, max_length)  # some rows were a part of a longer text


def _load(text: str, max_length: int | None) -> Any:
    if max_length is not None and len(text) > max_length:
        raise LongYaml
    return load_yaml(text)


def _parse_json(text: str) -> Any:
    return jiter.from_json(text.encode(), allow_inf_nan=False, catch_duplicate_keys=True)


def _replace_rows(lines: str, mark: str, lists: list[Rows]) -> str:
    """Return a line that stands for these lines, or the lines themselves if they are other YAML."""
    try:
        rows = [_parse_json(line[len(mark) :]) for line in lines.split("\n")[:-1]]
    except ValueError:
        return lines
    lists.append(rows)
    return f"{mark}{orjson.dumps(f'{PLACEHOLDER}{len(lists) - 1}').decode()}" + "\n" * len(rows)


def _insert_rows(value: Any, lists: list[Rows], used: list[int]) -> Any:
    """Return a value with the rows in their places; `used` gets the numbers of their lists."""
    if isinstance(value, dict):
        return {key: _insert_rows(part, lists, used) for key, part in value.items()}
    if not isinstance(value, list):
        return value
    parts: Rows = []
    for part in value:
        if isinstance(part, str) and part.startswith(PLACEHOLDER):
            used.append(int(part.removeprefix(PLACEHOLDER)))
            parts += lists[used[-1]]
        else:
            parts.append(_insert_rows(part, lists, used))
    return parts
