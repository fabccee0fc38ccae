"""Who made a call: the persona, and the customer whose token it was."""

from __future__ import annotations

from ..records.exchange import JournalEntry
from ..simulations.simulation_registry import Simulation


class CallerNames:
    """Names the callers in one world; customers have the names of its present state."""

    def __init__(self, simulation: Simulation) -> None:
        self._world = simulation.world
        self._tenants = set(self._world.tenant_names)
        self._known: dict[tuple[str | None, str], str] = {}

    def name_customer(self, entry: JournalEntry) -> str:
        """Return first and last name of the customer who called; "" for anybody else."""
        customer_id = entry.principal.customer_id if entry.principal else None
        if customer_id is None or entry.tenant not in self._tenants:
            return ""
        key = entry.tenant, customer_id
        if key not in self._known:
            customer = self._world.tenant(entry.tenant).state.customers.get(customer_id, {})
            parts = (customer.get("firstName"), customer.get("lastName"))
            self._known[key] = " ".join(part for part in parts if part)
        return self._known[key]

    def describe_caller(self, entry: JournalEntry) -> str:
        """Return the persona with the name of its customer; "" for nobody."""
        persona = entry.principal.name if entry.principal else ""
        return f"{persona} {self.name_customer(entry)}".strip()
