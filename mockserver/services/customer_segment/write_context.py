"""What all writes of the service share: the segment that must exist, the revision, many writes as one change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ...errors import BadRequest, ClientError, NotFound
from ...practices import mixins, writes
from ...practices.writes import BulkEntry, ElementOutcome
from ...store.clock import format_timestamp
from ...store.state import Revision, State
from ...store.world import Tenant


@dataclass(slots=True)
class WriteContext:
    """What all writes of one call share: the tenant, and the moment, as revisions have it."""

    tenant: Tenant
    now: str

    @classmethod
    def start(cls, tenant: Tenant) -> Self:
        """Begin to write, now."""
        return cls(tenant, format_timestamp(tenant.clock.now()))

    def next_revision(self, state: State, old: Revision | None, body: Mapping[str, Any]) -> Revision:
        """Return the revision after a write; BadRequest for mixins that do not fit (D12), Stale for a version (D3)."""
        mixins.check_mixins(body, state.mixin_schemas, self.tenant.switches.unknown_mixin)
        return writes.next_revision(old, body, self.now)


WriteStep = Callable[[WriteContext, State, Any], tuple[State, ElementOutcome]]


def write_many(
    tenant: Tenant,
    elements: Sequence[Any],
    element_errors: Mapping[int, ClientError],
    step: WriteStep,
    element_id: Callable[[Any], str | None] = lambda _: None,
) -> list[BulkEntry]:
    """Carry out many writes as one change of the state, each on what the ones before it have left (E1, E5).

    step: from state and element to the next state, 201 or 204, and the id for entries that have one.
    name: the id that an element gives itself, for the entry of one that fails.
    """

    def rule(state: State) -> tuple[State, list[BulkEntry]]:
        write = WriteContext.start(tenant)

        def act(element: Any) -> ElementOutcome:
            nonlocal state
            state, outcome = step(write, state, element)
            return outcome

        bulk_entries = run_writes(tenant, elements, element_errors, act, element_id)
        return state, bulk_entries

    return tenant.change(rule)


def run_writes(
    tenant: Tenant,
    elements: Sequence[Any],
    element_errors: Mapping[int, ClientError],
    handle_element: Callable[[Any], ElementOutcome],
    element_id: Callable[[Any], str | None] = lambda _: None,
) -> list[BulkEntry]:
    """Carry out many writes, and return their entries, which count from where the switch says (E3)."""
    return writes.run_bulk(elements, element_errors, handle_element, int(tenant.switches.bulk_index_base), element_id)


def upsert_status(*, created: bool) -> int:
    """Return the status of an upsert (D2)."""
    return 201 if created else 204


def mixin_urls(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the schema URLs that a body gives for its mixins, if any."""
    urls: Mapping[str, Any] | None = body.get("metadata", {}).get("mixins")
    return urls


def check_segment_exists(state: State, segment_id: str) -> None:
    """Refuse an assignment to a segment that does not exist (D6)."""
    if segment_id not in state.segments:
        raise BadRequest(
            field="segmentId", error_type="reference", detail="There is no segment with this id.", rule="D6"
        )


def check_removal(tenant: Tenant, existing: object | None, id_: str) -> None:
    """Refuse to remove what is not there, if the switch says so (D9)."""
    if existing is None and tenant.switches.delete_missing == "404":
        raise NotFound(id_, rule="D9")
