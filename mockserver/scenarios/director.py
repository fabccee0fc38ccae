"""Starts and ends scenarios, for one tenant or all, and reports each call of a tenant to its run."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING

from ..contract.operations import Operation
from ..errors import BadRequest
from ..faults.injected_errors import GatewayError
from ..faults.replies import Unsatisfiable
from ..records.exchange import Exchange
from ..records.store import NO_TENANT
from ..store.tenant import Tenant
from .scenario_library import ScenarioLibrary
from .scenario_mistakes import ScenarioError, ScenarioMistake
from .scenario_stage import ScenarioStage

if TYPE_CHECKING:  # imported with the first scenario that starts
    from ..faults.fault import Fault
    from .scenario import Definition, Scenario
    from .scenario_run import ScenarioRun
    from .start_plan import StartPlan, StartPlanner

LOG = logging.getLogger("mockserver")
MAX_GREETED_TENANTS = 1000  # that play; calls create no more tenants then, as they would with any token


class ScenarioDirector:
    """The scenarios that run: at most one in each tenant.

    general: what new tenants play too; None if nothing was started for all tenants.
    Locks are taken in this order: the one of the world's tenants, the director's own, the one of a run.
    """

    def __init__(self, stage: ScenarioStage, library: ScenarioLibrary) -> None:
        self.library = library
        self.general: Scenario | None = None
        self._initial: Scenario | None = None  # of the server's start
        self._exempt: set[str] = set()  # tenants with a world of their own, which do not play the general scenario
        self._stage = stage
        self._runs: dict[str, ScenarioRun] = {}
        self._lock = RLock()
        stage.world.prepare_tenant = self._prepare_tenant

    @property
    def runs(self) -> list[ScenarioRun]:
        """What runs now, by tenant in alphabetical order."""
        return [run for _, run in sorted(self._runs.items())]

    def find_run(self, tenant: str | None) -> ScenarioRun | None:
        """Return what a tenant plays; None if it plays nothing."""
        return self._runs.get(tenant or NO_TENANT)

    def open_with(self, scenario: Scenario) -> None:
        """Start a scenario for all tenants when the server starts; resets return to it. ScenarioError."""
        self._initial = scenario
        self._stage.world.tenant(self._stage.world.default_tenant)
        self.start(scenario, None)

    def start(self, scenario: Scenario, tenant: str | None) -> list[ScenarioRun]:
        """Start a scenario in one tenant, or in all including new ones; ScenarioError, and then nothing has changed.

        It replaces what a tenant plays.
        """
        world = self._stage.world
        tenants = world.tenants(tenant)
        with self._lock:
            plans = [(played_by, self._plan(scenario, played_by)) for played_by in tenants]
            if tenant is None:
                self._planner.plan(scenario, world.seed.state, world.seed, world.tokens, None)
                self._set_general(scenario)
                self._exempt.clear()
            for played_by, plan in plans:
                self._begin(scenario, played_by, plan)
        if tenant is None:  # tenants that were created meanwhile
            for played_by in world.tenants(None):
                with self._lock:
                    run = self._runs.get(played_by.name)
                    if run is None or run.scenario is not scenario:
                        self._begin(scenario, played_by, self._plan(scenario, played_by))
        return [run for run in self.runs if run.scenario is scenario and tenant in (None, run.tenant.name)]

    def stop(self, tenant: str | None) -> list[ScenarioRun]:
        """End what one tenant plays, or all tenants including new ones; return the runs that ended."""
        with self._lock:
            if tenant is None:
                self._set_general(None)
            return self._end_runs(tenant)

    def forget_tenant(self, tenant: str) -> None:
        """End what a tenant plays, because it is dropped; if it comes back, it is new."""
        with self._lock:
            self._end_runs(tenant)
            self._exempt.discard(tenant)

    def give_way(self, tenant: str | None) -> None:
        """End what one tenant plays, or all, because it gets another world, to which resets return from now on."""
        with self._lock:
            self._end_runs(tenant)
            if tenant is None:
                self._initial = None
                self._set_general(None)
            else:
                self._exempt.add(tenant)

    def prepare_reset(self, tenant: str | None) -> None:
        """End what one tenant plays, or all, before a reset; what was started for the reset tenants alone is over."""
        with self._lock:
            self._end_runs(tenant)
            if tenant is None:
                self._set_general(self._initial)

    def finish_reset(self, tenants: Iterable[Tenant], *, is_of_all: bool, keeps_rows: bool) -> None:
        """Let tenants begin the general scenario again after a reset; they may keep the rows that the reset chose."""
        with self._lock:
            if is_of_all:
                self._set_general(self.general)  # the reset removed its faults
            for tenant in tenants:
                if self.general and tenant.name not in self._exempt:
                    self._begin_or_warn(self.general, tenant, keeps_rows=keeps_rows)

    def run_timed_steps(self, tenant: str | None) -> None:
        """Run the steps whose time has come in one tenant, or in all, after a clock was changed."""
        for run in self.runs:
            if tenant in (None, run.tenant.name):
                run.run_timed_steps()

    def before_call(self, exchange: Exchange, operation: Operation) -> None:
        """Run what is due before a call; GatewayError if it is for one new tenant too many."""
        tenant = exchange.tenant
        if tenant is None:
            return
        run = self._runs.get(tenant)
        if run is None and self.general and not self._stage.world.has_tenant(tenant):
            run = self._greet_tenant(exchange, tenant)
        if run:
            run.before_call(exchange, operation)

    def after_call(self, exchange: Exchange) -> None:
        """Run what is due after a call."""
        run = self._runs.get(exchange.tenant or NO_TENANT)
        if run:
            run.after_call(exchange)

    def _greet_tenant(self, exchange: Exchange, tenant: str) -> ScenarioRun | None:
        """Create the tenant of a call, which then plays the general scenario, even if the call will be refused."""
        if len(self._runs) >= MAX_GREETED_TENANTS:
            exchange.is_injected = True
            raise GatewayError(503, f"{MAX_GREETED_TENANTS} tenants play the scenario already; drop some of them.")
        self._stage.world.tenant(tenant)
        return self._runs.get(tenant)

    def _prepare_tenant(self, tenant: Tenant) -> None:
        """Let a new tenant play the general scenario from the start."""
        if self.general:
            with self._lock:
                if self.general:
                    self._begin_or_warn(self.general, tenant)

    @cached_property
    def _planner(self) -> StartPlanner:
        from .start_plan import StartPlanner  # noqa: PLC0415 - see above

        return StartPlanner(self.library)

    def _plan(self, scenario: Scenario, tenant: Tenant) -> StartPlan:
        """Return what a tenant starts from; ScenarioError, also for faults that its settings make impossible."""
        run = self._runs.get(tenant.name)
        seed = run.previous_seed if run else tenant.seed
        plan = self._planner.plan(scenario, tenant.state, seed, self._stage.world.tokens, tenant.name)
        index_base = int(
            scenario.definition.get("switches", {}).get("bulk_index_base", tenant.switches.bulk_index_base)
        )
        try:
            self._build_faults(scenario, scenario.list_faults(), tenant.name, index_base)
        except (Unsatisfiable, BadRequest) as error:
            reason = error.detail if isinstance(error, BadRequest) else str(error)
            raise ScenarioError(scenario.name, [ScenarioMistake("/faults", reason)]) from None
        return plan

    def _begin(self, scenario: Scenario, tenant: Tenant, plan: StartPlan, *, keeps_rows: bool = False) -> None:
        from .scenario_run import ScenarioRun  # noqa: PLC0415 - see above

        replaced = self._runs.pop(tenant.name, None)
        if replaced:
            replaced.end()  # without a release: a restart continues the tenant as it was before the first of them
        run = ScenarioRun(scenario, tenant, self._stage, tenant.seed, plan.state)
        self._runs[tenant.name] = run
        self._watch_calls()
        run.begin(plan, keeps_rows=keeps_rows)

    def _begin_or_warn(self, scenario: Scenario, tenant: Tenant, *, keeps_rows: bool = False) -> None:
        """Start a scenario in a tenant; if its rows do not fit, log a warning and leave the tenant as it is."""
        try:
            plan = self._plan(scenario, tenant)
        except ScenarioError as error:
            LOG.warning("the tenant %s does not play %s: %s", tenant.name, scenario.name, " ".join(error.lines))
        else:
            self._begin(scenario, tenant, plan, keeps_rows=keeps_rows)

    def _end_runs(self, tenant: str | None) -> list[ScenarioRun]:
        names = [tenant] if tenant else sorted(self._runs)
        ended = [run for run in (self._runs.pop(name, None) for name in names) if run]
        for run in ended:
            run.end()
            run.tenant.release()
        if ended:
            self._watch_calls()
        return ended

    def _set_general(self, scenario: Scenario | None) -> None:
        """Let new tenants play a scenario, and calls without a tenant meet its faults."""
        faults = self._stage.faults
        faults.remove_faults(lambda fault: bool(fault.scenario) and fault.matcher.tenant == NO_TENANT)
        self.general = scenario
        if scenario:
            index_base = int(self._stage.world.switches.bulk_index_base)
            definitions = [fault for fault in scenario.list_faults() if "item" not in fault]
            faults.add_scenario_faults(self._build_faults(scenario, definitions, NO_TENANT, index_base))
        self._watch_calls()

    def _build_faults(
        self, scenario: Scenario, definitions: Sequence[Definition], tenant: str, index_base: int
    ) -> list[Fault]:
        from .start_plan import build_scenario_faults  # noqa: PLC0415 - see above

        return build_scenario_faults(scenario, definitions, tenant, self._stage.operations, index_base)

    def _watch_calls(self) -> None:
        scenarios = [run.scenario for run in self._runs.values()] + ([self.general] if self.general else [])
        added = [
            fault for scenario in scenarios for step in scenario.steps for fault in step.actions.get("addFaults", ())
        ]
        may_wait = bool(added)
        self._stage.faults.watch_calls(is_watched=bool(scenarios), may_wait=may_wait)
