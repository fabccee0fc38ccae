"""The clock of a tenant, or of the whole server: real, frozen, offset or scaled, and advanced."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from ..errors import BadRequest
from ..messages import Call, Handler, Reply
from ..store.clock import AdjustableClock, format_timestamp, parse_timestamp
from .context import ControlContext, json_object, tenant_name


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "showClock": partial(show_clock, context),
        "setClock": partial(set_clock, context),
        "advanceClock": partial(advance_clock, context),
    }


def show_clock(context: ControlContext, call: Call) -> Reply:
    """Return the time of the clock, and how it runs."""
    return Reply(200, _clock_json(_find_clock(context, call)))


def set_clock(context: ControlContext, call: Call) -> Reply:
    """Set how the clock runs: as real time, frozen, with an offset, or faster or slower."""
    clock, json_body = _find_clock(context, call), json_object(call)
    seconds, rate = json_body.get("seconds", 0), json_body.get("rate", 1)
    clock.set_mode(json_body["mode"], time=_parse_time(json_body), seconds=seconds, rate=rate)
    context.scenarios.run_timed_steps(tenant_name(call))
    return Reply(200, _clock_json(clock))


def advance_clock(context: ControlContext, call: Call) -> Reply:
    """Move the clock forward, by seconds or to a given time."""
    clock, json_body = _find_clock(context, call), json_object(call)
    time = _parse_time(json_body, "to")
    seconds = json_body.get("seconds", 0) if time is None else (time - clock.now()).total_seconds()
    if seconds < 0:
        raise BadRequest(
            field="/to", error_type="past", detail="advance only moves forward; PUT /__admin/clock sets any time."
        )
    clock.advance(seconds)
    context.scenarios.run_timed_steps(tenant_name(call))
    return Reply(200, _clock_json(clock))


def _find_clock(context: ControlContext, call: Call) -> AdjustableClock:
    """Return the clock of the tenant that the call names, or the one that all tenants follow."""
    return context.world.clock_of(tenant_name(call))


def _clock_json(clock: AdjustableClock) -> dict[str, Any]:
    return {"mode": clock.mode, "now": format_timestamp(clock.now()), "rate": clock.rate}


def _parse_time(json_body: dict[str, Any], field: str = "at") -> datetime | None:
    try:
        return parse_timestamp(json_body[field]) if field in json_body else None
    except ValueError:
        raise BadRequest(field=f"/{field}", error_type="format", detail="Not a valid date and time.") from None
