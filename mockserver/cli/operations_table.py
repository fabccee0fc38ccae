"""Formats the operations of the specs: as lines for a terminal, as tables for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..contract.operations import Operation, compile_operations
from ..contract.spec import Spec

MARKDOWN_HEAD = """# Operations

Every operation of the simulator. Where several scopes are listed, a token needs one of them. Generated from the specs
by `mockserver routes --format markdown`.
"""
MARKDOWN_COLUMNS = ("method", "path", "operationId", "access", "what it does")


def operations_text(operations: Iterable[Operation]) -> str:
    """Return a line for each operation."""
    return "\n".join(
        f"{operation.method:7} {operation.path}  {operation.id}  {describe_access(operation)}"
        for operation in operations
    )


def operations_markdown(specs: Iterable[Spec]) -> str:
    """Return a page with a table for each spec."""
    return "\n".join([MARKDOWN_HEAD, *("\n".join(_table_lines(spec)) for spec in specs)]).rstrip()


def describe_access(operation: Operation) -> str:
    """Return what a caller needs (a scope, any token, nothing), and the scopes that show more if none is required."""
    scopes = " | ".join(operation.scopes)
    if operation.needs_scope:
        return f"a customer's token | {scopes}" if operation.admits_customers else scopes
    needed = "any token" if operation.needs_token else "token optional" if operation.takes_token else "open"
    return f"{needed}; more with {scopes}" if scopes else needed


def _table_lines(spec: Spec) -> Iterator[str]:
    yield f"## {spec.root['info']['title']}\n"
    yield _table_row(MARKDOWN_COLUMNS)
    yield _table_row(["---"] * len(MARKDOWN_COLUMNS))
    for operation in compile_operations(spec):
        summary = spec.root["paths"][operation.path][operation.method.lower()].get("summary", "")
        access = describe_access(operation)
        yield _table_row([operation.method, f"`{operation.path}`", f"`{operation.id}`", access, summary])
    yield ""


def _table_row(cells: Iterable[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
