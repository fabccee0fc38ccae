"""The coverage report in Markdown, for the summary of a job in GitHub Actions, or for a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...wording import COVERAGE_DIMENSIONS

MAX_LISTED_ITEMS = 200  # of each dimension; GitHub accepts summaries of up to 1 MB
SPECIAL_CHARACTERS = re.compile(r"[\\`*_{}\[\]<>()#+!|&~@:]")  # of Markdown, of HTML, and of mentions


def render_markdown(report: Mapping[str, Any], about: str, minimums: Mapping[str, int]) -> str:
    """Return the report in Markdown: a table of the dimensions, then lists that unfold.

    about: the services and tenants that it covers. minimums: percent by dimension; those that are missed are marked.
    """
    lines = [
        "## Coverage of the contract",
        "",
        _escape_text(about),
        "",
        *_dimension_rows(report["dimensions"], minimums),
        *_missing_lists(report["dimensions"]),
        *_unfolding_list("Scopes granted and never needed", list(_unused_scope_items(report["personas"]))),
        *_unfolding_list("Calls without an answer", list(map(_unanswered_item, report["unanswered"]))),
    ]
    return "\n".join(lines) + "\n"


def _dimension_rows(dimensions: Mapping[str, Any], minimums: Mapping[str, int]) -> Iterator[str]:
    yield "| | covered | | minimum | |"
    yield "|---|---:|---:|---:|---|"
    for name, dimension in dimensions.items():
        figures = f"{dimension['percent']} % | {dimension['covered']} of {dimension['total']}"
        minimum = minimums.get(name)
        verdict = " | " if minimum is None else f"{minimum} % | {_mark(is_met=dimension['percent'] >= minimum)}"
        yield f"| {COVERAGE_DIMENSIONS[name]} | {figures} | {verdict} |"


def _mark(*, is_met: bool) -> str:
    return "✅" if is_met else "❌ not reached"


def _missing_lists(dimensions: Mapping[str, Any]) -> Iterator[str]:
    for name, dimension in dimensions.items():
        title = f"{COVERAGE_DIMENSIONS[name].capitalize()} not covered: {len(dimension['missing'])}"
        yield from _unfolding_list(title, list(map(_format_code, dimension["missing"])))


def _unused_scope_items(personas: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for persona in personas:
        if persona["neverNeeded"]:
            yield f"{_escape_text(persona['name'])}: {', '.join(map(_format_code, persona['neverNeeded']))}"


def _unanswered_item(operation: Mapping[str, Any]) -> str:
    calls = f"{operation['calls']} call{'' if operation['calls'] == 1 else 's'}"
    return f"{_escape_text(operation['service'])}: {_format_code(operation['operation'])}, {calls}"


def _unfolding_list(title: str, items: list[str]) -> Iterator[str]:
    """Yield a list that shows only its title until the reader unfolds it; nothing without items."""
    if not items:
        return
    yield from ("", f"<details><summary>{title}</summary>", "")
    yield from (f"- {item}" for item in items[:MAX_LISTED_ITEMS])
    if len(items) > MAX_LISTED_ITEMS:
        yield f"- and {len(items) - MAX_LISTED_ITEMS} more"
    yield from ("", "</details>")


def _format_code(text: str) -> str:
    """Return a text as code if it cannot end the code itself."""
    return _escape_text(text) if re.search(r"[`\n\r|<>]", text) else f"`{text}`"


def _escape_text(text: str) -> str:
    """Return a text on one line that Markdown shows as it is: clients choose the names of callers."""
    return SPECIAL_CHARACTERS.sub(lambda match: f"&#{ord(match[0])};", " ".join(text.split()))
