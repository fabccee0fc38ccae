"""Parts of messages that several modules write: shortened texts, JSON pointers, known names, dimensions of coverage."""

from __future__ import annotations

from collections.abc import Iterable

MAX_MESSAGE_LENGTH = 200  # characters; validation errors quote the client's value
MAX_QUOTED_NAME_LENGTH = 100  # characters

COVERAGE_DIMENSIONS = {  # what coverage counts, by the name in its report
    "operations": "operations",
    "statuses": "documented statuses",
    "parameters": "query and header parameters",
    "bodyProperties": "body properties",
    "enumValues": "enum values",
    "constraints": "schema constraints",
    "scopes": "scopes",
    "elements": "codes of bulk elements",
}


def shorten(text: str) -> str:
    """Cut a text to a readable length."""
    return text if len(text) <= MAX_MESSAGE_LENGTH else text[: MAX_MESSAGE_LENGTH - 1] + "…"


def json_pointer(steps: Iterable[str | int]) -> str:
    """Return `/a/0/b` for the steps a, 0 and b, without escapes; "" for no steps."""
    return "".join(f"/{step}" for step in steps)


def describe_unknown(what: str, name: str, known_names: Iterable[str], *, suggestion: str | None = None) -> str:
    """Return a sentence such as "Unknown world 'x'; available: catalogue, default."."""
    question = f" Did you mean {suggestion}?" if suggestion else ""
    known = ", ".join(known_names) or "none"
    return f"Unknown {what} {name[:MAX_QUOTED_NAME_LENGTH]!r}; available: {known}.{question}"
