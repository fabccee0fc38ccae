"""What all writes of the service share: the segment that must exist, the revision, many writes as one change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ...clock import timestamp
from ...errors import BadRequest, ClientError, NotFound
from ...practices import bulk, mixins, upsert
from ...practices.bulk import Entry, Outcome
from ...state import Revision, State
from ...world import Tenant


@dataclass(frozen=True, slots=True)
class Write:
    """What all writes of one call share: the tenant, and the moment, as revisions have it."""

    tenant: Tenant
    now: str

    @classmethod
    def to(cls, tenant: Tenant) -> Self:
        """Begin to write, now."""
        return cls(tenant, timestamp(tenant.clock.now()))

    def revised(self, state: State, old: Revision | None, body: Mapping[str, Any]) -> Revision:
        """Return the revision after a write; BadRequest for mixins that do not fit (D12), Stale for a version (D3)."""
        mixins.check(body, state.mixin_schemas, self.tenant.behaviour.unknown_mixin)
        return upsert.revised(old, body, self.now)


Step = Callable[[Write, State, Any], tuple[State, Outcome]]


def many(
    tenant: Tenant,
    elements: Sequence[Any],
    problems: Mapping[int, ClientError],
    step: Step,
    name: Callable[[Any], str | None] = lambda _: None,
) -> list[Entry]:
    """Carry out many writes as one change of the state, each on what the ones before it have left (E1, E5).

    step: from state and element to the next state, 201 or 204, and the id for entries that have one.
    name: the id that an element gives itself, for the entry of one that fails.
    """

    def rule(state: State) -> tuple[State, list[Entry]]:
        write = Write.to(tenant)

        def act(element: Any) -> Outcome:
            nonlocal state
            state, outcome = step(write, state, element)
            return outcome

        told = entries(tenant, elements, problems, act, name)
        return state, told

    return tenant.change(rule)


def entries(
    tenant: Tenant,
    elements: Sequence[Any],
    problems: Mapping[int, ClientError],
    act: Callable[[Any], Outcome],
    name: Callable[[Any], str | None] = lambda _: None,
) -> list[Entry]:
    """Carry out many writes, and return their entries, which count from where the switch says (E3)."""
    return bulk.carried_out(elements, problems, act, int(tenant.behaviour.bulk_index_base), name)


def code(*, created: bool) -> int:
    """Return the status of an upsert (D2)."""
    return 201 if created else 204


def mixin_urls(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the schema URLs that a body gives for its mixins, if any."""
    urls: Mapping[str, Any] | None = body.get("metadata", {}).get("mixins")
    return urls


def check_segment(state: State, segment_id: str) -> None:
    """Refuse an assignment to a segment that does not exist (D6)."""
    if segment_id not in state.segments:
        raise BadRequest(field="segmentId", kind="reference", detail="There is no segment with this id.", rule="D6")


def check_removal(tenant: Tenant, found: object | None, id_: str) -> None:
    """Refuse to remove what is not there, if the switch says so (D9)."""
    if found is None and tenant.behaviour.delete_missing == "404":
        raise NotFound(id_, rule="D9")
