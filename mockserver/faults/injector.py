"""The place of faults in the life of a request: around the call, in the elements of a bulk, and when all is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from ..contract.operations import Operation
from ..errors import ClientError, GatewayError, InjectedError
from ..messages import Call, Reply
from ..records.exchange import Exchange
from . import prefer, replies
from .fault import CallerLookup, CallPhase, Fault
from .registry import FaultRegistry

PREFERENCE_MARK = "Prefer"  # what the journal has in place of a rule's id


@dataclass(frozen=True, slots=True)
class FaultInjector:
    """The fault injector.

    holder: whose token a call carries. obeys: whether clients may wish for a reply by the header Prefer.
    """

    registry: FaultRegistry = field(default_factory=FaultRegistry)
    find_caller: CallerLookup = lambda _: None
    obeys_prefer: bool = False

    def intercept(self, exchange: Exchange, operation: Operation, run_call: CallRunner) -> Reply:
        """Return the answer to a call: what the work makes it, unless a rule or the caller wants another one."""
        if self.obeys_prefer and "prefer" in exchange.request.headers:
            run_call = self._apply_preference(exchange, operation, run_call)
        faults = self._claim_faults(exchange, operation) if self.registry.faults else None
        if not faults:
            return run_call()
        _note_fault(exchange, *(fault.id for fault in faults))
        return FaultPlan(
            faults, operation, exchange, partial(self.registry.count_resets, exchange.tenant)
        ).run_with_faults(run_call)

    def fail_elements(self, exchange: Exchange, operation: Operation, call: Call) -> Call:
        """Return the call with the problems that rules make for elements of a bulk."""
        plan = operation.body_plan
        if not (self.registry.faults and plan and operation.is_bulk and call.tenant_or_none):
            return call
        index_base, errors_by_position = int(call.tenant.switches.bulk_index_base), dict[int, ClientError]()
        for fault in self._matching_faults(exchange, operation):
            if fault.element_fault is None:
                continue
            positions = fault.element_fault.find_positions(plan, call.body, index_base)
            if positions and fault.claim_call():
                _note_fault(exchange, fault.id)
                errors_by_position = {
                    at: fault.element_fault.element_error(plan, call.body[at]) for at in positions
                } | errors_by_position  # the first rule wins
        exchange.failed_elements = frozenset(errors_by_position)
        return (
            call._replace(element_errors={**call.element_errors, **errors_by_position}) if errors_by_position else call
        )

    def complete_call(self, exchange: Exchange) -> None:
        """Open the barriers that wait for this call, which is through."""
        if not self.registry.has_barriers or exchange.operation is None:
            return
        for fault in self.registry.faults:
            opener = fault.barrier and fault.barrier.opener
            if (
                fault.barrier
                and opener
                and opener.matches_operation(exchange.operation)
                and opener.matches_exchange(exchange, self.find_caller)
            ):
                fault.barrier.open()

    def _claim_faults(self, exchange: Exchange, operation: Operation) -> list[Fault]:
        """Claim the rules that this call meets, up to the first that settles the answer."""
        claimed_faults = []
        for fault in self._matching_faults(exchange, operation):
            if fault.element_fault is None and fault.claim_call():
                claimed_faults.append(fault)
                if fault.is_final:
                    break
        return claimed_faults

    def _matching_faults(self, exchange: Exchange, operation: Operation) -> Iterator[Fault]:
        return (
            fault
            for fault in self.registry.find_faults(operation)
            if fault.matcher.matches_exchange(exchange, self.find_caller)
        )

    def _apply_preference(self, exchange: Exchange, operation: Operation, run_call: CallRunner) -> CallRunner:
        """Return the work that gives the caller what it wishes for, or the same work if that is nothing of ours."""
        reply = prefer.find_preferred_reply(operation, exchange)
        if reply is None:
            return run_call

        def reply_as_preferred() -> Reply:
            exchange.is_injected = True
            _note_fault(exchange, PREFERENCE_MARK)
            return reply_or_raise(reply)

        return reply_as_preferred


def _note_fault(exchange: Exchange, *ids: str) -> None:
    exchange.fault = ", ".join([*([exchange.fault] if exchange.fault else []), *ids])


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
