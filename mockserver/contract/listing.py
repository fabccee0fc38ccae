"""The operations of all specs as lists for people: lines for a terminal, tables for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .document import Document
from .operations import Operation, operations

HEAD = """# Operations

Every operation that the simulator answers, with the scopes of which one is enough. Made from the specs by
`mockserver routes --format markdown`.
"""
COLUMNS = ("method", "path", "operationId", "access", "what it does")


def text(listed: Iterable[Operation]) -> str:
    """Return a line for each operation."""
    return "\n".join(f"{each.method:7} {each.path}  {each.id}  {access(each)}" for each in listed)


def markdown(documents: Iterable[Document]) -> str:
    """Return a page with a table for each spec."""
    return "\n".join([HEAD, *("\n".join(_table(each)) for each in documents)]).rstrip()


def access(operation: Operation) -> str:
    """Say what a caller needs: a scope, any token or none; and which scopes show more, where none is needed."""
    scopes = " | ".join(operation.scopes)
    if operation.needs_scope:
        return scopes
    needed = "any token" if operation.needs_token else "token optional" if operation.takes_token else "open"
    return f"{needed}; more with {scopes}" if scopes else needed


def _table(document: Document) -> Iterator[str]:
    yield f"## {document.root['info']['title']}\n"
    yield _row(COLUMNS)
    yield _row(["---"] * len(COLUMNS))
    for each in operations(document):
        summary = document.root["paths"][each.path][each.method.lower()].get("summary", "")
        yield _row([each.method, f"`{each.path}`", f"`{each.id}`", access(each), summary])
    yield ""


def _row(cells: Iterable[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
