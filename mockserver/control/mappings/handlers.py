"""Stubs: create, list, find, replace and remove them, as in WireMock's admin API."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

import orjson

from ...errors import BadRequest
from ...faults.fault import Fault
from ...faults.replies import Unsatisfiable
from ...messages import Call, Handler, Reply
from ...practices.regexes import Deadline
from ..context import ControlContext, UnknownName, Unprocessable, json_object, tenant_name
from ..requests.patterns.matchers import compile_value_test
from ..requests.patterns.value_tests import PatternError
from . import stub_parsing


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listStubs": partial(list_stubs, context),
        "createStub": partial(create_stub, context),
        "importStubs": partial(import_stubs, context),
        "saveStubs": save_stubs,
        "removeStubs": partial(remove_stubs, context),
        "resetStubs": partial(remove_stubs, context),
        "showStub": partial(show_stub, context),
        "replaceStub": partial(replace_stub, context),
        "removeStub": partial(remove_stub, context),
        "removeEqualStubs": partial(remove_equal_stubs, context),
        "findStubsByMetadata": partial(find_stubs_by_metadata, context),
        "removeStubsByMetadata": partial(remove_stubs_by_metadata, context),
    }


def list_stubs(context: ControlContext, call: Call) -> Reply:
    """List the stubs of one tenant, or all, in the order in which they are tried."""
    return _list_reply(_list_stubs(context, call))


def create_stub(context: ControlContext, call: Call) -> Reply:
    """Create a stub."""
    json_body = json_object(call)
    try:
        stub = _parse_stub(context, call, _choose_id(json_body))
        context.faults.add_fault(stub)
    except Unsatisfiable as error:
        raise Unprocessable(str(error)) from None
    return Reply(201, _stub_json(stub))


def import_stubs(context: ControlContext, call: Call) -> Reply:
    """Create or replace several stubs, as one change; of those with the same priority, the first is tried first."""
    json_body = json_object(call)
    options = json_body.get("importOptions") or {}
    stubs = [_parse_imported_stub(context, call, stub_json, i) for i, stub_json in enumerate(json_body["mappings"])]
    known_ids = {stub.id for stub in _list_stubs(context, call)}
    removed_ids = known_ids - {stub.id for stub in stubs} if options.get("deleteAllNotInImport") else set()
    if options.get("duplicatePolicy") == "IGNORE":
        stubs = [stub for stub in stubs if stub.id not in known_ids]
    try:
        for stub in stubs:
            if stub.id not in known_ids and context.faults.get_fault(stub.id):
                raise Unsatisfiable(f"The id {stub.id} belongs to a fault or to a stub of another tenant.")
        context.faults.import_faults(reversed(stubs), lambda fault: fault.id in removed_ids)
    except Unsatisfiable as error:
        raise Unprocessable(str(error)) from None
    return Reply(200, {})


def save_stubs(_: Call) -> Reply:
    """Refuse to save stubs."""
    raise Unprocessable(
        "Stubs live in memory and cannot be saved. GET /__admin/mappings returns them, as POST /__admin/mappings/import"
        " takes them."
    )


def remove_stubs(context: ControlContext, call: Call) -> Reply:
    """Remove the stubs of one tenant, or all."""
    _remove(context, _list_stubs(context, call))
    return Reply(200, {})


def show_stub(context: ControlContext, call: Call) -> Reply:
    """Return one stub."""
    return Reply(200, _stub_json(_find_stub(context, call)))


def replace_stub(context: ControlContext, call: Call) -> Reply:
    """Replace a stub; it keeps its id."""
    old = _find_stub(context, call)
    try:
        new = _parse_stub(context, call, old.id)
    except Unsatisfiable as error:
        raise Unprocessable(str(error)) from None
    context.faults.exchange_fault(old, new)
    return Reply(200, _stub_json(new))


def remove_stub(context: ControlContext, call: Call) -> Reply:
    """Remove one stub."""
    _remove(context, [_find_stub(context, call)])
    return Reply(200, {})


def remove_equal_stubs(context: ControlContext, call: Call) -> Reply:
    """Remove the stub with the id of the given one or, if no stub has it, those with the same request."""
    json_body = json_object(call)
    known = _list_stubs(context, call)
    stubs = [stub for stub in known if stub.id == (json_body.get("id") or json_body.get("uuid"))]
    if not stubs and "request" in json_body:
        stubs = [stub for stub in known if _stub_json(stub).get("request", {}) == json_body["request"]]
    if not stubs:
        raise UnknownName("Unknown stub; GET /__admin/mappings lists the existing ones.")
    _remove(context, stubs)
    return Reply(200, {})


def find_stubs_by_metadata(context: ControlContext, call: Call) -> Reply:
    """List the stubs whose metadata match."""
    return _list_reply(_find_by_metadata(context, call))


def remove_stubs_by_metadata(context: ControlContext, call: Call) -> Reply:
    """Remove the stubs whose metadata match."""
    _remove(context, _find_by_metadata(context, call))
    return Reply(200, {})


def _parse_stub(context: ControlContext, call: Call, id_: str) -> Fault:
    return _parse_tenant_stub(context, json_object(call), id_, tenant_name(call))


def _parse_tenant_stub(context: ControlContext, stub_json: dict[str, Any], id_: str, tenant: str | None) -> Fault:
    switches = context.world.tenant(tenant).switches if tenant else context.world.switches
    return stub_parsing.parse_stub(stub_json, id_, tenant, context.operations, int(switches.bulk_index_base))


def _parse_imported_stub(context: ControlContext, call: Call, stub_json: dict[str, Any], position: int) -> Fault:
    """Return the fault for one of several stubs; Unprocessable or BadRequest with its position if it is refused."""
    try:
        return _parse_tenant_stub(
            context, stub_json, _choose_id(stub_json), stub_json.get("tenant") or tenant_name(call)
        )
    except Unsatisfiable as error:
        raise Unprocessable(f"mappings/{position}: {error}") from None
    except BadRequest as error:
        raise BadRequest(
            field=f"/mappings/{position}{error.field}", error_type=error.error_type, detail=error.detail
        ) from None


def _choose_id(stub_json: dict[str, Any]) -> str:
    id_: str = stub_json.get("id") or stub_json.get("uuid") or str(uuid4())
    return id_


def _list_stubs(context: ControlContext, call: Call) -> list[Fault]:
    tenant = tenant_name(call)
    return [
        fault
        for fault in context.faults.faults
        if fault.priority is not None and tenant in (None, fault.matcher.tenant)
    ]


def _find_stub(context: ControlContext, call: Call) -> Fault:
    fault = context.faults.get_fault(call.path["id"])
    if fault is None or fault.priority is None:
        raise UnknownName("Unknown stub; GET /__admin/mappings lists the existing ones.")
    return fault


def _find_by_metadata(context: ControlContext, call: Call) -> list[Fault]:
    matcher = {name: value for name, value in json_object(call).items() if name != "tenant"}
    try:
        test = compile_value_test(matcher)
    except PatternError as error:
        raise Unprocessable(str(error)) from None
    deadline = Deadline()
    return [stub for stub in _list_stubs(context, call) if test(_metadata_text(stub), deadline)]


def _metadata_text(stub: Fault) -> str | None:
    metadata = stub.definition["stub"].get("metadata")
    return None if metadata is None else orjson.dumps(metadata).decode()


def _remove(context: ControlContext, stubs: list[Fault]) -> None:
    ids = {stub.id for stub in stubs}
    context.faults.remove_faults(lambda fault: fault.id in ids)


def _list_reply(stubs: list[Fault]) -> Reply:
    return Reply(200, {"mappings": [_stub_json(stub) for stub in stubs], "meta": {"total": len(stubs)}})


def _stub_json(stub: Fault) -> dict[str, Any]:
    stub_json: dict[str, Any] = stub.definition["stub"]
    return stub_json
