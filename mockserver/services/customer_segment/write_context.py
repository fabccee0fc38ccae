"""What all writes of the service share: revisions, checks of segments, and bulks as one change of the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from ...errors import BadRequest, ClientError, NotFound
from ...practices import mixins, writes
from ...practices.writes import BulkEntry, ElementOutcome
from ...store.clock import format_timestamp
from ...store.state import Revision, State
from ...store.tenant import Tenant


@dataclass(slots=True)
class WriteContext:
    """What all writes of one call share.

    now: the time, as revisions have it.
    mixin_schemas: those of the state, by URL; no write changes them.
    made_revisions: the revisions before and after a write, by the identity of the one before.
    """

    tenant: Tenant
    now: str
    mixin_schemas: Mapping[str, str]
    made_revisions: dict[int, tuple[Revision | None, Revision]] = field(default_factory=dict)

    @classmethod
    def start(cls, tenant: Tenant, state: State) -> Self:
        """Return the context of a call that writes to this state now."""
        return cls(tenant, format_timestamp(tenant.clock.now()), state.mixin_schemas)

    def next_revision(self, old: Revision | None, body: Mapping[str, Any]) -> Revision:
        """Return the revision after a write; BadRequest for invalid mixins (D12), StaleVersion (D3).

        Documents that had the same revision share the next one, which saves time and memory in a bulk.
        """
        mixins.check_mixins(body, self.mixin_schemas, self.tenant.switches.unknown_mixin)
        writes.check_version(old, body)
        pair = self.made_revisions.get(id(old))
        if pair is None:
            pair = self.made_revisions[id(old)] = old, writes.next_revision(old, self.now)
        return pair[1]


WriteStep = Callable[[WriteContext, State, Any], tuple[State, ElementOutcome]]


def write_many(
    tenant: Tenant,
    elements: Sequence[Any],
    element_errors: Mapping[int, ClientError],
    step: WriteStep,
    element_id: Callable[[Any], str | None] = lambda _: None,
) -> list[BulkEntry]:
    """Run many writes as one change of the state, each on the state that the earlier ones returned (E1, E5).

    step: takes the context, the state and an element; returns the next state and the outcome of the element.
    element_id: returns the id in an element, for the entry of an element that fails.
    """

    def rule(state: State) -> tuple[State, list[BulkEntry]]:
        write = WriteContext.start(tenant, state)

        def write_element(element: Any) -> ElementOutcome:
            nonlocal state
            state, outcome = step(write, state, element)
            return outcome

        entries = run_writes(tenant, elements, element_errors, write_element, element_id)
        return state, entries

    return tenant.change(rule)


def run_writes(
    tenant: Tenant,
    elements: Sequence[Any],
    element_errors: Mapping[int, ClientError],
    write_element: Callable[[Any], ElementOutcome],
    element_id: Callable[[Any], str | None] = lambda _: None,
) -> list[BulkEntry]:
    """Run many writes and return an entry for each; the switch says whether `index` counts from 0 or 1 (E3)."""
    return writes.run_bulk(elements, element_errors, write_element, int(tenant.switches.bulk_index_base), element_id)


def upsert_status(*, created: bool) -> int:
    """Return the status of an upsert (D2)."""
    return 201 if created else 204


def check_segment_exists(state: State, segment_id: str) -> None:
    """Raise BadRequest unless the segment exists (D6)."""
    if segment_id not in state.segments:
        raise BadRequest(field="segmentId", error_type="reference", detail="No segment has this id.", rule="D6")


def check_removal(tenant: Tenant, existing: object | None, id_: str) -> None:
    """Raise NotFound for a removal of something that does not exist, if the switch says so (D9)."""
    if existing is None and tenant.switches.delete_missing == "404":
        raise NotFound(id_, rule="D9")
