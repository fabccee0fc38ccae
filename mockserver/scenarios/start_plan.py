"""What a scenario starts from: the rows, clients and tokens of its world, and the mistakes that only they reveal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ..faults import parsing
from ..faults.fault import Fault
from ..store.collection import Collection
from ..store.state import State
from ..store.tenant import Seed
from ..store.token_store import TokenStore
from ..worlds.mistakes import WorldError, suggest_names
from .row_changes import RowEdits, RowMistakes, change_rows
from .scenario import Definition, Scenario
from .scenario_library import ScenarioLibrary
from .scenario_mistakes import ScenarioError, ScenarioMistake

ACCESS_SECTIONS = ("clients", "tokens")
MAX_PLANS = 50  # that are kept
REHEARSAL_TIME = "2026-01-01T00:00:00.000Z"  # of changes that are only tried


class StartPlan(NamedTuple):
    """What a tenant gets when its scenario starts: a state, and a seed unless it keeps its own."""

    state: State
    seed: Seed | None


@dataclass(frozen=True)
class StartPlanner:
    """Plans the start of scenarios. Plans of scenarios with a world are the same for all tenants, and kept."""

    library: ScenarioLibrary
    _plans: dict[int, tuple[Scenario, StartPlan]] = field(default_factory=dict)

    def plan(self, scenario: Scenario, state: State, seed: Seed, tokens: TokenStore, tenant: str | None) -> StartPlan:
        """Return the plan for a tenant with this state and seed; ScenarioError with all mistakes."""
        mistakes: list[ScenarioMistake] = []
        known_plan = self._plans.get(id(scenario))
        plan = known_plan[1] if known_plan else None
        if plan is None:
            plan, mistakes = self._make_plan(scenario, state, seed)
        mistakes += _find_token_mistakes(scenario, plan, tokens, tenant)
        if mistakes:
            raise ScenarioError(scenario.name, mistakes)
        if scenario.world is not None:
            if len(self._plans) >= MAX_PLANS:
                self._plans.clear()
            self._plans[id(scenario)] = scenario, plan  # with the scenario, so that its id stays taken
        return plan

    def _make_plan(self, scenario: Scenario, state: State, seed: Seed) -> tuple[StartPlan, list[ScenarioMistake]]:
        mistakes: list[ScenarioMistake] = []
        try:
            world_seed = self.library.load_world(scenario)
        except WorldError as error:
            raise ScenarioError(scenario.name, [ScenarioMistake("/world", str(error))]) from None
        start = world_seed.state if world_seed else state
        collections = self.library.worlds.collections
        try:
            start = change_rows(start, scenario.change, collections, None) if scenario.change else start
        except RowMistakes as error:
            mistakes += error.mistakes
        else:
            mistakes += self._rehearse_steps(scenario, start)
        new_seed = self._seed_with_access(scenario, world_seed or seed, mistakes)
        if world_seed is None and not scenario.change:
            return StartPlan(start, None), mistakes
        return StartPlan(start, replace(new_seed, name=scenario.name, state=start)), mistakes

    def _rehearse_steps(self, scenario: Scenario, state: State) -> list[ScenarioMistake]:
        """Return the mistakes in the changes of the steps, which must be possible in order, or at the start."""
        mistakes: list[ScenarioMistake] = []
        start, collections = state, self.library.worlds.collections
        for index, step in enumerate(scenario.steps):
            state = start if step.actions.get("reset") == "rows" else state
            if not step.change or step.has_placeholders:
                continue
            try:
                state = change_rows(state, step.change, collections, REHEARSAL_TIME)
            except RowMistakes as error:
                if not _is_possible(start, step.change, collections):
                    place = f"/timeline/{index}/do"
                    mistakes += [ScenarioMistake(place + mistake.place, mistake.reason) for mistake in error.mistakes]
        return mistakes

    def _seed_with_access(self, scenario: Scenario, seed: Seed, mistakes: list[ScenarioMistake]) -> Seed:
        """Return a seed with the clients and tokens among the rows of a scenario."""
        access = {name: rows for name, rows in scenario.change.rows.items() if name in ACCESS_SECTIONS}
        if not access:
            return seed
        try:
            given = self.library.worlds.build_inline_seed(scenario.name, access)
        except WorldError as error:
            mistakes.append(ScenarioMistake(f"/rows{error.place}", error.reason))
            return seed
        ids = {
            name: [row[key] for row in access.get(name, ())] for name, key in (("clients", "id"), ("tokens", "token"))
        }
        return replace(
            seed,
            clients={**seed.clients, **{id_: given.clients[id_] for id_ in ids["clients"]}},
            tokens={**seed.tokens, **{token: given.tokens[token] for token in ids["tokens"]}},
        )


def _is_possible(state: State, change: RowEdits, collections: Mapping[str, Collection]) -> bool:
    try:
        change_rows(state, change, collections, REHEARSAL_TIME)
    except RowMistakes:
        return False
    return True


def _find_token_mistakes(
    scenario: Scenario, plan: StartPlan, tokens: TokenStore, tenant: str | None
) -> list[ScenarioMistake]:
    """Return the personas whose token is unknown."""
    known = {token: None for token, _ in tokens.list_unrevoked(tenant)} | dict.fromkeys(
        plan.seed.tokens if plan.seed else ()
    )
    return [
        ScenarioMistake(f"/personas/{name}/token", f"unknown token {token!r}; {suggest_names(token, known)}")
        for name, token in scenario.tokens.items()
        if token not in known
    ]


def build_scenario_faults(
    scenario: Scenario, definitions: Sequence[Definition], tenant: str, operations: Mapping[str, Any], index_base: int
) -> list[Fault]:
    """Return faults for a tenant, NO_TENANT for calls without one; Unsatisfiable or BadRequest if one is impossible."""
    return [
        parsing.parse_fault(
            {name: value for name, value in definition.items() if name != "id"},
            ".".join(filter(None, (scenario.name, definition["id"], tenant))),
            tenant,
            operations,
            index_base,
            scenario=scenario.name,
        )
        for definition in definitions
    ]
