"""What the rules that a call has met make of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..contract.operations import Operation
from ..errors import ClientError, GatewayError, InjectedError
from ..messages import Reply
from ..records.visit import Visit
from . import replies
from .barriers import At
from .rules import Rule

Work = Callable[[], Reply]


@dataclass(frozen=True, slots=True)
class Order:
    """The rules that are applied to one call, in order; only the last of them may settle the answer.

    resets: tells how often the call's tenant was reset so far.
    """

    rules: Sequence[Rule]
    operation: Operation
    visit: Visit
    resets: Callable[[], int]

    def carried_out(self, work: Work) -> Reply:
        """Carry out the call, or not, and return the answer that it shall have; ClientError if it is a failure."""
        last = self.rules[-1]
        self._hold("before")
        self.visit.network_fault = last.network_fault
        if not last.replaces:
            return self._own(work)
        if last.commit:
            with suppress(ClientError):  # whatever became of it, the client does not hear of it
                work()
        self._hold("after")
        return self._replaced(last)

    def _own(self, work: Work) -> Reply:
        try:
            return work()
        finally:
            self._hold("after")

    def _replaced(self, rule: Rule) -> Reply:
        self.visit.injected = True
        if rule.wanted is None:
            raise GatewayError(
                502, "Response dropped by fault injection."
            )  # for a server that cannot break connections
        found = replies.reply(self.operation, rule.wanted, self.visit.ids)
        return sent(found._replace(headers={"X-Mock-Hint": f"injected by {rule.id}", **found.headers}))

    def _hold(self, at: At) -> None:
        """Let the call wait; after a reset it must not write into the new state what was meant for the old one."""
        resets = self.resets()
        for rule in self.rules:
            rule.hold(at)
        if at == "before" and self.resets() != resets:
            self.visit.injected = True
            raise GatewayError(503, "The call was held by a fault when its tenant was reset.")


def sent(reply: Reply) -> Reply:
    """Return an injected reply, or raise it if it is a failure."""
    if reply.status >= 400:
        raise InjectedError(reply.status, reply.body, reply.headers)
    return reply
