"""Read a scenario from its definition, and find all mistakes that need no tenant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from ..contract.operations import Operation
from ..errors import BadRequest
from ..faults import parsing
from ..faults.replies import Unsatisfiable
from ..store.clock import parse_timestamp
from ..worlds.mistakes import suggest_names
from .scenario import (
    CALLER,
    Definition,
    Origin,
    Scenario,
    ScenarioStep,
    Trigger,
    find_placeholders,
    with_persona_token,
)
from .scenario_library import MAX_SCENARIO_BYTES
from .scenario_mistakes import ScenarioError, ScenarioMistake, find_schema_violations

NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")  # use fullmatch
CALL_FIELDS = ("call", "at", "operation", "path", "query", "persona", "headers")
ALL_FAULTS = "all"  # instead of the id of a fault
Mistakes = list[ScenarioMistake]


@dataclass(frozen=True)
class ScenarioReader:
    """Reads scenarios.

    schema: the JSON Schema of scenarios, and `validator`, which is compiled from it.
    operations: of the simulated API, by id.
    find_world_problem: returns what is wrong with the name or path of a world, given the scenario's folder; or "".
    """

    schema: Mapping[str, Any]
    validator: jsonschema_rs.Draft202012Validator
    operations: Mapping[str, Operation]
    find_world_problem: Callable[[str, Path | None], str]

    def read(self, name: str, definition: Any, *, origin: Origin, source: str, folder: Path | None) -> Scenario:
        """Return the scenario; ScenarioError with all of its mistakes. `source` is what the error names."""
        _check_size(definition, source)
        mistakes = list(find_schema_violations(self.validator, self.schema, definition))
        if not NAME_PATTERN.fullmatch(name):
            mistakes.append(ScenarioMistake("", f"the name {name[:100]!r} must consist of letters, digits, - and _"))
        steps: list[ScenarioStep] = []
        if isinstance(definition, dict):
            places = {mistake.place for mistake in mistakes}
            sound = _keep_sound_parts(definition, places)
            mistakes += self._find_mistakes(sound, places, folder)
            steps = list(self._read_steps(sound, mistakes))
        if mistakes:
            raise ScenarioError(source, sorted(set(mistakes), key=lambda mistake: _sort_key(mistake.place)))
        return Scenario(name=name, origin=origin, definition=definition, folder=folder, steps=tuple(steps))

    def _find_mistakes(
        self, definition: Definition, places: set[str], folder: Path | None
    ) -> Iterator[ScenarioMistake]:
        """Yield what is wrong apart from the timeline; `places` are those that violate the schema."""
        if "world" in definition:
            problem = self.find_world_problem(definition["world"], folder)
            if problem:
                yield ScenarioMistake("/world", problem)
        if "clock" in definition:
            yield from _find_time_mistakes("/clock/at", definition["clock"].get("at"))
        yield from self._find_fault_mistakes(definition, places)
        if CALLER in definition.get("personas", {}):
            yield ScenarioMistake(f"/personas/{CALLER}", "this name means whoever made the call; choose another one")

    def _find_fault_mistakes(self, definition: Definition, places: set[str]) -> Iterator[ScenarioMistake]:
        """Yield the mistakes of all faults that fit the schema, also of those that steps add or remove."""
        tokens, ids = _read_tokens(definition), set[str]()
        for place, fault in _list_faults(definition):
            try:
                if any(known_place.startswith(f"{place}/") for known_place in places):
                    continue
                operation = fault.get("operation", next(iter(self.operations)))
                if operation not in self.operations:
                    yield ScenarioMistake(f"{place}/operation", self._describe_unknown_operation(operation))
                    continue
                parsing.parse_fault(with_persona_token(fault, tokens), "checked", None, self.operations, 0)
            except BadRequest as error:
                yield ScenarioMistake(place + error.field, error.detail)
            except Unsatisfiable as error:
                yield ScenarioMistake(place, str(error))
            id_ = fault.get("id")
            if id_ in ids or id_ == ALL_FAULTS:
                yield ScenarioMistake(f"{place}/id", f"{id_!r} is taken; choose another id")
            if id_ is not None:
                ids.add(id_)
        for place, actions in _list_actions(definition):
            for index, id_ in enumerate(actions.get("removeFaults", ())):
                if id_ != ALL_FAULTS and id_ not in ids:
                    reason = f"no fault has the id {id_!r}; {suggest_names(id_, [*sorted(ids), ALL_FAULTS])}"
                    yield ScenarioMistake(f"{place}/removeFaults/{index}", reason)

    def _read_steps(self, definition: Definition, mistakes: Mistakes) -> Iterator[ScenarioStep]:
        """Yield the steps that have no mistakes; add the mistakes of the others to the list."""
        tokens = _read_tokens(definition)
        for index, step in enumerate(definition.get("timeline", ())):
            if not isinstance(step, dict):
                continue
            place, when, actions = f"/timeline/{index}", step.get("when"), step.get("do")
            found: Mistakes = []
            trigger = self._read_trigger(f"{place}/when", when, tokens, found) if isinstance(when, dict) else None
            if isinstance(actions, dict):
                has_clock = "clock" in definition
                found += self._find_action_mistakes(f"{place}/do", actions, when or {}, tokens, has_clock=has_clock)
            mistakes += found
            if trigger and isinstance(actions, dict) and not found:
                yield ScenarioStep(step.get("step", ""), trigger, actions)

    def _read_trigger(
        self, place: str, when: Definition, tokens: Mapping[str, str], mistakes: Mistakes
    ) -> Trigger | None:
        kinds = [bool(when.keys() & set(CALL_FIELDS)), "time" in when, "seconds" in when]
        if sum(kinds) != 1:
            if when:
                mistakes.append(ScenarioMistake(place, "give either a call, a time, or seconds since the start"))
            return None
        if "time" in when:
            mistakes += _find_time_mistakes(f"{place}/time", when["time"])
            return None if mistakes else Trigger(time=_read_time(when["time"]), text=f"at {when['time']}")
        if "seconds" in when:
            return Trigger(seconds=when["seconds"], text=f"{when['seconds']:g} s after the start")
        if "operation" in when and when["operation"] not in self.operations:
            mistakes.append(ScenarioMistake(f"{place}/operation", self._describe_unknown_operation(when["operation"])))
            return None
        call = with_persona_token(when, tokens)
        phase, number = when.get("at", "before"), when.get("call", 1)
        try:
            matcher = parsing.parse_call_matcher(call, None, self.operations)
        except Unsatisfiable as error:
            mistakes.append(ScenarioMistake(f"{place}/path", str(error)))
            return None
        return Trigger(matcher=matcher, phase=phase, number=number, text=_describe_call(when, phase, number))

    def _describe_unknown_operation(self, operation: str) -> str:
        near = get_close_matches(operation[:100], self.operations, n=1, cutoff=0.3)
        question = f"did you mean {near[0]}?" if near else "`mockserver routes` lists them"
        return f"there is no operation {operation[:100]!r}; {question}"

    def _find_action_mistakes(
        self, place: str, actions: Definition, when: Definition, tokens: Mapping[str, str], *, has_clock: bool
    ) -> Iterator[ScenarioMistake]:
        """Yield what is wrong with the actions of a step, apart from its faults and rows."""
        if actions.get("reset") == "scenario" and len(actions) > 1:
            yield ScenarioMistake(f"{place}/reset", "the scenario begins again; nothing else can be done in this step")
        if actions.get("reset") == "scenario" and (when.get("seconds") == 0 or ("time" in when and not has_clock)):
            reason = "the scenario would begin again at every call: its moment would be over already"
            yield ScenarioMistake(f"{place}/reset", reason)
        advance = actions.get("advance", {})
        if "advance" in actions and ("to" in advance) == ("seconds" in advance):
            yield ScenarioMistake(f"{place}/advance", "give either seconds, or to, a time")
        yield from _find_time_mistakes(f"{place}/advance/to", advance.get("to"))
        is_call = not when.keys() & {"time", "seconds"}
        for action in ("revoke", "expire"):
            for index, name in enumerate(actions.get(action, ())):
                if name not in tokens and not (name == CALLER and is_call):
                    known = [*tokens, *([CALLER] if is_call else [])]
                    reason = f"unknown persona {name!r}; {suggest_names(name, known)}"
                    yield ScenarioMistake(f"{place}/{action}/{index}", reason)
        operation = self.operations.get(when.get("operation", ""))
        known = sorted(operation.parameters["path"].names) if operation and is_call else []
        for kind in ("rows", "remove"):
            for name in find_placeholders(actions.get(kind, {})):
                if name not in known:
                    reason = f"{{{name}}} is not in the path of the call; {suggest_names(name, known)}"
                    yield ScenarioMistake(f"{place}/{kind}", reason)


def _check_size(definition: Any, source: str) -> None:
    """Refuse a definition that is too long, or nests too deeply."""
    try:
        reason = f"longer than {MAX_SCENARIO_BYTES} bytes" if len(orjson.dumps(definition)) > MAX_SCENARIO_BYTES else ""
    except (TypeError, orjson.JSONEncodeError):
        reason = "nests too deeply, or has a text that is not Unicode"
    if reason:
        raise ScenarioError(source, [ScenarioMistake("", reason)])


def _keep_sound_parts(definition: Definition, places: set[str], at: str = "") -> dict[str, Any]:
    """Return a definition without the parts that violate the schema, so that the others can be checked further."""
    return {
        name: _keep_sound(part, places, f"{at}/{name}")
        for name, part in definition.items()
        if f"{at}/{name}" not in places
    }


def _keep_sound(node: Any, places: set[str], at: str) -> Any:
    if isinstance(node, dict):
        return _keep_sound_parts(node, places, at)
    if isinstance(node, list):  # elements keep their positions, which the places of mistakes name
        return [
            None if f"{at}/{index}" in places else _keep_sound(part, places, f"{at}/{index}")
            for index, part in enumerate(node)
        ]
    return node


def _read_tokens(definition: Definition) -> dict[str, str]:
    personas = definition.get("personas", {})
    return {name: persona.get("token", "") for name, persona in personas.items() if isinstance(persona, dict)}


def _list_actions(definition: Definition) -> Iterator[tuple[str, Definition]]:
    """Yield place and actions of each step."""
    for index, step in enumerate(definition.get("timeline", ())):
        if isinstance(step, dict) and isinstance(step.get("do"), dict):
            yield f"/timeline/{index}/do", step["do"]


def _list_faults(definition: Definition) -> Iterator[tuple[str, Definition]]:
    """Yield place and definition of each fault."""
    groups: list[tuple[str, Sequence[Any]]] = [("/faults", definition.get("faults", ()))]
    groups += [(f"{place}/addFaults", actions.get("addFaults", ())) for place, actions in _list_actions(definition)]
    for place, faults in groups:
        yield from ((f"{place}/{index}", fault) for index, fault in enumerate(faults) if isinstance(fault, dict))


def _describe_call(when: Definition, phase: str, number: int) -> str:
    """Return `before call 2 of an operation by John`, with what its path, query and headers must have."""
    by = f" by {when['persona']}" if "persona" in when else ""
    criteria = [
        f"{name}={value}" for kind in ("path", "query", "headers") for name, value in when.get(kind, {}).items()
    ]
    details = f" with {', '.join(criteria)}" if criteria else ""
    return f"{phase} call {number} of {when.get('operation', 'any operation')}{by}{details}"


def _find_time_mistakes(place: str, text: str | None) -> Iterator[ScenarioMistake]:
    if text is not None and _read_time(text) is None:
        yield ScenarioMistake(place, f"{text!r} is not a time such as 2026-12-24T18:00:00Z")


def _read_time(text: str) -> datetime | None:
    try:
        return parse_timestamp(text)
    except (ValueError, OverflowError):
        return None


def _sort_key(place: str) -> list[tuple[int, int | str]]:
    return [(0, int(step)) if step.isdecimal() else (1, step) for step in place.split("/")]
