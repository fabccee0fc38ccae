"""The place of faults in the life of a request: around the call, in the elements of a bulk, and when all is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from ..contract.operations import Operation
from ..errors import ClientError
from ..messages import Call, Reply
from ..records.visit import Visit
from . import prefer
from .matching import Holder
from .order import Order, Work, sent
from .registry import Registry
from .rules import Rule

BY_PREFERENCE = "Prefer"  # what the journal has in place of a rule's id


@dataclass(frozen=True, slots=True)
class Faults:
    """The fault injector.

    holder: whose token a call carries. obeys: whether clients may wish for a reply by the header Prefer.
    """

    registry: Registry = field(default_factory=Registry)
    holder: Holder = lambda _: None
    obeys: bool = False

    def around(self, visit: Visit, operation: Operation, work: Work) -> Reply:
        """Return the answer to a call: what the work makes it, unless a rule or the caller wants another one."""
        if self.obeys and "prefer" in visit.request.headers:
            work = self._wished(visit, operation, work)
        rules = self._applied(visit, operation) if self.registry.rules else None
        if not rules:
            return work()
        _note(visit, *(rule.id for rule in rules))
        return Order(rules, operation, visit, partial(self.registry.resets, visit.tenant)).carried_out(work)

    def spoilt(self, visit: Visit, operation: Operation, call: Call) -> Call:
        """Return the call with the problems that rules make for elements of a bulk."""
        plan = operation.body
        if not (self.registry.rules and plan and operation.is_bulk and call.tenant_or_none):
            return call
        base, ordered = int(call.tenant.behaviour.bulk_index_base), dict[int, ClientError]()
        for rule in self._meant(visit, operation):
            if rule.item is None:
                continue
            places = rule.item.places(plan, call.body, base)
            if places and rule.claim():
                _note(visit, rule.id)
                ordered = {at: rule.item.failure(plan, call.body[at]) for at in places} | ordered  # the first rule wins
        visit.spoilt = frozenset(ordered)
        return call._replace(problems={**call.problems, **ordered}) if ordered else call

    def passed(self, visit: Visit) -> None:
        """Open the barriers that wait for this call, which is through."""
        if not self.registry.has_barriers or visit.operation is None:
            return
        for rule in self.registry.rules:
            until = rule.barrier and rule.barrier.until
            if rule.barrier and until and until.fits(visit.operation) and until.holds(visit, self.holder):
                rule.barrier.open()

    def _applied(self, visit: Visit, operation: Operation) -> list[Rule]:
        """Claim the rules that this call meets, up to the first that settles the answer."""
        applied = []
        for rule in self._meant(visit, operation):
            if rule.item is None and rule.claim():
                applied.append(rule)
                if rule.settles:
                    break
        return applied

    def _meant(self, visit: Visit, operation: Operation) -> Iterator[Rule]:
        return (rule for rule in self.registry.fitting(operation) if rule.match.holds(visit, self.holder))

    def _wished(self, visit: Visit, operation: Operation, work: Work) -> Work:
        """Return the work that gives the caller what it wishes for, or the same work if that is nothing of ours."""
        found = prefer.reply(operation, visit)
        if found is None:
            return work

        def instead() -> Reply:
            visit.injected = True
            _note(visit, BY_PREFERENCE)
            return sent(found)

        return instead


def _note(visit: Visit, *ids: str) -> None:
    visit.fault = ", ".join([*([visit.fault] if visit.fault else []), *ids])
