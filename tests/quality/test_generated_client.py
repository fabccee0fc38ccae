"""A Python client generated from the published contract can call all operations and parse all replies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import pytest

from mockserver.contract.operations import compile_operations
from mockserver.contract.spec import load_spec
from mockserver.strict_yaml import load_yaml
from tests.support.client import TENANT_NUMBERS
from tests.support.live_server import TIMEOUT_SECONDS, start_server
from tests.support.paths import PUBLISHED, TABLES
from tests.support.samples import GOLDEN, HAMMER

CONTRACT = load_spec(PUBLISHED / "customer-segment.yaml")
OPERATIONS = {operation.id: operation for operation in compile_operations(CONTRACT)}
TABLE = load_yaml((TABLES / "generated_client.yaml").read_text())
CALLS = [(id_, int(status)) for id_, statuses in TABLE.items() for status in statuses]
# The published bulk DELETEs declare no body, so the client cannot send one, and never gets their 207 (E6).
OUT_OF_REACH = {(id_, 207) for id_, operation in OPERATIONS.items() if operation.method == "DELETE"}
PACKAGE = "generated_segments"


def prepare_contract() -> dict[str, Any]:
    """Return the published contract for the generator, which would drop a model with both `allOf` and properties."""
    root = deepcopy(dict(CONTRACT.root))
    element = root["components"]["schemas"]["ItemAssignmentUpsertBulk"]
    element["allOf"].append({"properties": element.pop("properties"), "required": element.pop("required")})
    return root


def generate(where: Path) -> None:
    """Generate the client. A warning of the generator is an error. Its formatters are switched off."""
    (where / "contract.json").write_text(json.dumps(prepare_contract()))
    (where / "config.json").write_text(json.dumps({"post_hooks": []}))
    files = ["--path", "contract.json", "--config", "config.json", "--output-path", PACKAGE]
    completed = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", *files, "--meta", "none", "--fail-on-warning"],
        cwd=where,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr


def normalize_name(name: str) -> str:
    """Return a name that an operationId and the generated function share."""
    return name.replace("-", "").replace("_", "").lower()


@dataclass
class GeneratedClient:
    """The generated client and its server."""

    url: str
    package: ModuleType
    models: ModuleType
    functions: dict[str, Callable[..., Any]]

    def call(self, operation_id: str, token: str, **arguments: Any) -> Any:
        """Call an operation, in a new tenant unless one is named. An undeclared status is an error."""
        named = {"tenant": f"generated{next(TENANT_NUMBERS)}"} | arguments
        settings = {"raise_on_unexpected_status": True, "verify_ssl": False, "httpx_args": {"trust_env": False}}
        with self.package.AuthenticatedClient(self.url, token=token, **settings) as client:
            return self.functions[normalize_name(operation_id)](client=client, **named)

    def arguments(self, case: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of a generated function, including models, from a row of the table."""
        arguments = dict(case.get("arguments", {}))
        for model, data in case.get("body", {}).items():
            arguments["body"] = self.body(model, data)
        return arguments

    def body(self, model: str, data: Any) -> Any:
        if isinstance(data, list):
            return [self.body(model, element) for element in data]
        return getattr(self.models, model).from_dict(data)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GeneratedClient]:
    where = tmp_path_factory.mktemp("client")
    generate(where)
    with pytest.MonkeyPatch.context() as patch, start_server() as (_, ready):
        patch.syspath_prepend(where)
        package, models, api = map(import_module, (PACKAGE, f"{PACKAGE}.models", f"{PACKAGE}.api"))
        names = [module.name for module in walk_packages(api.__path__, f"{PACKAGE}.api.") if not module.ispkg]
        functions = {normalize_name(name.rpartition(".")[2]): import_module(name).sync_detailed for name in names}
        yield GeneratedClient(ready["url"], package, models, functions)


def test_every_operation_has_a_function(generated: GeneratedClient) -> None:
    assert generated.functions.keys() == {normalize_name(id_) for id_ in OPERATIONS}


def test_every_status_that_the_contract_declares_has_a_call() -> None:
    declared = {(id_, status) for id_, operation in OPERATIONS.items() for status in operation.reply_validators}
    assert set(CALLS) == {(id_, status) for id_, status in declared if status not in (401, 403)} - OUT_OF_REACH


@pytest.mark.parametrize(("operation_id", "status"), CALLS)
def test_a_reply_is_parsed(operation_id: str, status: int, generated: GeneratedClient) -> None:
    case = TABLE[operation_id][str(status)]
    reply = generated.call(operation_id, case["token"], **generated.arguments(case))
    assert reply.status_code == status, reply.content
    if OPERATIONS[operation_id].reply_validators[status] is None:
        assert (reply.parsed, reply.content) == (None, b"")
        return
    if "rows" in case:
        assert len(reply.parsed) == case["rows"]
    model = reply.parsed[-1] if "rows" in case else reply.parsed
    assert {name: attrgetter(name)(model) for name in case["attributes"]} == case["attributes"]


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_refusals_are_parsed(operation_id: str, generated: GeneratedClient) -> None:
    arguments = generated.arguments(next(iter(TABLE[operation_id].values())))
    unknown = generated.call(operation_id, "nobody", **arguments)
    assert (unknown.status_code, unknown.parsed.fault.faultstring) == (401, "Invalid access token")
    barred = generated.call(operation_id, "no-scope-token", **arguments)
    assert (barred.status_code, barred.parsed.code, barred.parsed.status) == (403, 403, "Forbidden")


def test_booleans_that_are_sent_as_words_are_understood(generated: GeneratedClient) -> None:
    """The client always sends `forceDelete=false` and `onlyActive=false`."""
    segment = {"tenant": "words", "segment_id": GOLDEN}
    with pytest.raises(generated.package.errors.UnexpectedStatus, match="400"):
        generated.call("DELETE-customer-segment-remove-segment", "manage-token", **segment)
    query = {"q": f"item.id:{HAMMER}", "tenant": "words"}
    rows = generated.call("GET-customer-segment-retrieve-segments-items", "read-token", x_total_count=True, **query)
    assert {row.segment_id for row in rows.parsed} > {GOLDEN}
    assert rows.headers["X-Total-Count"] == str(len(rows.parsed))
    unasked = generated.call("GET-customer-segment-retrieve-segments-items", "read-token", x_total_count=False, **query)
    assert "X-Total-Count" not in unasked.headers
