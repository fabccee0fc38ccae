"""Which calls a rule is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from ..contract.operations import Operation
from ..records.visit import Exchange

CallerLookup = Callable[[Exchange], str | None]  # whose token a call carries, good or not


@dataclass(frozen=True, slots=True)
class CallMatcher:
    """What a call must be like; what is left out may be anything.

    path: decoded values of the path, by name. headers: values by name in lower case.
    persona: name of the caller, as the journal has it.
    """

    operation_id: str | None = None
    tenant: str | None = None
    path_values: Mapping[str, str] = field(default_factory=dict)
    persona: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def matches_operation(self, operation: Operation) -> bool:
        """Whether calls of this operation can be meant."""
        return (
            self.operation_id in (None, operation.id) and self.path_values.keys() <= operation.parameter_names["path"]
        )

    def matches_exchange(self, exchange: Exchange, find_caller: CallerLookup) -> bool:
        """Whether this call is meant, of an operation that fits."""
        if self.tenant is not None and self.tenant != exchange.tenant:
            return False
        for name, value in self.path_values.items():
            if unquote(exchange.ids[name]) != value:
                return False
        for name, value in self.headers.items():
            if exchange.request.headers.get(name) != value:
                return False
        return self.persona is None or self.persona == find_caller(exchange)
