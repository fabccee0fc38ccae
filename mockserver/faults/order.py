"""What the rules that a call has met make of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..contract.operations import Operation
from ..errors import ClientError, GatewayError, InjectedError
from ..messages import Reply
from ..records.visit import Exchange
from . import replies
from .barriers import CallPhase
from .rules import Fault

CallRunner = Callable[[], Reply]


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """The rules that are applied to one call, in order; only the last of them may settle the answer.

    resets: tells how often the call's tenant was reset so far.
    """

    faults: Sequence[Fault]
    operation: Operation
    exchange: Exchange
    count_resets: Callable[[], int]

    def run_with_faults(self, run_call: CallRunner) -> Reply:
        """Carry out the call, or not, and return the answer that it shall have; ClientError if it is a failure."""
        last_fault = self.faults[-1]
        self._wait_for_faults("before")
        self.exchange.network_fault = last_fault.network_fault
        if not last_fault.hides_own_reply:
            return self._run_call(run_call)
        if last_fault.commit:
            with suppress(ClientError):  # whatever became of it, the client does not hear of it
                run_call()
        self._wait_for_faults("after")
        return self._replacement_reply(last_fault)

    def _run_call(self, run_call: CallRunner) -> Reply:
        try:
            return run_call()
        finally:
            self._wait_for_faults("after")

    def _replacement_reply(self, fault: Fault) -> Reply:
        self.exchange.is_injected = True
        if fault.reply_choice is None:
            raise GatewayError(
                502, "Response dropped by fault injection."
            )  # for a server that cannot break connections
        reply = replies.build_reply(self.operation, fault.reply_choice, self.exchange.ids)
        return reply_or_raise(reply._replace(headers={"X-Mock-Hint": f"injected by {fault.id}", **reply.headers}))

    def _wait_for_faults(self, phase: CallPhase) -> None:
        """Let the call wait; after a reset it must not write into the new state what was meant for the old one."""
        resets_before = self.count_resets()
        for fault in self.faults:
            fault.wait(phase)
        if phase == "before" and self.count_resets() != resets_before:
            self.exchange.is_injected = True
            raise GatewayError(503, "The call was held by a fault when its tenant was reset.")


def reply_or_raise(reply: Reply) -> Reply:
    """Return an injected reply, or raise it if it is a failure."""
    if reply.status >= 400:
        raise InjectedError(reply.status, reply.body, reply.headers)
    return reply
