"""A tenant as a world file: export it, import one, and the JSON Schema of world files."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..messages import YAML_MEDIA_TYPE, YAML_MEDIA_TYPES, Call, Handler, Reply, TextBody
from ..worlds import exporting
from ..worlds.access_rows import export_access
from ..worlds.mistakes import WorldError
from ..worlds.switches import SWITCHES, export_switches
from ..worlds.transfer import world_block
from ..worlds.world_text import WorldWriter, write_text
from .context import ControlContext
from .invalid_world import InvalidWorld

IMPORTED = "imported"  # the name of a world that came by `PUT /__admin/world`


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "exportWorld": partial(export_tenant, context),
        "importWorld": partial(import_tenant, context),
        "showWorldSchema": partial(show_world_schema, context),
    }


def export_tenant(context: ControlContext, call: Call) -> Reply:
    """Return a tenant as a world file, in JSON or YAML: its state, its clients and tokens, its switches."""
    tenant, worlds = context.resolve_tenant(call), context.worlds
    if _wants_yaml(call):
        writer = WorldWriter(worlds.collections, "yaml")
        block = world_block(writer, tenant.state, tenant.seed, tenant.switches, worlds.scopes)
        text = b"".join(write_text(block, "yaml", f"The tenant {tenant.name} as a world of emporix-mockserver"))
        return Reply(200, TextBody(text.decode(), YAML_MEDIA_TYPE))
    section = export_switches(tenant.switches)
    access = export_access(tenant.seed, worlds.scopes, tenant.state)
    world = exporting.export_world(tenant.state, worlds.collections) | access
    return Reply(200, world | ({SWITCHES: section} if section else {}))


def import_tenant(context: ControlContext, call: Call) -> Reply:
    """Make the world in the body the world of a tenant: its state now, and where later resets return to."""
    name = call.query.get("tenant") or context.world.default_tenant
    try:
        seed = context.worlds.build_inline_seed(IMPORTED, call.body, dangling=_may_dangle(call))
    except WorldError as error:
        raise InvalidWorld(error) from None
    (tenant,) = context.world.reseed(seed, name)
    counts = exporting.count_rows(tenant.state, context.worlds.collections)
    return Reply(200, {"tenant": name, "world": seed.name, "version": tenant.version, "counts": counts})


def show_world_schema(context: ControlContext, _: Call) -> Reply:
    """Return the JSON Schema of world files, with which editors complete and check them."""
    return Reply(200, context.worlds.schema)


def _wants_yaml(call: Call) -> bool:
    """Whether the caller wants YAML: by `format`, or because YAML comes before JSON in the header Accept."""
    if "format" in call.query:
        return bool(call.query["format"] == "yaml")
    accepted = [part.partition(";")[0].strip().lower() for part in call.header.get("Accept", "").split(",")]
    return next(
        (media in YAML_MEDIA_TYPES for media in accepted if media in {*YAML_MEDIA_TYPES, "application/json"}), False
    )


def _may_dangle(call: Call) -> bool:
    """Whether rows may refer to missing ones: because the caller says so, or because the world's own switch does."""
    switches: Any = call.body.get(SWITCHES)
    return bool(call.query.get("force") or (isinstance(switches, dict) and switches.get("references") == "lenient"))
