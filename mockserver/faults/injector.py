"""The fault injector: runs a call under the faults that match it, and opens barriers when a call is complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from ..contract.operations import Operation
from ..errors import ClientError
from ..messages import Call, Reply
from ..records.exchange import Exchange
from . import prefer, replies
from .fault import CallerLookup, CallPhase, Fault
from .injected_errors import GatewayError, InjectedError
from .registry import FaultRegistry

CallRunner = Callable[[], Reply]
PREFERENCE_MARK = "Prefer"  # the journal shows it instead of the id of a fault


class CallWatcher(Protocol):
    """What follows the calls of tenants and changes something before or after one of them: running scenarios."""

    def before_call(self, exchange: Exchange, operation: Operation) -> None:
        """Do what is due before a call; ClientError if the call must be refused."""

    def after_call(self, exchange: Exchange) -> None:
        """Do what is due after a call, whose response is known but not yet sent."""


@dataclass(frozen=True, slots=True)
class FaultInjector:
    """Applies the faults of the registry to calls.

    watcher: is told of each call while the registry says that calls are watched.
    find_caller: returns the persona of a call, for faults that match by persona.
    obeys_prefer: whether clients may choose a reply with the header `Prefer`.
    """

    registry: FaultRegistry = field(default_factory=FaultRegistry)
    find_caller: CallerLookup = lambda _: None
    obeys_prefer: bool = False
    watcher: CallWatcher | None = None

    def intercept(self, exchange: Exchange, operation: Operation, run_call: CallRunner) -> Reply:
        """Run a call under the faults that match it, and return the reply; ClientError if it failed."""
        if self.obeys_prefer and "prefer" in exchange.request.headers:
            run_call = self._apply_preference(exchange, operation, run_call)
        if self.registry.is_idle:
            return run_call()
        if self.watcher:
            self.watcher.before_call(exchange, operation)
        faults = self._claim_faults(exchange, operation)
        if not faults:
            return run_call()
        _note_fault(exchange, *(fault.id for fault in faults))
        count_resets = partial(self.registry.count_resets, exchange.tenant)
        return FaultPlan(faults, operation, exchange, count_resets).run_with_faults(run_call)

    def fail_elements(self, exchange: Exchange, operation: Operation, call: Call) -> Call:
        """Return the call with the errors that faults inject for elements of a bulk."""
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
                errors = {index: fault.element_fault.element_error(plan, call.body[index]) for index in positions}
                errors_by_position = errors | errors_by_position  # the earlier fault wins
        exchange.failed_elements = frozenset(errors_by_position)
        return (
            replace(call, element_errors={**call.element_errors, **errors_by_position}) if errors_by_position else call
        )

    def complete_call(self, exchange: Exchange) -> None:
        """Tell the watcher of this call, which is complete, and open the barriers that wait for it."""
        if not self.registry.has_followers or exchange.operation is None:
            return
        if self.watcher:
            self.watcher.after_call(exchange)
        for barrier in (fault.barrier for fault in self.registry.faults if fault.barrier):
            is_opener = barrier.opener.matches_operation(exchange.operation)
            if is_opener and barrier.opener.matches_exchange(exchange, self.find_caller):
                barrier.open()

    def _claim_faults(self, exchange: Exchange, operation: Operation) -> list[Fault]:
        """Return the faults that apply to this call, up to the first that determines the response."""
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
            for fault in self.registry.find_faults(operation, exchange.tenant)
            if fault.matcher.matches_exchange(exchange, self.find_caller)
        )

    def _apply_preference(self, exchange: Exchange, operation: Operation, run_call: CallRunner) -> CallRunner:
        """Return a runner that returns the preferred reply, or `run_call` if the caller has no preference."""
        reply = prefer.find_preferred_reply(operation, exchange)
        if reply is None:
            return run_call

        def reply_as_preferred() -> Reply:
            exchange.is_injected = True
            _note_fault(exchange, PREFERENCE_MARK)
            return _return_or_raise(reply)

        return reply_as_preferred


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """The faults that apply to one call, in order; only the last one may determine the response.

    count_resets: returns how often the call's tenant was reset so far.
    """

    faults: Sequence[Fault]
    operation: Operation
    exchange: Exchange
    count_resets: Callable[[], int]

    def run_with_faults(self, run_call: CallRunner) -> Reply:
        """Run the call, unless a fault prevents it, and return the reply; ClientError if it failed."""
        last_fault = self.faults[-1]
        self._wait_for_faults("before")
        self.exchange.network_fault = last_fault.network_fault
        if not last_fault.hides_own_reply:
            return self._run_call(run_call)
        if last_fault.commit:
            with suppress(ClientError):  # the client never sees the outcome
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
            # What a client sees of a server that cannot break connections.
            raise GatewayError(502, "Response dropped by fault injection.")
        reply = replies.build_reply(self.operation, fault.reply_choice, self.exchange.ids)
        return _return_or_raise(replace(reply, headers={"X-Mock-Hint": f"injected by {fault.id}", **reply.headers}))

    def _wait_for_faults(self, phase: CallPhase) -> None:
        """Hold the call; GatewayError if its tenant was reset meanwhile, since it must not write into the new state."""
        resets_before = self.count_resets()
        for fault in self.faults:
            fault.wait(phase)
        if phase == "before" and self.count_resets() != resets_before:
            self.exchange.is_injected = True
            raise GatewayError(503, "The call was held by a fault when its tenant was reset.")


def _note_fault(exchange: Exchange, *ids: str) -> None:
    exchange.fault = ", ".join([*([exchange.fault] if exchange.fault else []), *ids])


def _return_or_raise(reply: Reply) -> Reply:
    """Return an injected reply; raise it as InjectedError if it has an error status."""
    if reply.status >= 400:
        raise InjectedError(reply.status, reply.body, reply.headers)
    return reply
