"""The context that all handlers of the control plane share, and helpers that read their calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..contract.operations import Operation
from ..errors import ClientError
from ..faults.registry import FaultRegistry
from ..messages import Call
from ..records.store import RecordStore, TenantRecord
from ..scenarios.director import ScenarioDirector
from ..simulations.simulation_registry import SimulationRegistry
from ..store.tenant import Tenant
from ..store.world import World
from ..tls.certificates import Certificates
from ..worlds.loading import WorldLibrary

if TYPE_CHECKING:  # worlds that are shipped have no file; the recording reads calls with the helpers below
    from ..worlds.world_file import WorldFile
    from .requests.recording import Recording


@dataclass(frozen=True, slots=True)
class ControlContext:
    """The parts of the simulator that handlers inspect and change.

    operations: of the simulated API, by id.
    recording: what changed here, for scripts that repeat the journal.
    worlds: the worlds that a tenant can be seeded with.
    certificates: of the server, for HTTPS. is_tls: whether its port speaks HTTPS.
    world_file: the file of the world; None if a shipped one is served.
    simulations: all worlds of the server; the other parts belong to the one that the call names.
    """

    world: World
    recording: Recording
    records: RecordStore
    operations: Mapping[str, Operation]
    faults: FaultRegistry
    worlds: WorldLibrary
    certificates: Certificates
    is_tls: bool
    scenarios: ScenarioDirector
    simulations: SimulationRegistry
    world_file: WorldFile | None = None

    def resolve_tenant(self, call: Call) -> Tenant:
        """Return the tenant that a call names, or the default tenant."""
        return self.world.tenant(tenant_name(call) or self.world.default_tenant)

    @property
    def world_name(self) -> str:
        """The name of the world that the call is about; empty for that of requests without a world."""
        own = (simulation.name for simulation in self.simulations.list_named() if simulation.records is self.records)
        return next(own, "")

    def list_covered_records(self, tenant: str | None) -> list[TenantRecord]:
        """Return the records whose coverage counts for a tenant, or for all: without a world, those of all worlds."""
        is_default = self.records is self.simulations.default.records
        stores = [simulation.records for simulation in self.simulations.list_all()] if is_default else [self.records]
        return [record for store in stores for record in store.list_records(tenant)]


class Unprocessable(ClientError):
    """A well-formed request for something that does not exist; the message says what does."""

    status = 422
    reason = "Unprocessable Entity"


class UnknownName(ClientError):
    """An unknown snapshot, tenant, fault, token or request."""

    status = 404
    reason = "Not Found"


def tenant_name(call: Call) -> str | None:
    """Return the tenant that the body or the query names; None if neither does."""
    body_tenant = call.body.get("tenant") if isinstance(call.body, dict) else None
    tenant: str | None = body_tenant or call.query.get("tenant")
    return tenant


def json_object(call: Call) -> dict[str, Any]:
    """Return the JSON object in the body, or an empty one without a body."""
    body: dict[str, Any] = call.body or {}
    return body


def tenant_facts(tenant: Tenant) -> dict[str, Any]:
    """Return the facts about a tenant that replies about its state have in common."""
    return {"tenant": tenant.name, "world": tenant.seed.name, "version": tenant.version}
