"""Which segments a caller may see: all of them with `segment_read`, one's own ACTIVE ones with `segment_read_own`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from ...access import READ_SEGMENTS, Principal
from ...domain.own_segments import find_joined_segment_ids, list_own_assignments
from ...domain.segment_activity import is_active_segment
from ...errors import ClientError, Forbidden, NotFound
from ...store.state import CustomerAssignment, State
from ...store.tenant import Tenant


@dataclass(slots=True)
class Viewer:
    """A caller who reads segments and assignments; one call reads all of them from one state.

    requested_entity_id: the legal entity in the query, if any (A12).
    """

    tenant: Tenant
    state: State
    principal: Principal
    requested_entity_id: str | None = None

    @property
    def sees_everything(self) -> bool:
        """Whether the caller has `segment_read` (A7); `segment_read_own` changes nothing then (A9)."""
        return READ_SEGMENTS in self.principal.scopes

    def sees_segment(self, segment_id: str) -> bool:
        """Whether this segment exists for the caller (A7, A8)."""
        return segment_id in (self.state.segments if self.sees_everything else self.own_segment_ids())

    def own_segment_ids(self) -> list[str]:
        """Return the ids of the ACTIVE segments that the customer belongs to, in order (A8)."""
        now, switches = self.tenant.clock.now(), self.tenant.switches
        ids = sorted(self.joined_segment_ids())
        return [id_ for id_ in ids if is_active_segment(self.state, id_, now, switches)]

    def joined_segment_ids(self) -> set[str]:
        """Return the ids of the segments that the customer belongs to, as a customer or by an IAM group (A8b)."""
        return find_joined_segment_ids(self.state, self.principal.customer_id, self._acting_entity_id())

    def active_segment_ids(self) -> list[str]:
        """Return the ids of all active segments of the tenant, in order."""
        now, switches = self.tenant.clock.now(), self.tenant.switches
        return [id_ for id_ in self.state.segments if is_active_segment(self.state, id_, now, switches)]

    def own_assignments(self) -> list[CustomerAssignment]:
        """Return the customer's assignments for the legal entity of the call, and those without one (A12)."""
        return list_own_assignments(self.state, self.principal.customer_id, self._acting_entity_id())

    def as_customer(self, customer_id: str) -> Self:
        """Return a viewer that is this customer, whose token is bound to no legal entity (A7)."""
        return replace(self, principal=Principal(frozenset(), customer_id=customer_id))

    def hidden_error(self, id_: str) -> ClientError:
        """Return the error for something that exists but is not visible to this customer (A11)."""
        if self.tenant.switches.foreign_segment == "403":
            return Forbidden(hint="not an ACTIVE segment of this customer", rule="A11")
        return NotFound(id_, rule="A11")

    def _acting_entity_id(self) -> str | None:
        """Return the legal entity that the customer acts for, None for all of them (A12)."""
        if self.principal.legal_entity_id is not None:
            return self.principal.legal_entity_id
        own_entity_ids = self.state.customers.get(self.principal.customer_id or "", {}).get("legalEntities", ())
        requested_id = self.requested_entity_id
        return requested_id if len(own_entity_ids) > 1 and requested_id in own_entity_ids else None


def is_segment_of_site(state: State, segment_id: str, site_code: str | None) -> bool:
    """Whether a segment belongs to a site; None stands for any site (C13)."""
    return site_code is None or (state.segments.get(segment_id) or {}).get("siteCode") == site_code
