"""The view of a reply that the client requests: filters, order, page, fields and languages."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from .contract.operations import Operation
from .contract.parameters import Parameter
from .messages import Call, Reply
from .practices import columns, fields, filters, languages, paging, sort
from .practices.query.query import Query, parse_query, select_rows
from .practices.rows import Row, StoredRows
from .settings import Switches


@dataclass(slots=True)
class View:
    """The standard practices that one call requests; None for each that it does not.

    count_headers: the response headers for the number of rows.
    """

    operation: Operation
    default_language: str
    filters: Sequence[filters.Filter] = ()
    query: Query | None = None
    order: sort.SortOrder | None = None
    page: paging.Page | None = None
    count_headers: Sequence[str] = ()
    projection: fields.Projection | None = None
    languages: languages.LanguagePreferences | None = None

    def build_list_reply(self, rows: Sequence[Row]) -> Reply:
        """Filter, sort, count and page all rows that the caller may see (C1 to C6)."""
        if isinstance(rows, StoredRows):
            reads_all = self.filters or self.query is not None or self.order is not None
            sources = rows.list_sources() if reads_all else rows.sources
            matching, page = self._select_page(sources, rows.column_for)
            return Reply(200, rows.with_sources(page), self._count_headers(matching))
        matching, page = self._select_page(rows, columns.column_reader)
        return Reply(200, list(page), self._count_headers(matching))

    def shape_body(self, body: Any) -> Any:
        """Localize and project a document, or each document of a list (C4, C8)."""
        if self.languages is None and self.projection is None:
            return body
        return [self._shape_document(row) for row in body] if isinstance(body, list) else self._shape_document(body)

    @property
    def representation(self) -> Hashable:
        """Everything that a row's shape depends on, apart from the row and its operation."""
        return self.languages, self.default_language, self.projection

    def _select_page(
        self, rows: Sequence[Any], column_for: columns.ColumnReaderFactory
    ) -> tuple[Sequence[Any], Sequence[Any]]:
        """Return the matching rows, in order, and those of them on the page."""
        if self.filters:
            rows = filters.filter_rows(rows, self.filters, column_for=column_for)
        if self.query is not None:
            rows = select_rows(self.query, rows, column_for=column_for)
        if self.order is not None:
            rows = sort.sort_rows(rows, self.order, column_for=column_for)
        return rows, self.page.slice_rows(rows) if self.page else rows

    def _count_headers(self, rows: Sequence[Any]) -> dict[str, str]:
        return dict.fromkeys(self.count_headers, str(len(rows))) if self.count_headers else {}

    def _shape_document(self, document: Row) -> Row:
        if self.languages is not None:
            document = languages.localize_document(
                document,
                self.operation.localized_paths,
                self.languages,
                self.default_language,
                recursive_field=self.operation.recursive_field,
            )
            document = languages.fill_plain_texts(document, self.operation.plain_text_sources)
        if self.projection is not None:
            document = fields.project(document, self.projection, self.operation.identity_paths)
        return document


def parse_view(operation: Operation, call: Call, switches: Switches, default_language: str) -> View:
    """Parse the view that a call requests; BadRequest if a parameter is invalid."""
    declared, sent = operation.parameters_by_name, call.query
    view = View(operation, default_language)
    if operation.filter_paths:
        view.filters = _parse_filters(operation, call)
    if sent.get("q"):
        view.query = parse_query(sent["q"], allow_compound=operation.has_compound_query)
    if sent.get("sort"):
        view.order = sort.parse_sort(sent["sort"])
    if "pageSize" in declared:
        view.page = _parse_page(declared["pageSize"], call, switches)
    if operation.count_headers and _is_count_requested(operation, call):
        view.count_headers = operation.count_headers
    if "fields" in sent:
        view.projection = fields.parse_fields(sent["fields"])
    if "Accept-Language" in call.header:
        view.languages = languages.parse_accept_language(call.header["Accept-Language"])
    elif switches.accept_language_absent == "default" and "Accept-Language" in declared:  # C8
        view.languages = languages.parse_accept_language(default_language)
    return view


def _parse_filters(operation: Operation, call: Call) -> list[filters.Filter]:
    """Return the filters of the parameters that name a field (C18)."""
    requested = ((path, call.query.get(name)) for name, path in operation.filter_paths.items())
    return [filters.Filter(path, value) for path, value in requested if value is not None]


def _parse_page(size: Parameter, call: Call, switches: Switches) -> paging.Page:
    default = int(size.default) if size.default else paging.DEFAULT_PAGE_SIZE
    return paging.parse_page(call.query.get("pageSize"), call.query.get("pageNumber"), switches.max_page_size, default)


def _is_count_requested(operation: Operation, call: Call) -> bool:
    """Whether the client requests the number of rows (C2); always if the operation has no parameter for it."""
    declared = operation.parameters_by_name
    if "X-Total-Count" in declared:
        return bool(call.header.get("X-Total-Count"))
    return bool(call.query.get("totalCount")) if "totalCount" in declared else True
