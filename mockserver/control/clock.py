"""The clock of a tenant, or of the whole server: real, frozen, offset, scaled, and moved ahead."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from ..clock import SteeredClock, moment, timestamp
from ..errors import BadRequest
from ..messages import Call, Handler, Reply
from .plane import Plane, body, named


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "showClock": partial(show, plane),
        "setClock": partial(change, plane),
        "advanceClock": partial(advance, plane),
    }


def show(plane: Plane, call: Call) -> Reply:
    """Tell what time it is, and how it goes."""
    return Reply(200, _told(_clock(plane, call)))


def change(plane: Plane, call: Call) -> Reply:
    """Let the clock follow the machine's, stand, go apart from it, or go faster or slower."""
    clock, asked = _clock(plane, call), body(call)
    at = _moment(asked)
    match asked["mode"]:
        case "frozen":
            clock.freeze(at)
        case "offset":
            clock.shift(asked.get("seconds", 0))
        case "scaled":
            clock.scale(asked.get("rate", 1), at)
        case _:
            clock.follow()
    return Reply(200, _told(clock))


def advance(plane: Plane, call: Call) -> Reply:
    """Move the clock ahead, by seconds or to a moment."""
    clock, asked = _clock(plane, call), body(call)
    at = _moment(asked, "to")
    seconds = asked.get("seconds", 0) if at is None else (at - clock.now()).total_seconds()
    if seconds < 0:
        raise BadRequest(
            field="/to", kind="past", detail="advance only moves forward; PUT /__admin/clock sets any time."
        )
    clock.advance(seconds)
    return Reply(200, _told(clock))


def _clock(plane: Plane, call: Call) -> SteeredClock:
    """Return the clock of the tenant that is named, or that which all tenants follow."""
    name = named(call)
    return plane.world.tenant(name).clock if name else plane.world.clock


def _told(clock: SteeredClock) -> dict[str, Any]:
    return {"mode": clock.mode, "now": timestamp(clock.now()), "rate": clock.rate}


def _moment(asked: dict[str, Any], field: str = "at") -> datetime | None:
    try:
        return moment(asked[field]) if field in asked else None
    except ValueError:
        raise BadRequest(field=f"/{field}", kind="format", detail="Not a valid date and time.") from None
