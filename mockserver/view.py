"""How a client wants to see a reply: which rows, in what order, which page, which fields, in which languages."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from .contract.operations import Operation
from .messages import Call, Reply
from .practices import fields, filters, languages, paging, paths, q, sort
from .practices.lazy import StoredRows
from .settings import Behaviour

Row = Mapping[str, Any]


class View(NamedTuple):
    """The standard practices that one call asks for; None for each that it does not.

    counted_in: the header that tells the number of rows.
    """

    operation: Operation
    filters: Sequence[filters.Filter]
    query: q.Query | None
    order: sort.Order | None
    page: paging.Page | None
    counted_in: str | None
    projection: fields.Projection | None
    languages: languages.Languages | None
    default_language: str

    def listed(self, rows: Sequence[Row]) -> Reply:
        """Filter, sort, count and page all rows that the caller may see (C1 to C6)."""
        if isinstance(rows, StoredRows):
            found, page = self._found(rows.sources, rows.reader)
            return Reply(200, rows.only(page), self._counted(found))
        found, page = self._found(rows, paths.reader)
        return Reply(200, list(page), self._counted(found))

    def shaped(self, body: Any) -> Any:
        """Cut a document, or each of a list, to the languages and fields asked for (C4, C8)."""
        if self.languages is None and self.projection is None:
            return body
        return [self._cut(row) for row in body] if isinstance(body, list) else self._cut(body)

    @property
    def seen_as(self) -> Hashable:
        """What tells how a row is shown, beside the row itself and its operation: seen alike, its text is the same."""
        return self.languages, self.default_language, self.projection

    def _found(self, rows: Sequence[Any], reader: paths.Reader) -> tuple[Sequence[Any], Sequence[Any]]:
        """Return the rows that are asked for, in order, and those of them on the page."""
        if self.filters:
            rows = filters.kept(rows, self.filters, reader=reader)
        if self.query is not None:
            rows = q.select(self.query, rows, reader=reader)
        if self.order is not None:
            rows = sort.arranged(rows, self.order, reader=reader)
        return rows, self.page.cut(rows) if self.page else rows

    def _counted(self, rows: Sequence[Any]) -> dict[str, str]:
        return {self.counted_in: str(len(rows))} if self.counted_in else {}

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
        _filters(call, operation) if operation.filters else (),
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
    named = ((path, call.query.get(name)) for name, path in operation.filters.items())
    return [filters.Filter(path, value) for path, value in named if value is not None]


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
