"""The state of a tenant: show and replace its collections, and single rows of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...messages import Call, Handler, Reply
from ...practices.merge_patch import apply_merge_patch
from ...store.collection import Collection
from ...store.state import State
from ...wording import describe_unknown
from ...worlds import exporting
from ...worlds.loading import WorldLibrary
from ...worlds.mistakes import WorldError
from ...worlds.sections import LANGUAGES
from ..context import ControlContext, Unprocessable, json_object, tenant_facts
from ..invalid_world import InvalidWorld
from . import single_rows
from .single_rows import WrittenRow


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "showState": partial(show_state, context),
        "listCollection": partial(list_collection, context),
        "replaceCollection": partial(replace_collection, context),
        "emptyCollection": partial(empty_collection, context),
        "showRow": partial(show_row, context),
        "writeRow": partial(replace_row, context),
        "patchRow": partial(patch_row, context),
        "removeRow": partial(delete_row, context),
    }


def show_state(context: ControlContext, call: Call) -> Reply:
    """Return the number of rows of each collection."""
    tenant = context.resolve_tenant(call)
    counts = exporting.count_rows(tenant.state, context.worlds.collections)
    return Reply(200, tenant_facts(tenant) | {"counts": counts})


def list_collection(context: ControlContext, call: Call) -> Reply:
    """Return a section in the form of a world file: the rows of a collection, or the languages."""
    state, name = context.resolve_tenant(call).state, _require_section(context, call)
    return Reply(200, exporting.export_section(state, context.worlds.collections, name))


def replace_collection(context: ControlContext, call: Call) -> Reply:
    """Replace the rows of a collection, or the languages."""
    return _replace_section(context, call, _require_section(context, call), call.body)


def empty_collection(context: ControlContext, call: Call) -> Reply:
    """Empty a collection."""
    name = _require_section(context, call)
    if name == LANGUAGES:
        raise Unprocessable("A tenant has at least one language; replace the languages with PUT.")
    return _replace_section(context, call, name, [])


def show_row(context: ControlContext, call: Call) -> Reply:
    """Return a row in the form of a world file."""
    collection, tenant = _require_collection(context, call), context.resolve_tenant(call)
    return Reply(200, single_rows.find_row(tenant.state, collection, call.path["key"]))


def replace_row(context: ControlContext, call: Call) -> Reply:
    """Create or replace a row; the body may leave out the fields of its key."""
    collection, tenant = _require_collection(context, call), context.resolve_tenant(call)
    key_text, row = call.path["key"], single_rows.add_key_fields(collection, call.path["key"], json_object(call))

    def write_row(state: State) -> tuple[State, WrittenRow]:
        return single_rows.write_row(context.worlds, state, collection, key_text, row, dangling=_allows_dangling(call))

    written = tenant.change(write_row)
    facts = {"collection": collection.name, "key": key_text, "row": written.row}
    return Reply(201 if written.is_new else 200, facts | tenant_facts(tenant))


def patch_row(context: ControlContext, call: Call) -> Reply:
    """Change some fields of a row with a JSON Merge Patch; its key stays."""
    collection, tenant = _require_collection(context, call), context.resolve_tenant(call)
    key_text, patch = call.path["key"], json_object(call)

    def write_patched_row(state: State) -> tuple[State, WrittenRow]:
        row = apply_merge_patch(single_rows.find_row(state, collection, key_text), patch)
        return single_rows.write_row(context.worlds, state, collection, key_text, row, dangling=_allows_dangling(call))

    row = tenant.change(write_patched_row).row
    return Reply(200, {"collection": collection.name, "key": key_text, "row": row} | tenant_facts(tenant))


def delete_row(context: ControlContext, call: Call) -> Reply:
    """Remove a row that no other row refers to."""
    collection, tenant = _require_collection(context, call), context.resolve_tenant(call)
    key_text = call.path["key"]

    def remove_row(state: State) -> tuple[State, None]:
        row = single_rows.find_row(state, collection, key_text)
        return single_rows.remove_row(context.worlds, state, collection, row, dangling=_allows_dangling(call)), None

    tenant.change(remove_row)
    return Reply(200, {"collection": collection.name, "key": key_text} | tenant_facts(tenant))


def _require_section(context: ControlContext, call: Call) -> str:
    """Return the name of the section in the path: of a collection, or of the languages; Unprocessable."""
    name: str = call.path["collection"]
    names = [LANGUAGES, *context.worlds.collections]
    if name not in names:
        raise Unprocessable(describe_unknown("collection", name, names))
    return name


def _require_collection(context: ControlContext, call: Call) -> Collection:
    """Return the collection in the path, which has rows; Unprocessable."""
    name = _require_section(context, call)
    if name == LANGUAGES:
        raise Unprocessable("The languages are one object without rows; replace it with PUT /__admin/state/languages.")
    return context.worlds.collections[name]


def _allows_dangling(call: Call) -> bool:
    """Whether keys may refer to missing rows (C14)."""
    force: bool = call.query.get("force", False)
    return force


def _replace_section(context: ControlContext, call: Call, name: str, content: Any) -> Reply:
    tenant, worlds = context.resolve_tenant(call), context.worlds

    def replace_section(state: State) -> tuple[State, int]:
        world = exporting.export_world(state, worlds.collections) | {name: content}
        checked_world = _check_world(worlds, world, dangling=_allows_dangling(call))
        if name in worlds.collections:  # so that the other tables stay the same
            state = worlds.collections[name].load(state, checked_world[name])
        else:
            state = worlds.build_state(checked_world)
        return state, exporting.count_rows(state, worlds.collections)[name]

    return Reply(200, {"collection": name, "rows": tenant.change(replace_section)} | tenant_facts(tenant))


def _check_world(worlds: WorldLibrary, world: Any, *, dangling: bool) -> dict[str, Any]:
    try:
        return worlds.check(world, dangling=dangling)
    except WorldError as error:
        raise InvalidWorld(error) from None
