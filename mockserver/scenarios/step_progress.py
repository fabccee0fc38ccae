"""How far a step of a running scenario is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .scenario import ScenarioStep

StepState = Literal["waiting", "done", "failed"]


@dataclass(slots=True, eq=False)
class StepProgress:
    """How far a step is: how many matching calls it saw, whether it ran, when, and at which request."""

    step: ScenarioStep
    seen_count: int = 0
    state: StepState = "waiting"
    ran_at: str = ""
    request_id: str = ""
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the progress; fields without a value are left out."""
        trigger = self.step.trigger
        facts = {
            "step": self.step.title,
            "when": trigger.text,
            "state": self.state,
            "calls": self.seen_count if trigger.matcher else None,
            "at": self.ran_at or None,
            "request": self.request_id or None,
            "problem": self.problem or None,
        }
        return {name: fact for name, fact in facts.items() if fact is not None}
