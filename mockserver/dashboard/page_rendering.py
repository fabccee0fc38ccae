"""Renders pages with Jinja; every value is escaped."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

TEMPLATES = Path(__file__).parent / "templates"
JSON_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d[\d.eE+-]*)')
MAX_COLORED_LENGTH = 100_000  # characters


def create_environment() -> Environment:
    """Return the templates. Escaping cannot be forgotten: it is on for all of them, whatever their names end in."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pretty"] = render_json
    environment.filters["text_of"] = indent_json
    environment.filters["clock"] = format_clock_time
    environment.filters["duration"] = format_duration
    environment.filters["code_spans"] = render_code_spans
    environment.filters["status_class"] = name_status_class
    return environment


def indent_json(value: Any) -> str:
    """Return a value as indented JSON; a text that is JSON too, and any other text as it is."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return str(value)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def render_json(value: Any) -> Markup:
    """Return indented JSON with a class for each kind of token, escaped."""
    text = indent_json(value)
    if len(text) > MAX_COLORED_LENGTH:
        return escape(text)
    parts, end = [], 0
    for token in JSON_TOKEN.finditer(text):
        string, colon, word, _ = token.groups()
        kind = "key" if colon else "string" if string else "word" if word else "number"
        parts += [escape(text[end : token.start()]), Markup('<span class="json-{}">{}</span>').format(kind, token[0])]
        end = token.end()
    return Markup("").join([*parts, escape(text[end:])])


def render_code_spans(text: str) -> Markup:
    """Return a text in which what is between backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # a backtick without its partner
        return escape(text)
    template = Markup("<code>{}</code>")
    return Markup("").join(template.format(part) if number % 2 else escape(part) for number, part in enumerate(parts))


def format_clock_time(time: datetime) -> str:
    """Return the time of the day in UTC, to the millisecond."""
    return f"{time:%H:%M:%S}.{time.microsecond // 1000:03}"


def format_duration(microseconds: int) -> str:
    """Return a duration in the unit that people read easily."""
    if microseconds < 1000:
        return f"{microseconds} µs"
    if microseconds < 1_000_000:
        return f"{microseconds / 1000:.1f} ms"
    return f"{microseconds / 1_000_000:.2f} s"


def name_status_class(status: int) -> str:
    """Return the CSS class of a status: `s2` for 204, `s0` for none."""
    return f"s{status // 100}"
