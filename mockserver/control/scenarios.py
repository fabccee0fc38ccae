"""Scenarios: list them, start one, and see how far it is."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..errors import BadRequest, ErrorBody
from ..messages import Call, Handler, Reply
from ..scenarios.scenario import Scenario
from ..scenarios.scenario_library import UnknownScenario
from ..scenarios.scenario_mistakes import MAX_SHOWN_MISTAKES, ScenarioError
from ..scenarios.scenario_run import ScenarioRun
from ..store.clock import format_timestamp
from .context import ControlContext, UnknownName, Unprocessable, json_object, tenant_name


class ScenarioRefused(BadRequest):
    """A scenario with mistakes; the details list them."""

    message = "The scenario has mistakes. Nothing was changed."

    def __init__(self, error: ScenarioError) -> None:
        first = error.mistakes[0]
        super().__init__(field=first.place, error_type="scenario", detail=first.reason)
        self._mistakes = error.mistakes[:MAX_SHOWN_MISTAKES]

    def body(self) -> ErrorBody:
        """Return the body, with all mistakes in its details."""
        body = super().body()
        mistakes = [{"field": mistake.place, "message": mistake.reason} for mistake in self._mistakes]
        return body | {"details": body["details"] | {"mistakes": mistakes}}


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listScenarios": partial(list_scenarios, context),
        "showScenario": partial(show_scenario, context),
        "startScenario": partial(start_scenario, context),
        "stopScenarios": partial(stop_scenarios, context),
        "resetScenarios": reset_scenarios,
    }


def list_scenarios(context: ControlContext, call: Call) -> Reply:
    """List all scenarios, the tenants that play them, and how far each of those is."""
    tenant = tenant_name(call)
    runs = [run for run in context.scenarios.runs if tenant in (None, run.tenant.name)]
    names = list(context.scenarios.library.files)
    names += sorted({run.scenario.name for run in runs} - set(names))  # those that came in a request
    scenarios = [_summary_json(context, name, runs) for name in names]
    return Reply(200, {"scenarios": scenarios, "runs": [_run_json(run) for run in runs]})


def reset_scenarios(_: Call) -> Reply:
    """Change nothing: what WireMock's clients reset with this call is the states of stubs, which have none."""
    return Reply(200, {})


def show_scenario(context: ControlContext, call: Call) -> Reply:
    """Return the definition of a scenario, and how far the tenants are that play it."""
    tenant, name = tenant_name(call), call.path["name"]
    runs = [run for run in context.scenarios.runs if run.scenario.name == name and tenant in (None, run.tenant.name)]
    scenario = runs[0].scenario if runs and runs[0].scenario.origin == "request" else _load_scenario(context, name)
    facts = {"name": name, "origin": scenario.origin, "definition": scenario.definition}
    return Reply(200, facts | {"runs": [_run_json(run) for run in runs]})


def start_scenario(context: ControlContext, call: Call) -> Reply:
    """Start a scenario, which the body may bring, in one tenant or in all including new ones."""
    name, tenant = call.path["name"], tenant_name(call)
    definition = {field: value for field, value in json_object(call).items() if field != "tenant"}
    try:
        if definition:
            if name in context.scenarios.library.files:
                raise Unprocessable(f"There is a scenario {name!r} already; give yours another name.")
            scenario = context.scenarios.library.read_inline(name, definition)
        else:
            scenario = _find_scenario(context, name)
        runs = context.scenarios.start(scenario, tenant)
    except ScenarioError as error:
        raise ScenarioRefused(error) from None
    return Reply(200, {"scenario": name, "title": scenario.title, "runs": [_run_json(run) for run in runs]})


def stop_scenarios(context: ControlContext, call: Call) -> Reply:
    """End what one tenant plays, or all; the rows stay as they are."""
    runs = context.scenarios.stop(tenant_name(call))
    return Reply(200, {"stopped": [{"tenant": run.tenant.name, "scenario": run.scenario.name} for run in runs]})


def _find_scenario(context: ControlContext, name: str) -> Scenario:
    """Return a scenario by name, also one that came in a request and runs; UnknownName."""
    given = (run.scenario for run in context.scenarios.runs if run.scenario.name == name)
    scenario = next((scenario for scenario in given if scenario.origin == "request"), None)
    return scenario or _load_scenario(context, name)


def _load_scenario(context: ControlContext, name: str) -> Scenario:
    try:
        return context.scenarios.library.load(name)
    except UnknownScenario as error:
        raise UnknownName(str(error)) from None
    except ScenarioError as error:
        raise ScenarioRefused(error) from None


def _summary_json(context: ControlContext, name: str, runs: list[ScenarioRun]) -> dict[str, Any]:
    """Return what a list says about a scenario; if its file has mistakes, which ones."""
    tenants = [run.tenant.name for run in runs if run.scenario.name == name]
    try:
        scenario = _find_scenario(context, name)
    except ScenarioRefused as error:
        return {"name": name, "origin": "file", "tenants": tenants, "mistakes": error.body()["details"]["mistakes"]}
    description = scenario.definition.get("description", "")
    return {
        "name": name,
        "title": scenario.title,
        "description": description,
        "origin": scenario.origin,
        "tenants": tenants,
    }


def _run_json(run: ScenarioRun) -> dict[str, Any]:
    return {
        "tenant": run.tenant.name,
        "scenario": run.scenario.name,
        "startedAt": format_timestamp(run.started_at),
        "personas": run.scenario.definition.get("personas", {}),
        "steps": run.list_progress(),
    }
