"""A scenario that one tenant plays: which calls it saw, and which of its steps ran."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from time import time
from typing import Any
from urllib.parse import unquote

from ..access import bearer_token
from ..contract.operations import Operation
from ..errors import BadRequest, InvalidToken
from ..faults.fault import CallPhase
from ..faults.replies import Unsatisfiable
from ..records.exchange import Exchange
from ..settings import Strictness, Switches
from ..store.clock import AdjustableClock, format_timestamp, parse_timestamp
from ..store.history import PRESENT, Cause
from ..store.state import State
from ..store.tenant import Seed, Tenant, apply_settings
from .row_changes import RowMistakes, change_rows, read_change
from .scenario import CALLER, Definition, Scenario, fill_placeholders
from .scenario_reading import ALL_FAULTS
from .scenario_stage import ScenarioStage
from .start_plan import StartPlan, build_scenario_faults
from .step_progress import StepProgress


@dataclass(slots=True, eq=False)
class ScenarioRun:
    """A scenario in a tenant; one call at a time runs steps, so each step runs once, at the call that has its number.

    previous_seed: what the tenant gets back at the end.
    start_state: the rows that the scenario began with.
    """

    scenario: Scenario
    tenant: Tenant
    stage: ScenarioStage
    previous_seed: Seed
    start_state: State
    started_at: datetime = field(init=False)
    is_over: bool = False
    _steps: list[StepProgress] = field(default_factory=list)
    _has_waiting_steps: bool = False
    _withdrawn_tokens: list[str] = field(default_factory=list)
    _has_own_clock: bool = False
    _previous_settings: tuple[Switches, Strictness] = field(init=False)
    _lock: RLock = field(default_factory=RLock)

    def begin(self, plan: StartPlan, *, keeps_rows: bool = False) -> None:
        """Start the scenario.

        keeps_rows: whether the tenant keeps its rows, because a reset chose them.
        """
        with self._lock:
            self.tenant.hold()
            self._previous_settings = self.tenant.switches, self.tenant.strictness
            if plan.seed is not None:
                self.stage.world.use_seed(self.tenant, plan.seed)
            if keeps_rows:
                self.start_state = self.tenant.state
            self._begin_again(keeps_rows=keeps_rows)
            self._run_due_steps(None)

    def end(self) -> None:
        """End the scenario: no step runs any more, and all is as before, except the rows."""
        with self._lock:
            self.is_over = True
            self._has_waiting_steps = False
            self._undo_overrides()
            if self.tenant.seed is not self.previous_seed:
                self.stage.world.use_seed(self.tenant, self.previous_seed)

    def before_call(self, exchange: Exchange, operation: Operation) -> None:
        """Run the steps that are due before a call."""
        if self._has_waiting_steps:
            with self._lock:
                self._run_due_steps(exchange)
                if self._has_waiting_steps and self._is_admitted(exchange, operation):
                    self._count_call("before", exchange, operation)

    def after_call(self, exchange: Exchange) -> None:
        """Run the steps that are due after a call; one that failed does not count."""
        if self._has_waiting_steps and exchange.operation and exchange.status < 400 and not exchange.is_injected:
            with self._lock:
                if not self.is_over:
                    self._count_call("after", exchange, exchange.operation)

    def run_timed_steps(self) -> None:
        """Run the steps whose time has come, after the clock was changed."""
        with self._lock:
            self._run_due_steps(None)

    def list_progress(self) -> list[dict[str, Any]]:
        """Return how far each step is."""
        with self._lock:
            return [progress.to_json() for progress in self._steps]

    def list_earlier_steps(self, request_id: str) -> list[str]:
        """Return the sentences of the steps that ran at earlier requests."""
        done = (progress for progress in self._steps if progress.state == "done" and progress.request_id)
        return [
            f"{progress.step.title} (at the earlier request {progress.request_id})"
            for progress in done
            if progress.request_id < request_id
        ]

    def _begin_again(self, *, keeps_rows: bool = False) -> None:
        self._undo_overrides()
        definition, clock = self.scenario.definition, self.tenant.clock
        if not keeps_rows:
            with self._being_the_cause():
                self.tenant.reset(self.start_state)
        if "clock" in definition:
            self._has_own_clock = True
            _set_clock(clock, definition["clock"])
        apply_settings(self.tenant, definition.get("switches", {}))
        self.stage.faults.add_scenario_faults(self._build_faults(self.scenario.list_faults()))
        self._steps = [StepProgress(step) for step in self.scenario.steps]
        self._has_waiting_steps = bool(self._steps)
        self.started_at = clock.now()

    def _undo_overrides(self) -> None:
        """Undo what the scenario changed, except the rows and the seed."""
        name, tenant = self.scenario.name, self.tenant
        self.stage.faults.remove_faults(lambda fault: fault.scenario == name and fault.matcher.tenant == tenant.name)
        for token in self._withdrawn_tokens:
            self.stage.world.tokens.reinstate(token, tenant.name)
        self._withdrawn_tokens = []
        if self._has_own_clock:
            tenant.clock.resume()
            self._has_own_clock = False
        switches, strictness = self._previous_settings
        values = {"contract": strictness} | {name: getattr(switches, name) for name in Switches.__slots__}
        apply_settings(tenant, {key: values[key] for key in self.scenario.definition.get("switches", ())})

    def _is_admitted(self, exchange: Exchange, operation: Operation) -> bool:
        """Whether the token of a call, if it needs one, is valid; others do not count, so a 401 changes no number."""
        if not (self.stage.is_auth_on and operation.takes_token and operation.needs_token):
            return True
        try:
            header = exchange.request.headers.get("authorization")
            self.stage.world.tokens.authenticate(header, self.tenant.name, self.tenant.clock.now)
        except InvalidToken:
            return False
        return True

    def _count_call(self, phase: CallPhase, exchange: Exchange, operation: Operation) -> None:
        """Count a call for each waiting step that it matches, and run those that waited for this number."""
        due: list[StepProgress] = []
        for progress in self._steps:
            trigger = progress.step.trigger
            if (
                progress.state == "waiting"
                and trigger.matcher
                and trigger.phase == phase
                and trigger.matcher.matches_operation(operation)
                and trigger.matcher.matches_exchange(exchange, self.stage.find_caller)
            ):
                progress.seen_count += 1
                if progress.seen_count == trigger.number:
                    due.append(progress)
        for progress in due:
            if not self._run_step(progress, exchange, f"{phase} this call"):
                return
        if due:
            self._run_due_steps(exchange)

    def _run_due_steps(self, exchange: Exchange | None) -> None:
        """Run the steps whose time has come, also those that others bring about; each runs once."""
        has_run = not self.is_over
        while has_run:
            now, has_run = self.tenant.clock.now(), False
            for progress in self._steps:
                if progress.state == "waiting" and progress.step.trigger.is_due(now, self.started_at):
                    has_run = self._run_step(progress, exchange, "at the time of this call")
                    break

    def _run_step(self, progress: StepProgress, exchange: Exchange | None, moment: str) -> bool:
        """Run a step, and note it at the call; False if the scenario began again, which ends this round of steps."""
        title, actions = progress.step.title, progress.step.actions
        if actions.get("reset") == "scenario":
            _note_step(exchange, f"{moment}: {title}")
            self._begin_again()
            return False
        ids = {name: unquote(id_) for name, id_ in exchange.ids.items()} if exchange else {}
        progress.state, progress.ran_at = "done", format_timestamp(self.tenant.clock.now())
        progress.request_id = exchange.id if exchange else ""
        try:
            with self._being_the_cause():
                self._act(fill_placeholders(actions, ids), exchange)
        except (RowMistakes, Unsatisfiable, BadRequest) as error:  # the tester has changed what the step needs
            progress.state = "failed"
            progress.problem = error.detail if isinstance(error, BadRequest) else str(error)
        self._has_waiting_steps = any(other.state == "waiting" for other in self._steps)
        failure = f" (failed: {progress.problem})" if progress.problem else ""
        _note_step(exchange, f"{moment}: {title}{failure}")
        return True

    @contextmanager
    def _being_the_cause(self) -> Iterator[None]:
        """Let changes name the scenario, not the call at which it makes them."""
        caller, PRESENT.fields = PRESENT.fields, Cause(time(), operation=f"by scenario {self.scenario.name}")
        try:
            yield
        finally:
            PRESENT.fields = caller

    def _act(self, actions: Definition, exchange: Exchange | None) -> None:
        """Do what a step says: reset, rows, clock, tokens, faults, in this order."""
        if actions.get("reset") == "rows":
            self.tenant.reset(self.start_state)
        change = read_change(actions)
        if change:
            time = format_timestamp(self.tenant.clock.now())
            self.tenant.change(lambda state: (change_rows(state, change, self.stage.collections, time), None))
        if "advance" in actions:
            self._has_own_clock = True
            _advance_clock(self.tenant.clock, actions["advance"])
        self._withdraw_tokens(actions, exchange)
        if "removeFaults" in actions:
            self._remove_faults(actions["removeFaults"])
        if "addFaults" in actions:
            definitions = self.scenario.identify_faults(actions["addFaults"], "added-")
            self.stage.faults.add_scenario_faults(self._build_faults(definitions))

    def _withdraw_tokens(self, actions: Definition, exchange: Exchange | None) -> None:
        tokens, store = self.scenario.tokens, self.stage.world.tokens
        withdraw: dict[str, Callable[[str], Any]] = {
            "revoke": lambda token: store.revoke(token, self.tenant.name),
            "expire": lambda token: store.expire(token, self.tenant.name, self.tenant.clock.now()),
        }
        for action, run in withdraw.items():
            for name in actions.get(action, ()):
                token = _read_caller_token(exchange) if name == CALLER else tokens[name]
                if token:
                    self._withdrawn_tokens.append(token)
                    run(token)

    def _build_faults(self, definitions: list[Definition]) -> list[Any]:
        index_base = int(self.tenant.switches.bulk_index_base)
        return build_scenario_faults(self.scenario, definitions, self.tenant.name, self.stage.operations, index_base)

    def _remove_faults(self, ids: list[str]) -> None:
        full_ids = {f"{self.scenario.name}.{id_}.{self.tenant.name}" for id_ in ids}
        self.stage.faults.remove_faults(
            lambda fault: (
                fault.scenario == self.scenario.name
                and fault.matcher.tenant == self.tenant.name
                and (ALL_FAULTS in ids or fault.id in full_ids)
            )
        )


def _note_step(exchange: Exchange | None, sentence: str) -> None:
    if exchange:
        exchange.scenario_steps = (*exchange.scenario_steps, sentence)


def _read_caller_token(exchange: Exchange | None) -> str:
    try:
        return bearer_token(exchange.request.headers.get("authorization")) if exchange else ""
    except InvalidToken:
        return ""


def _set_clock(clock: AdjustableClock, setting: Definition) -> None:
    time = parse_timestamp(setting["at"]) if "at" in setting else None
    clock.set_mode(setting["mode"], time=time, seconds=setting.get("seconds", 0), rate=setting.get("rate", 1))


def _advance_clock(clock: AdjustableClock, advance: Definition) -> None:
    """Move the clock forward; it does not go back to a time that is over."""
    seconds = (
        advance["seconds"] if "seconds" in advance else (parse_timestamp(advance["to"]) - clock.now()).total_seconds()
    )
    clock.advance(max(seconds, 0))
