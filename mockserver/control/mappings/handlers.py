"""Stubs: create, list, find, replace and remove them, as in WireMock's admin API."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

import orjson

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
        stub = _parse_stub(context, call, json_body.get("id") or json_body.get("uuid") or str(uuid4()))
        context.faults.add_fault(stub)
    except Unsatisfiable as error:
        raise Unprocessable(str(error)) from None
    return Reply(201, _stub_json(stub))


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
    """Remove the stub with the id of the given one or, if it has none, those with the same request."""
    json_body = json_object(call)
    id_ = json_body.get("id") or json_body.get("uuid")
    request_json = json_body.get("request", {})
    stubs = [
        stub
        for stub in _list_stubs(context, call)
        if (stub.id == id_ if id_ else _stub_json(stub).get("request", {}) == request_json)
    ]
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
    tenant = tenant_name(call)
    switches = context.world.tenant(tenant).switches if tenant else context.world.switches
    return stub_parsing.parse_stub(json_object(call), id_, tenant, context.operations, int(switches.bulk_index_base))


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
