"""What the handlers of the control plane work on, and what they all read from a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..contract.operations import Operation
from ..errors import ClientError
from ..faults.registry import FaultRegistry
from ..messages import Call
from ..records.store import RecordStore
from ..store.world import Tenant, World
from ..worlds.loading import WorldLibrary


@dataclass(frozen=True, slots=True)
class ControlContext:
    """The simulator from behind.

    operations: those of the simulated API, by id.
    faults: what goes wrong by order.
    worlds: those that a tenant can be seeded with.
    """

    world: World
    records: RecordStore
    operations: Mapping[str, Operation]
    faults: FaultRegistry
    worlds_folder: WorldLibrary

    def resolve_tenant(self, call: Call) -> Tenant:
        """Return the tenant that a call names, or the one that the server is set to."""
        return self.world.tenant(tenant_name(call) or self.world.default_tenant)


class Unprocessable(ClientError):
    """A request of good form that names what does not exist; the message says what does."""

    status = 422
    reason = "Unprocessable Entity"


class UnknownName(ClientError):
    """A snapshot, rule, token or visit that is not there."""

    status = 404
    reason = "Not Found"


def tenant_name(call: Call) -> str | None:
    """Return the tenant that the body names, or the query; None if neither does."""
    in_body = call.body.get("tenant") if isinstance(call.body, dict) else None
    tenant: str | None = in_body or call.query.get("tenant")
    return tenant


def json_object(call: Call) -> dict[str, Any]:
    """Return the object that was sent, an empty one if nothing was."""
    sent: dict[str, Any] = call.body or {}
    return sent
