"""Read world files, YAML or JSON, as strictly as the API reads bodies; and find the lines of places in them."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jiter
import orjson

from ..practices.nesting import MAX_JSON_DEPTH, is_nested_deeper
from ..wording import shorten
from .mistakes import Steps, WorldError

if TYPE_CHECKING:
    from ..strict_yaml import YamlError

MAX_FILE_MB = 64
MAX_YAML_MB = 16  # a second for each
MEGABYTE = 1024 * 1024
JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}:,]|[^][{}:,\s"]+|\n')
JSON_PLACE = re.compile(r"line (\d+) column \d+$")
# What libyaml says, and what people mostly did.
YAML_TIPS = {
    "mapping values are not allowed": "; indent the line like its neighbours, and quote a text that contains `: `",
    "cannot start any token": "; quote a text that begins with @, ` or %",
    "expected ',' or": "; a bracket or brace is not closed, or a comma is missing",
    "did not find expected '-'": "; indent the line like its neighbours",
    "did not find expected key": "; indent the line like its neighbours",
    "unexpected end of stream": "; a quotation mark is not closed",
}
TAB_TIP = "; indent with spaces, not with tabs"


class WorldText(NamedTuple):
    """The text of a world and its value; `is_json` tells how to find the lines of values."""

    text: str
    value: Any
    is_json: bool


def read_file(path: Path) -> bytes:
    """Return the content of a file; WorldError if it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_MB * MEGABYTE + 1)
    except (OSError, ValueError) as error:
        raise WorldError.at(path, "", getattr(error, "strerror", None) or str(error)) from None
    if len(content) > MAX_FILE_MB * MEGABYTE:
        raise WorldError.at(path, "", f"a world file has at most {MAX_FILE_MB} MB")
    return content


def parse_world(path: Path, content: bytes) -> WorldText:
    """Parse the content of a world file; an empty one is an empty world. WorldError with the line."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise WorldError.at(path, "", "UTF-16; a world file is in UTF-8")
    content = content.removeprefix(BOM_UTF8)
    if path.suffix == ".json" or content.lstrip()[:1] == b"{":
        try:
            return WorldText(content.decode(errors="replace"), _parse_json(path, content), is_json=True)
        except WorldError:
            if path.suffix == ".json":
                raise  # otherwise it may be YAML in JSON's style
    return _parse_yaml(path, content)


def _parse_json(path: Path, content: bytes) -> Any:
    try:
        value = jiter.from_json(content, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        place = JSON_PLACE.search(str(error))
        raise WorldError.at(path, "", f"not JSON: {shorten(str(error))}", int(place[1]) if place else None) from None
    if is_nested_deeper(value):
        raise WorldError.at(path, "", f"nests deeper than {MAX_JSON_DEPTH} levels")
    try:
        is_same = orjson.loads(orjson.dumps(value)) == value
    except TypeError:
        is_same = False
    if not is_same:
        raise WorldError.at(path, "", "a number does not fit in 64 bits")
    return value


def _parse_yaml(path: Path, content: bytes) -> WorldText:
    from ..strict_yaml import YamlError  # noqa: PLC0415 - shipped worlds are read from JSON
    from .row_lines import LongYaml, parse_text  # noqa: PLC0415

    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise WorldError.at(path, "", "not UTF-8, or not a text", line) from None
    try:
        value = parse_text(text, MAX_YAML_MB * MEGABYTE)
    except LongYaml:
        reason = f"YAML of more than {MAX_YAML_MB} MB takes minutes to read; write it as JSON"
        raise WorldError.at(path, "", f"{reason}, or each row as JSON on a line") from None
    except YamlError as error:
        raise WorldError.at(path, "", error.reason + _yaml_tip(text, error), error.line) from None
    return WorldText(text, {} if value is None else value, is_json=False)


def _yaml_tip(text: str, error: YamlError) -> str:
    """Return what helps with a text that is not YAML; "" if the reason says it all."""
    lines = text.splitlines()
    line = "".join(lines[error.line - 1 : error.line]) if error.line else ""
    if line.strip(" ").startswith("\t"):
        return TAB_TIP
    too_early = "; the file ends too early" if error.ends_early else ""
    return next((tip for problem, tip in YAML_TIPS.items() if problem in error.reason), too_early)


def find_lines(world: WorldText, places: Iterable[Steps]) -> dict[Steps, int]:
    """Return the line of each place, or of the nearest value around it."""
    from ..strict_yaml import iter_lines  # noqa: PLC0415 - see above

    places = list(places)
    missing = {steps[:count] for steps in places for count in range(1, len(steps) + 1)}
    lines: dict[Steps, int] = {}
    for steps, line in _iter_json_lines(world.text) if world.is_json else iter_lines(world.text):
        if steps in missing:
            lines[steps] = line
            missing.discard(steps)
            if not missing:
                break
    return {steps: _nearest_line(steps, lines) for steps in places}


def _nearest_line(steps: Steps, lines: dict[Steps, int]) -> int:
    return next((lines[steps[:count]] for count in range(len(steps), 0, -1) if steps[:count] in lines), 1)


def _iter_json_lines(text: str) -> Iterator[tuple[Steps, int]]:
    """Yield the path of each value of valid JSON, and the line where it or its key begins."""
    path: list[Any] = []  # index of the current element, or the current key; None before a key
    line = 1
    for token in JSON_TOKEN.finditer(text):
        match word := token.group():
            case "\n":
                line += 1
            case "]" | "}":
                path.pop()
            case ",":
                path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
            case ":":
                pass
            case _ if path and path[-1] is None:
                path[-1] = orjson.loads(word)
                yield tuple(path), line
            case _:
                if path and isinstance(path[-1], int):
                    yield tuple(path), line
                if word in "[{":
                    path.append(0 if word == "[" else None)
