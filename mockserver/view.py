"""The view of a reply that the client requests: filters, order, page, fields and languages."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from .contract.operations import Operation
from .contract.parameters import Parameter
from .messages import Call, Reply
from .practices import columns, fields, filters, languages, paging, sort
from .practices.columns import RowT
from .practices.query.query import Query, parse_query, select_rows
from .practices.rows import Row, StoredRows
from .practices.source_cache import SourceCache
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

    def build_list_reply(self, rows: Sequence[Row], source_cache: SourceCache) -> Reply:
        """Filter, sort, count and page all rows that the caller may see (C1 to C6)."""
        if isinstance(rows, StoredRows):
            matching = self._select_sources(rows, source_cache)
            return Reply(200, rows.with_sources(self._slice_page(matching)), self._count_headers(matching))
        matching = self._sort_rows(self._select_rows(rows, columns.column_reader), columns.column_reader)
        return Reply(200, list(self._slice_page(matching)), self._count_headers(matching))

    def shape_body(self, body: Any) -> Any:
        """Localize and project a document, or each document of a list (C4, C8)."""
        if (self.languages is None and self.projection is None) or self.operation.is_example:
            return body
        return [self._shape_document(row) for row in body] if isinstance(body, list) else self._shape_document(body)

    @property
    def representation(self) -> Hashable:
        """Everything that a row's shape depends on, apart from the row and its operation."""
        return self.languages, self.default_language, self.projection

    def _select_sources(self, rows: StoredRows[Any], source_cache: SourceCache) -> Sequence[Any]:
        """Return the sources of the matching rows, in order."""
        if not self.filters and self.query is None and self.order is None:
            return rows.sources
        ordered = source_cache.find_sources(rows)
        if ordered is None:
            return self._sort_rows(self._select_rows(rows.list_sources(), rows.column_for), rows.column_for)
        if self.order is not None:  # all of them, so that the cache has the order for other queries too
            ordered = ordered.sort(self.order, rows.column_for)
        return self._select_rows(ordered.sources, ordered.cached_columns(rows.column_for))

    def _select_rows(self, rows: Sequence[RowT], column_for: columns.ColumnReaderFactory) -> Sequence[RowT]:
        """Return the matching rows, in order."""
        if self.filters:
            rows = filters.filter_rows(rows, self.filters, column_for=column_for)
        return rows if self.query is None else select_rows(self.query, rows, column_for=column_for)

    def _sort_rows(self, rows: Sequence[RowT], column_for: columns.ColumnReaderFactory) -> Sequence[RowT]:
        return rows if self.order is None else sort.sort_rows(rows, self.order, column_for=column_for)

    def _slice_page(self, rows: Sequence[RowT]) -> Sequence[RowT]:
        return rows if self.page is None else self.page.slice_rows(rows)

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
        view.languages = _parse_languages(declared["Accept-Language"], call, switches)
    elif switches.accept_language_absent == "default" and "Accept-Language" in declared:  # C8
        view.languages = languages.parse_accept_language(default_language)
    return view


def _parse_languages(parameter: Parameter, call: Call, switches: Switches) -> languages.LanguagePreferences | None:
    """Return the languages that a call accepts; BadRequest (C8), also for unsupported ones where the spec says so."""
    header: str = call.header["Accept-Language"]
    preferences = languages.parse_accept_language(header)
    if parameter.is_limited_to_supported and switches.unsupported_language == "reject":
        languages.check_supported(header, call.tenant.state.languages)
    return preferences


def _parse_filters(operation: Operation, call: Call) -> list[filters.Filter]:
    """Return the filters of the parameters that name a field (C18, C18a)."""
    declared = operation.parameters_by_name
    requested = ((path, call.query.get(name), declared[name]) for name, path in operation.filter_paths.items())
    return [filters.Filter(path, value, by.filters_by_part) for path, value, by in requested if value is not None]


def _parse_page(size: Parameter, call: Call, switches: Switches) -> paging.Page:
    default = int(size.default) if size.default else paging.DEFAULT_PAGE_SIZE
    return paging.parse_page(call.query.get("pageSize"), call.query.get("pageNumber"), switches.max_page_size, default)


def _is_count_requested(operation: Operation, call: Call) -> bool:
    """Whether the client requests the number of rows (C2); always if the operation has no parameter for it."""
    declared = operation.parameters_by_name
    if "X-Total-Count" in declared:
        return bool(call.header.get("X-Total-Count"))
    return bool(call.query.get("totalCount")) if "totalCount" in declared else True
