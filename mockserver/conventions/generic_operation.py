"""One operation on a generic collection: what its path names, and what its replies show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..contract.operations import Operation
from ..errors import BadRequest, Conflict
from ..messages import Call, Reply
from ..store.collection import Row
from ..store.state import State
from .declared_replies import ReplyShape, RowPresenter
from .generic_rows import GenericRows, Parts
from .row_filters import RowFilter

CREATED = 201


@dataclass(frozen=True, slots=True)
class GenericOperation:
    """One operation on a generic collection.

    ids: the field of the key by the path parameter that has its value.
    replies: what a success shows, by status. filters: by parameter. index_base: of bulk entries; None for the setting.
    """

    operation: Operation
    rows: GenericRows
    presenter: RowPresenter
    ids: Mapping[str, str]
    replies: Mapping[int, ReplyShape]
    filters: Mapping[str, RowFilter] = field(default_factory=dict)
    index_base: int | None = None

    def read_ids(self, call: Call) -> dict[str, str]:
        """Return the fields of the key that the path has."""
        return {name: call.path[parameter] for parameter, name in self.ids.items()}

    def parts(self, call: Call) -> Parts:
        """Return the key that the path has, as far as it goes."""
        given = self.read_ids(call)
        return tuple(given[name] for name in self.rows.collection.key_fields if name in given)

    def declares(self, status: int) -> bool:
        """Whether the operation declares a status."""
        return status in self.operation.reply_validators

    @property
    def created_status(self) -> int:
        """The status of a reply to a write that created a row."""
        return CREATED if CREATED in self.replies else min(self.replies)

    def build_reply(self, status: int, row: Row) -> Reply:
        """Return the reply with this status to a write that left this row."""
        return self.replies[status].build_reply(self.presenter.present(row), self.rows.collection.key_fields[-1])

    def present(self, row: Row) -> Row:
        """Return a row as a document."""
        return self.presenter.present(row)

    def change(self, call: Call, rule: Callable[[State], tuple[State, Row]]) -> Row:
        """Run a rule that leaves a row; a conflict is a 400 where the operation declares no 409."""
        try:
            return call.tenant.change(rule)
        except Conflict as error:
            if self.declares(409):
                raise
            raise BadRequest(error_type="conflict", detail=error.message, rule=error.rule) from None
