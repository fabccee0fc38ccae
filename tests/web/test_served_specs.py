"""The specs that the documentation serves: ready to import, with URLs, a token and examples that work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from mockserver.app import App, build
from mockserver.resources import data_folder
from mockserver.settings import Settings
from mockserver.web.served_specs import METHODS, TOKEN_SCHEME
from tests.support.client import Client
from tests.support.specs import SPECS
from tests.support.status_cases import find_token

HOST = "127.0.0.1:9999"
ISSUED = {"refresh_token", "refreshToken"}  # parameters that only a login can give
EXCHANGE = "POST-customer-exchange-authtoken"  # its example is signed for a customer of the default world
# Operations on what must be created first; the examples then name it.
TOKENS_OF_START = {"customer-token": "customer:jane", "customer2-token": "customer:jack"}  # of fixtures/start/full.yaml
LATER = {
    **dict.fromkeys(("dropWorld", "restoreSnapshot", "diffSnapshots", "deleteSnapshot", "explain"), 404),
    **dict.fromkeys(("showFault", "removeFault", "showRequest", "removeRequest"), 404),
    **dict.fromkeys(("removeEqualStubs", "showStub", "replaceStub", "removeStub"), 404),
    "saveStubs": 422,
    **dict.fromkeys(("waitForRequests", "orderedRequests"), 417),
    "POST-customer-reset-password": 400,
    "DELETE-site-settings-remove-site": 400,  # the default site
    "POST-reward-points-create-customer-reward-entry": 409,  # the other examples need this account
    "DELETE-category-tree-remove-category-assignment": 404,  # its id is derived from those of the world
    "DELETE-category-tree-remove-category-assignment-by-reference-id": 404,
    "POST-approval-create-approval": 404,  # needs a cart of one's own, and a group
    "POST-availability-add-product": 409,  # the other examples need this availability
}


def fetch_spec(client: Client, name: str, **headers: str) -> Any:
    reply = client.with_token(None).get(f"//__admin/docs/specs/{name}.json", headers={"Host": HOST, **headers})
    assert reply.status_code == 200
    return reply.get_json()


def resolve(spec: Any, node: Any) -> Any:
    while "$ref" in node:
        target = spec
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def list_operations(spec: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in spec["paths"].items():
        for method in item:
            if method in METHODS:
                yield method, path, {"parameters": [], **item[method], "shared": item.get("parameters", [])}


def list_urls(node: Any) -> Iterator[str]:
    """Yield the URLs of servers and OAuth flows."""
    if isinstance(node, dict):
        for name, part in node.items():
            if isinstance(part, str) and name in {"tokenUrl", "authorizationUrl", "refreshUrl"}:
                yield part
            yield from list_urls(part)
    elif isinstance(node, list):
        for part in node:
            yield from list_urls(part)


@pytest.mark.parametrize("name", sorted(SPECS))
def test_a_served_spec_is_valid_and_names_this_server(client: Client, name: str) -> None:
    spec = fetch_spec(client, name)
    OpenAPIV30SpecValidator(spec).validate()
    assert spec["servers"] == [{"url": f"http://{HOST}"}]
    assert all(url == f"http://{HOST}/oauth/token" for url in list_urls(spec))
    secure = fetch_spec(client, name, **{"X-Forwarded-Proto": "https"})
    assert secure["servers"] == [{"url": f"https://{HOST}"}]


@pytest.mark.parametrize("name", sorted(set(SPECS) - {"control"}))
def test_a_bearer_token_is_the_first_alternative_wherever_one_is_needed(client: Client, name: str) -> None:
    served, original = fetch_spec(client, name), SPECS[name]
    scheme = served["components"]["securitySchemes"][TOKEN_SCHEME]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for method, path, operation in list_operations(served):
        declared = original["paths"][path][method].get("security", original.get("security", []))
        expected = [{TOKEN_SCHEME: []}, *declared] if declared else []
        assert operation.get("security", served.get("security", [])) == expected, operation["operationId"]


def test_the_control_plane_keeps_its_own_token(client: Client) -> None:
    assert fetch_spec(client, "control")["components"]["securitySchemes"].keys() == {"AdminToken"}


def test_the_served_spec_leaves_the_loaded_one_alone(client: Client, shared: App) -> None:
    before = [json.dumps(spec.root, sort_keys=True) for spec in shared.specs]
    for name in SPECS:
        fetch_spec(client, name)
    assert [json.dumps(spec.root, sort_keys=True) for spec in shared.specs] == before


def read_example(spec: Any, owner: Any) -> Any:
    """Return the example of a parameter, of a media type or of its schema; an object has those of its properties."""
    if "examples" in owner:
        return resolve(spec, next(iter(owner["examples"].values())))["value"]
    if "example" in owner:
        return owner["example"]
    schema = resolve(spec, owner["schema"])
    if "properties" in schema and "example" not in schema:
        parts = {name: resolve(spec, part) for name, part in schema["properties"].items()}
        return {name: part["example"] for name, part in parts.items() if "example" in part} or None
    return schema.get("example", schema.get("default", next(iter(schema.get("enum", [])), None)))


@pytest.mark.parametrize("name", sorted(SPECS))
@pytest.mark.parametrize("tenant", ["acme", "shop"])
def test_the_examples_of_parameters_and_bodies_work_on_the_world_of_the_server(tenant: str, name: str) -> None:
    fixture = "default" if tenant == "acme" else str(data_folder("fixtures") / "start" / "full.yaml")
    flask = build(Settings(fixture=fixture, tenant=tenant)).flask
    spec = fetch_spec(Client(flask, tenant), name)
    for method, path, operation in list_operations(spec):
        id_, url = operation["operationId"], path
        query: dict[str, str] = {}
        headers: dict[str, str] = {}
        parameters = [resolve(spec, part) for part in (*operation["shared"], *operation["parameters"])]
        if any(part["name"] in ISSUED and part.get("required") for part in parameters):
            continue
        if tenant == "shop" and id_ == EXCHANGE:
            continue
        for parameter in parameters:
            example = read_example(spec, parameter)
            # Programs that import a spec make up a text for a pattern, often one that cannot be sent as it is. Only an
            # example prevents it. Those of the control plane have none: the documentation page would fill in a world.
            made_up = name != "control" and "pattern" in resolve(spec, parameter["schema"])
            if parameter.get("required") or made_up:
                assert example is not None, f"{id_}: {parameter['name']}"
            if example is None:
                continue
            text = example if isinstance(example, str) else json.dumps(example)
            if parameter["in"] == "path":
                url = url.replace(f"{{{parameter['name']}}}", text)
            else:
                {"query": query, "header": headers}[parameter["in"]][parameter["name"]] = text
        body = {}
        if "requestBody" in operation:
            media_type, media = next(iter(resolve(spec, operation["requestBody"])["content"].items()))
            example = read_example(spec, media)
            assert example is not None, f"{id_}: body"
            is_json = media_type == "application/json"
            body = {"data": json.dumps(example) if is_json else example, "content_type": media_type}
        for call in (
            "POST /reset",
            f"DELETE /tenants/{tenant}",
            "GET /state",
        ):
            verb, _, target = call.partition(" ")
            Client(flask, tenant, None).send(verb, f"//__admin{target}")
        token = find_token(id_)
        caller = Client(flask, tenant, TOKENS_OF_START.get(token or "", token) if tenant == "shop" else token)
        reply = caller.send(method.upper(), f"/{url}", query_string=query, headers=headers, **body)
        if id_ in LATER:
            assert reply.status_code == LATER[id_]
        else:
            assert reply.status_code < 300, f"{id_}: {reply.status_code} {reply.text}"
