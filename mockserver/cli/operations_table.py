"""The operations of all specs as lists for people: lines for a terminal, tables for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..contract.operations import Operation, compile_operations
from ..contract.spec import Spec

MARKDOWN_HEAD = """# Operations

Every operation that the simulator answers, with the scopes of which one is enough. Made from the specs by
`mockserver routes --format markdown`.
"""
MARKDOWN_COLUMNS = ("method", "path", "operationId", "access", "what it does")


def operations_text(operations: Iterable[Operation]) -> str:
    """Return a line for each operation."""
    return "\n".join(f"{each.method:7} {each.path}  {each.id}  {describe_access(each)}" for each in operations)


def operations_markdown(specs: Iterable[Spec]) -> str:
    """Return a page with a table for each spec."""
    return "\n".join([MARKDOWN_HEAD, *("\n".join(_table_lines(each)) for each in specs)]).rstrip()


def describe_access(operation: Operation) -> str:
    """Say what a caller needs: a scope, any token or none; and which scopes show more, where none is needed."""
    scopes = " | ".join(operation.scopes)
    if operation.needs_scope:
        return scopes
    needed = "any token" if operation.needs_token else "token optional" if operation.takes_token else "open"
    return f"{needed}; more with {scopes}" if scopes else needed


def _table_lines(spec: Spec) -> Iterator[str]:
    yield f"## {spec.root['info']['title']}\n"
    yield _table_row(MARKDOWN_COLUMNS)
    yield _table_row(["---"] * len(MARKDOWN_COLUMNS))
    for each in compile_operations(spec):
        summary = spec.root["paths"][each.path][each.method.lower()].get("summary", "")
        yield _table_row([each.method, f"`{each.path}`", f"`{each.id}`", describe_access(each), summary])
    yield ""


def _table_row(cells: Iterable[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
