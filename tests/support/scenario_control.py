"""Starts scenarios and reads how far they are."""

from __future__ import annotations

from typing import Any

from tests.support.client import Admin, Client
from tests.support.samples import GOLDEN

LIST_SEGMENTS = "GET-customer-segment-retrieve-segments"
PUT_SEGMENT = "PUT-customer-segment-update-segment"


class ScenarioControl(Admin):
    """Starts scenarios for one tenant; its client keeps its token."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def start(self, name: str, definition: Any = None) -> list[Any]:
        """Start a scenario by name, or one of our own; return its steps."""
        reply = self.call("POST", f"/scenarios/{name}", definition)
        steps: list[Any] = reply["runs"][0]["steps"]
        return steps

    def play(self, *steps: dict[str, Any], **more: Any) -> list[Any]:
        """Start a scenario with these steps, given without their sentences."""
        timeline = [{"step": f"Step {number}", **step} for number, step in enumerate(steps, 1)]
        return self.start("own", {"title": "Own", "timeline": timeline, **more})

    def find_mistakes(self, definition: Any) -> dict[str, str]:
        """Return the mistakes of a scenario by place; nothing may have been started."""
        before = self.call("GET", "/scenarios")["runs"]
        body = self.call("POST", "/scenarios/own", definition, 400)
        assert self.call("GET", "/scenarios")["runs"] == before
        return {mistake["field"]: mistake["message"] for mistake in body["details"]["mistakes"]}

    def read_states(self) -> list[str]:
        """Return the state of each step that the tenant plays."""
        (run,) = self.call("GET", "/scenarios")["runs"]
        return [step["state"] for step in run["steps"]]

    def read_status(self) -> str:
        """Return the status of the Golden Segment."""
        status: str = self.client.with_token("admin-token").get(f"/{GOLDEN}").get_json()["status"]
        return status


def segment_names(client: Client) -> list[str]:
    """Return the English names of the segments that a client lists."""
    return [segment["name"]["en"] for segment in client.get("").get_json()]
