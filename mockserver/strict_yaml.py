"""A strict subset of YAML: only JSON's types, every other scalar is a text, and nothing ambiguous."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any, NamedTuple

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml if PyYAML was built with it
MAX_YAML_DEPTH = 100  # levels
MAX_EXPANDED_EVENTS = 100_000  # of all aliases of a text
TOO_DEEP = f"nests deeper than {MAX_YAML_DEPTH} levels"
SCALAR_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,19})")
INTEGER_RANGE = range(-(2**63), 2**64)  # as in JSON
FLOW_CONTEXT = "while parsing a flow "  # how the parser begins what it says of brackets and braces
QUOTE_CONTEXT = "while scanning a quoted"
REAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")


class YamlError(Exception):
    """A text that cannot be read; the message has line and column if they are known.

    reason: the message without them. line: from 1, or None. ends_early: whether the text ends before the value does.
    """

    def __init__(self, reason: str, mark: Any = None, *, ends_early: bool = False) -> None:
        self.reason = " ".join(reason.split())
        self.line: int | None = mark.line + 1 if mark else None
        self.ends_early = ends_early
        place = f"line {mark.line + 1} column {mark.column + 1}: " if mark else ""
        super().__init__(place + self.reason)


def load_yaml(text: str, *, allows_aliases: bool = False) -> Any:
    """Parse one document of YAML or JSON; None for an empty text, YamlError if it cannot be read.

    Times, `yes`, `no`, `012` and `0x1f` are texts. Tags, duplicate keys and aliases are errors: a few aliases could
    expand to more than fits in memory. It reads events, since libyaml's own composer crashes on deep nesting.
    allows_aliases: whether anchors and aliases are read, up to a limit, as some published files need.
    """
    try:
        parsed = yaml.parse(text, LOADER)
        events = iter(_expand_aliases(parsed) if allows_aliases else parsed)
        next(events)  # start of the stream
        if isinstance(next(events), yaml.StreamEndEvent):
            return None
        value = _build_value(next(events), events, 0)
        next(events)  # end of the document
        _expect_end(next(events))
    except yaml.MarkedYAMLError as error:
        raise _locate_error(text, error) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise YamlError(str(error)) from None
    return value


def _expand_aliases(events: Iterable[Any]) -> Iterator[Any]:
    """Yield events in which each alias is replaced by those of its anchor; YamlError beyond MAX_EXPANDED_EVENTS."""
    anchored: dict[str, list[Any]] = {}
    open_anchors: list[tuple[int, list[Any]]] = []  # the depth at which an anchor began, and its events
    depth, expanded_count = 0, 0
    for event in events:
        name = getattr(event, "anchor", None)
        if isinstance(event, yaml.AliasEvent):
            replay = anchored.get(name or "")
            if replay is None or any(recorded is replay for _, recorded in open_anchors):
                raise YamlError(f"the alias *{name} has no anchor before it", event.start_mark)
            expanded_count += len(replay)
        elif isinstance(event, yaml.NodeEvent):
            replay, event.anchor = [event], None
        else:
            replay = [event]
        if expanded_count > MAX_EXPANDED_EVENTS:
            raise YamlError(f"its aliases stand for more than {MAX_EXPANDED_EVENTS} values", event.start_mark)
        if name and not isinstance(event, yaml.AliasEvent):
            anchored[name] = []
            open_anchors.append((depth, anchored[name]))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        for _, recorded in open_anchors:
            recorded.extend(replay)
        while open_anchors and depth <= open_anchors[-1][0]:
            open_anchors.pop()
        yield from replay


class Mark(NamedTuple):
    """A place in a text: line and column, both from 0."""

    line: int
    column: int


def _locate_error(text: str, error: yaml.MarkedYAMLError) -> YamlError:
    """Return the error at the place where people made the mistake.

    The parser reports a bracket or a quotation mark that is not closed at what follows, which may be lines below.
    """
    reason, context = error.problem or str(error), error.context or ""
    if "nesting depth" in reason:  # libyaml of PyYAML 6.0.4 has a limit of its own, and scans on before we see ours
        return YamlError(TOO_DEEP, error.problem_mark)
    mark: Any = error.problem_mark
    if mark is None:
        return YamlError(reason)
    lines = text.split("\n")
    ends_early = not any(line.strip() for line in lines[mark.line :])
    if ends_early and context.startswith((FLOW_CONTEXT, QUOTE_CONTEXT)) and error.context_mark:
        mark = error.context_mark
    elif context.startswith(FLOW_CONTEXT) and _continues_outside(lines, error):
        mark = _find_end(lines[: mark.line])
    if not "".join(lines[mark.line : mark.line + 1]).strip():
        mark = _find_end(lines[: mark.line])
    return YamlError(reason, mark, ends_early=ends_early)


def _find_end(lines: Sequence[str]) -> Mark:
    """Return the end of the last line that is neither blank nor a comment; the beginning if all are."""
    numbers = reversed(range(len(lines)))
    last = next((number for number in numbers if lines[number].strip() and lines[number].lstrip()[0] != "#"), 0)
    return Mark(last, len("".join(lines[last : last + 1]).rstrip()))


def _continues_outside(lines: Sequence[str], error: yaml.MarkedYAMLError) -> bool:
    """Whether what follows a bracket that is not closed is on a line of its own, or on one of the text around it."""
    mark, opening = error.problem_mark, error.context_mark
    if not mark or not opening or mark.line <= opening.line:
        return False
    line, first = lines[mark.line], lines[opening.line]
    indents = [len(text) - len(text.lstrip(" ")) for text in (line, first)]
    return indents[0] <= indents[1] or not line[: mark.column].strip()


def iter_lines(text: str) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Yield the path of each value and the line, from 1, where it or its key begins; for texts that can be read."""
    path: list[
        Any
    ] = []  # for each open container, the index of its current element, or its current key; None before it
    for event in yaml.parse(text, LOADER):
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            path.pop()
            _step_on(path)
        elif isinstance(event, yaml.NodeEvent):
            is_key = bool(path) and path[-1] is None
            if is_key:
                path[-1] = getattr(event, "value", None)
            if is_key or not path or isinstance(path[-1], int):
                yield tuple(path), getattr(event.start_mark, "line", 0) + 1
            if isinstance(event, yaml.CollectionStartEvent):
                path.append(0 if isinstance(event, yaml.SequenceStartEvent) else None)
            elif not is_key:
                _step_on(path)


