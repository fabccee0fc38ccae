"""Which calls a rule is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from ..contract.operations import Operation
from ..records.visit import Visit

Holder = Callable[[Visit], str | None]  # whose token a call carries, good or not


@dataclass(frozen=True, slots=True)
class Match:
    """What a call must be like; what is left out may be anything.

    path: decoded values of the path, by name. headers: values by name in lower case.
    persona: name of the caller, as the journal has it.
    """

    operation: str | None = None
    tenant: str | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    persona: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def fits(self, operation: Operation) -> bool:
        """Whether calls of this operation can be meant."""
        return self.operation in (None, operation.id) and self.path.keys() <= operation.names["path"]

    def holds(self, visit: Visit, holder: Holder) -> bool:
        """Whether this call is meant, of an operation that fits."""
        if self.tenant is not None and self.tenant != visit.tenant:
            return False
        for name, value in self.path.items():
            if unquote(visit.ids[name]) != value:
                return False
        for name, value in self.headers.items():
            if visit.request.headers.get(name) != value:
                return False
        return self.persona is None or self.persona == holder(visit)
