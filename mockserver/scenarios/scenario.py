"""A scenario as it was read: its definition, and the steps of its timeline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ..faults.fault import CallMatcher, CallPhase
from .row_changes import RowEdits, read_change

Definition = Mapping[str, Any]
Origin = Literal["shipped", "file", "request"]
PLACEHOLDER = re.compile(r"\{(\w+)\}")  # of an id in the path of the call
CALLER = "caller"  # instead of a persona: whoever made the call


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When a step runs: before or after the nth matching call, or at a time of the tenant's clock.

    matcher: which calls; None for a step that waits for a time.
    time, seconds: a time, or how long after the start of the scenario.
    """

    matcher: CallMatcher | None = None
    phase: CallPhase = "before"
    number: int = 1
    time: datetime | None = None
    seconds: float | None = None
    text: str = ""

    def is_due(self, now: datetime, started_at: datetime) -> bool:
        """Whether the time has come that the step waits for."""
        if self.time is not None:
            return now >= self.time
        return self.seconds is not None and (now - started_at).total_seconds() >= self.seconds


@dataclass(frozen=True, slots=True)
class ScenarioStep:
    """A step of a timeline: its sentence, when it runs, and its actions by name."""

    title: str
    trigger: Trigger
    actions: Definition

    @property
    def change(self) -> RowEdits:
        """The change of rows, whose placeholders are not filled in."""
        return read_change(self.actions)

    @property
    def has_placeholders(self) -> bool:
        """Whether the change depends on the path of a call."""
        change = self.change
        return next(find_placeholders([change.rows, change.remove]), None) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario that was read and checked.

    origin: whether it is shipped, was read from the user's own file, or came in a request.
    folder: relative to which a world file is found; None if no file may be read.
    tokens: those of the personas, by the name of the persona.
    """

    name: str
    origin: Origin
    definition: Definition
    folder: Path | None
    steps: tuple[ScenarioStep, ...] = ()

    @property
    def title(self) -> str:
        """What happens, in a few words."""
        title: str = self.definition["title"]
        return title

    @property
    def world(self) -> str | None:
        """Name or path of the world that it plays in; None for the tenant as it is."""
        name: str | None = self.definition.get("world")
        return name

    @property
    def change(self) -> RowEdits:
        """The rows that the world gets in addition, and those that it loses."""
        return read_change(self.definition)

    @property
    def tokens(self) -> Mapping[str, str]:
        """The tokens of the personas, by the name of the persona."""
        return {name: persona["token"] for name, persona in self.definition.get("personas", {}).items()}

    def list_faults(self) -> list[Definition]:
        """Return the faults from the start, each with its id and the token of its persona."""
        return self.identify_faults(self.definition.get("faults", ()), "")

    def identify_faults(self, definitions: Any, prefix: str) -> list[Definition]:
        """Return faults with ids, after a prefix if they have none, and with the token of a persona for its name."""
        return [
            {"id": f"{prefix}{number}", **with_persona_token(definition, self.tokens)}
            for number, definition in enumerate(definitions, 1)
        ]


def with_persona_token(call: Definition, tokens: Mapping[str, str]) -> Definition:
    """Return the criteria of a call in which the token of a persona stands for the persona's name."""
    return {**call, "persona": tokens.get(call["persona"], call["persona"])} if "persona" in call else call


def find_placeholders(node: Any) -> Iterator[str]:
    """Yield the names of the placeholders in all texts of a JSON value."""
    if isinstance(node, str):
        yield from PLACEHOLDER.findall(node)
    elif isinstance(node, Mapping):
        for part in node.values():
            yield from find_placeholders(part)
    elif isinstance(node, (list, tuple)):
        for part in node:
            yield from find_placeholders(part)


def fill_placeholders(node: Any, ids: Mapping[str, str]) -> Any:
    """Return a JSON value with ids for the placeholders; unknown ones stay."""
    if isinstance(node, str):
        return PLACEHOLDER.sub(lambda match: ids.get(match[1], match[0]), node)
    if isinstance(node, Mapping):
        return {name: fill_placeholders(part, ids) for name, part in node.items()}
    return [fill_placeholders(part, ids) for part in node] if isinstance(node, (list, tuple)) else node
