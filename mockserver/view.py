"""How a client wants to see a reply: which rows, in what order, which page, which fields, in which languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .contract.operations import Operation
from .exchange import Call, Reply
from .practices import fields, filters, languages, paging, q, sort
from .settings import Behaviour

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """The standard practices that one call asks for; None for each that it does not.

    count: the header that tells the number of rows.
    """

    operation: Operation
    filters: Sequence[filters.Filter]
    query: q.Query | None
    order: sort.Order | None
    page: paging.Page | None
    count: str | None
    projection: fields.Projection | None
    languages: languages.Languages | None
    default_language: str

    def listed(self, rows: Sequence[Row]) -> Reply:
        """Filter, sort, count and page all rows that the caller may see (C1 to C6)."""
        rows = filters.kept(rows, self.filters)
        if self.query is not None:
            rows = q.select(self.query, rows)
        if self.order is not None:
            rows = sort.arranged(rows, self.order)
        headers = {self.count: str(len(rows))} if self.count else {}
        return Reply(200, list(self.page.cut(rows) if self.page else rows), headers)

    def shaped(self, body: Any) -> Any:
        """Cut a document, or each of a list, to the languages and fields asked for (C4, C8)."""
        if self.languages is None and self.projection is None:
            return body
        return [self._cut(row) for row in body] if isinstance(body, list) else self._cut(body)

    def _cut(self, document: Row) -> Row:
        if self.languages is not None:
            document = languages.localized(
                document,
                self.operation.localized,
                self.languages,
                self.default_language,
                recursive_under=self.operation.recursion,
            )
            document = languages.spoken(document, self.operation.texts_of)
        if self.projection is not None:
            document = fields.project(document, self.projection, self.operation.identity)
        return document


def asked(operation: Operation, call: Call, behaviour: Behaviour, default_language: str) -> View:
    """Read the view from a call; BadRequest if it cannot be read. What the operation does not declare stays None."""
    query, order = call.query.get("q"), call.query.get("sort")
    return View(
        operation,
        _filters(call, operation),
        q.parse(query, compound=operation.is_compound) if query else None,
        sort.parse(order) if order else None,
        _page(call, behaviour, operation),
        operation.count if _is_counted(call, operation) else None,
        fields.parse(call.query.get("fields")),
        _languages(call, behaviour, default_language) if operation.declares("Accept-Language") else None,
        default_language,
    )


def _filters(call: Call, operation: Operation) -> list[filters.Filter]:
    """Return what the parameters ask for that name a field of their own (C18)."""
    named = ((each.filters, call.query.get(each.name)) for each in operation.parameters["query"])
    return [filters.Filter(path, value) for path, value in named if path is not None and value is not None]


def _page(call: Call, behaviour: Behaviour, operation: Operation) -> paging.Page | None:
    size = operation.parameter("pageSize")
    if size is None:
        return None
    default = int(size.default) if size.default else paging.DEFAULT_SIZE
    return paging.page(call.query.get("pageSize"), call.query.get("pageNumber"), behaviour.max_page_size, default)


def _is_counted(call: Call, operation: Operation) -> bool:
    """Whether the number of rows is asked for (C2), as it always is where there is no way to ask."""
    if operation.declares("X-Total-Count"):
        return bool(call.header.get("X-Total-Count"))
    return bool(call.query.get("totalCount")) if operation.declares("totalCount") else True


def _languages(call: Call, behaviour: Behaviour, default_language: str) -> languages.Languages | None:
    """Return the wanted languages, None for all of them; what no header means is a switch (C8)."""
    header = call.header.get("Accept-Language")
    if header is None and behaviour.accept_language_absent == "default":
        header = default_language
    return languages.preferences(header)