def _step_on(path: list[Any]) -> None:
    """Go on to the next element, or to the next key."""
    if path:
        path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None


def _expect_end(event: yaml.Event) -> None:
    if not isinstance(event, yaml.StreamEndEvent):
        raise YamlError("there is a second document", event.start_mark)


def _build_value(event: Any, events: Iterator[yaml.Event], depth: int) -> Any:
    """Build the value that starts with this event."""
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise YamlError("anchors and aliases are not supported", event.start_mark)
    if event.tag is not None:
        raise YamlError("tags are not supported", event.start_mark)
    if depth > MAX_YAML_DEPTH:
        raise YamlError(TOO_DEEP, event.start_mark)
    if isinstance(event, yaml.ScalarEvent):
        return event.value if event.style else parse_plain_scalar(event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        return _build_sequence(events, depth)
    return _build_mapping(events, depth)


def _build_sequence(events: Iterator[yaml.Event], depth: int) -> list[Any]:
    values = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        values.append(_build_value(event, events, depth + 1))
    return values


def _build_mapping(events: Iterator[yaml.Event], depth: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _build_value(event, events, depth + 1)
        if not isinstance(key, str):
            raise YamlError("a key must be a text; put it in quotation marks", event.start_mark)
        if key in values:
            raise YamlError(f"the key {key!r} comes twice", event.start_mark)
        values[key] = _build_value(next(events), events, depth + 1)
    return values


def parse_plain_scalar(text: str) -> Any:
    """Return the JSON value of an unquoted scalar, or its text."""
    if text in SCALAR_CONSTANTS:
        return SCALAR_CONSTANTS[text]
    if INTEGER.fullmatch(text) and (integer := int(text)) in INTEGER_RANGE:
        return integer
    if REAL.fullmatch(text) and isfinite(real := float(text)):
        return real
    return text
