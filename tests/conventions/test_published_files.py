"""Reading published files: folders, names, files that cannot be used, and operations that are served already."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.contract.spec import SpecError
from mockserver.conventions import published_file
from mockserver.conventions.service_report import ServiceReport
from mockserver.settings import Settings
from mockserver.strict_yaml import YamlError, load_yaml
from tests.support.client import Client
from tests.support.vendor_files import BADGE, FILES, WAREHOUSE

HEAD = "openapi: 3.0.0\ninfo: {title: T, version: ''}\n"
GOOD = HEAD + "paths: {'/t/{tenant}/a': {get: {operationId: A, responses: {'200': {description: ''}}}}}\n"
CONTENT = "{description: '', content: {application/json: {schema: %s}}}"
SCHEMA = "paths: {/t/a: {get: {operationId: A, responses: {'200': " + CONTENT + "}}}}\n"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(text: str, name: str = "api.yml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write_file


def load(*paths: Path, **settings: Any) -> App:
    return build(Settings(service=tuple(map(str, paths)), **settings))


def report_of(app: App, service: str) -> ServiceReport:
    return next(report for report in app.reports if report.service == service)


REFUSED: dict[str, tuple[str, list[str]]] = {
    "not YAML": ("a: [", ["not YAML", "line 1"]),
    "a list": ("[1, 2]", ["not an OpenAPI file", "openapi: 3.0.0"]),
    "something else": ("a: 1", ["not an OpenAPI file", "openapi: 3.0.0"]),
    "OpenAPI 2": ("swagger: '2.0'\npaths: {}", ["OpenAPI 2.0, but 3.0 is needed", "swagger2openapi"]),
    "OpenAPI 3.1": ("openapi: 3.1.0\npaths: {/a: {}}", ["OpenAPI 3.1.0, but 3.0 is needed"]),
    "no version": ("openapi: {}\npaths: {/a: {}}", ["not an OpenAPI file"]),
    "no paths": (HEAD, ["has no paths"]),
    "empty paths": (HEAD + "paths: {}", ["has no paths"]),
    "no operations": (HEAD + "paths: {/a: {parameters: []}}", ["no operation that can be served"]),
    "a path that is not a path": (HEAD + "paths: {a: {get: {}}}", ["no operation that can be served"]),
    "a reference to nowhere": (
        HEAD + SCHEMA % "{$ref: '#/components/schemas/B'}" + "components: {schemas: {A: {}}}",
        ["/paths//t/a/get/responses/200", "#/components/schemas/B leads nowhere", "available: A"],
    ),
    "a reference to another file": (HEAD + SCHEMA % "{$ref: other.yml}", ["other.yml leaves the file", "bundle"]),
    "a reference that is not a text": (HEAD + SCHEMA % "{$ref: 7}", ["the reference 7"]),
    "a reference to itself": (
        HEAD
        + SCHEMA % "{$ref: '#/components/schemas/A'}"
        + "components: {schemas: {A: {$ref: '#/components/schemas/A'}}}",
        ["refers to itself"],
    ),
    "a reference to nothing": (
        HEAD + SCHEMA % "{$ref: '#/components/schemas/A'}" + "components: {schemas: {A: null}}",
        ["#/components/schemas/A leads to None, which is not an object"],
    ),
    "a reference to an operation": (
        HEAD + "servers: [{url: /b}]\n" + SCHEMA % "{$ref: '#/paths/~1t~1a/get'}",
        ["#/paths/~1t~1a/get points nowhere"],
    ),
    "a key that comes twice": ("openapi: 3.0.0\nopenapi: 3.0.0", ["comes twice"]),
    "an alias without an anchor": ("a: *b", ["the alias *b has no anchor"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_with_a_reason(write: Write, name: str) -> None:
    text, parts = REFUSED[name]
    path = write(text)
    with pytest.raises(SpecError) as error:
        load(path)
    assert str(error.value).startswith(f"{path}: ")
    for part in parts:
        assert part in str(error.value)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "api.yml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SpecError, match="not UTF-8"):
        load(path)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="needs a file or a folder that exists"):
        load(tmp_path / "missing.yml")


def test_a_folder_without_such_files_is_refused(write: Write) -> None:
    folder = write("a: 1", "notes/other.yml").parent
    with pytest.raises(SpecError, match="has no OpenAPI file"):
        load(folder)


def test_two_files_with_the_same_path_are_refused(write: Write) -> None:
    first, second = write(GOOD, "one.yml"), write(GOOD.replace("{tenant}", "{tenantId}"), "two.yml")
    with pytest.raises(SpecError, match=f"GET /t/{{tenant}}/a is also in {first}"):
        load(first, second)


def test_a_folder_is_searched_for_published_files(write: Write) -> None:
    write(GOOD, "all/one/api-reference/api.yml")
    write(json.dumps(load_yaml(GOOD.replace("/t/", "/u/"))), "all/two.json")
    write("a: [", "all/not-an-api.yml")
    write(GOOD, "all/.hidden/api.yml")
    app = load(write("x", "all/readme.md").parent)
    assert sorted(report.service for report in app.reports) == ["one", "two"]


def test_a_service_has_the_name_of_the_vendor_or_of_its_file(published: App, write: Write) -> None:
    known = GOOD.replace("/t/{tenant}/a", "/fee/{tenant}/fees")
    app = load(write(known, "x/api.yml"), write(GOOD, "My Things/api-reference/api.yml"))
    assert {report.service for report in app.reports} == {"fee", "my-things"}
    assert {"warehouse", "badge"} <= set(published.services)


SHAPES: dict[str, tuple[str, set[str]]] = {
    "a list and a row": ("GET /a: list\nGET /a/{b}: row", {"GET /a", "GET /a/{b}"}),
    "a list alone": ("GET /a: list", set()),
    "a create alone": ("POST /a: row 201", set()),
    "a create and a list": ("GET /a: list\nPOST /a: row 201", {"GET /a", "POST /a"}),
    "a create that answers 200": ("GET /a: list\nGET /a/{b}: row\nPOST /a: row", {"GET /a", "GET /a/{b}"}),
    "a list that answers an object": ("GET /a: row\nGET /a/{b}: row\nPUT /a/{b}: row", {"GET /a/{b}", "PUT /a/{b}"}),
    "a row that answers a list": (
        "GET /a: list\nGET /a/{b}: list\nDELETE /a/{b}: row 204",
        {"GET /a", "DELETE /a/{b}"},
    ),
    "a verb": ("GET /a: list\nGET /a/{b}: row\nPOST /a/{b}/do: row", {"GET /a", "GET /a/{b}"}),
    "a search": ("GET /a/{b}: row\nPOST /a/search: list", {"GET /a/{b}", "POST /a/search"}),
    "a search by something else": ("GET /a: list\nGET /a/{b}: row\nPOST /a/search: row", {"GET /a", "GET /a/{b}"}),
    "two ids": ("GET /a/{b}/{c}: row\nDELETE /a/{b}/{c}: row 204", {"GET /a/{b}/{c}", "DELETE /a/{b}/{c}"}),
    "a row below a row": ("GET /a/{b}/c: list\nGET /a/{b}/c/{d}: row", {"GET /a/{b}/c", "GET /a/{b}/c/{d}"}),
    "a delete that is accepted": ("GET /a: list\nGET /a/{b}: row\nDELETE /a/{b}: row 202", {"GET /a", "GET /a/{b}"}),
}
REPLIES = {"list": {"type": "array", "items": {"type": "object"}}, "row": {"type": "object"}}
BODY = {"content": {"application/json": {"schema": {"type": "object", "properties": {"q": {"type": "string"}}}}}}


@pytest.mark.parametrize("name", SHAPES)
def test_g1_operations_that_follow_the_conventions_are_stateful(write: Write, name: str) -> None:
    text, expected = SHAPES[name]
    paths: dict[str, Any] = {}
    for line in text.splitlines():
        operation, _, reply = line.partition(": ")
        method, path = operation.split()
        kind, _, status = reply.partition(" ")
        content = {"content": {"application/json": {"schema": REPLIES[kind]}}} if status != "204" else {}
        node = {"operationId": operation, "responses": {status or "200": {"description": "", **content}}}
        paths.setdefault(path, {})[method.lower()] = node | (
            {} if method in ("GET", "DELETE") else {"requestBody": BODY}
        )
    app = load(write(json.dumps({"openapi": "3.0.0", "paths": paths}), "own.json"))
    assert set(app.reports[0].stateful) == expected


OBSTACLES = {
    "/t/{a}.json": "an id must be a whole step",
    "/t/{a}/{a}": "two ids have the same name",
    "/__admin/reset": "/__admin/ is the control plane's",
    "/t/{b}": "It has the same path as GET /t/{a}",
}


def test_paths_that_cannot_be_served_are_defects(write: Write) -> None:
    node = {"get": {"responses": {"200": {"description": ""}}}}
    paths = dict.fromkeys(("/t/{a}", *OBSTACLES), node)
    (report,) = load(write(json.dumps({"openapi": "3.0.0", "paths": paths}), "own.json")).reports
    assert report.total == 1
    for path, text in OBSTACLES.items():
        assert any(path in defect.place and text in defect.text for defect in report.defects)


SERVERS = {
    "https://api.example.com": "/a",
    "https://api.example.com/base/": "/base/a",
    "{scheme}://api.example.com/base": "/base/a",
    "https://api.example.com/{version}": "/a",
    "/base": "/base/a",
    "/": "/a",
    "": "/a",
}


@pytest.mark.parametrize("url", SERVERS)
def test_the_path_of_the_first_server_precedes_all_others(write: Write, url: str) -> None:
    paths = {"/a": {"get": {"responses": {"200": {"description": ""}}}}}
    root = {"openapi": "3.0.0", "servers": [{"url": url}, {"url": "/other"}], "paths": paths}
    (report,) = load(write(json.dumps(root), "own.json")).reports
    assert report.by_example == [f"GET {SERVERS[url]}"]


@pytest.mark.parametrize(
    ("file", "service"), [("control.yml", "control-published"), ("product.yml", "product-published")]
)
def test_a_name_that_is_taken_gets_an_ending(write: Write, file: str, service: str) -> None:
    app = load(write(GOOD, file))
    assert app.reports[0].service == service
    assert Client(app.flask, "acme").get("//t/acme/a").status_code == 200


def test_the_report_counts_operations_and_names_defects(published: App) -> None:
    report = report_of(published, "warehouse")
    assert (len(report.stateful), len(report.by_example), report.total) == (21, 5, 26)
    assert report.stateful["POST /warehouse/{tenant}/depots/{depotId}/shelves"] == "depotShelves"
    assert "21 of 26 operations stateful, 5 by example; 5 parameters are declared wrongly" in report.sentence
    defects = report.to_json()["defects"]
    for text in (
        "schema depot: /properties/city/required: true is not of type",
        "schema depot: An array lacks `items`",
        "PUT /warehouse/{tenant}/depots/{depotId}: The parameter depotId of the path is not declared",
        "application:json is not a media type",
        "It lacks an operationId",
        "It declares no security",
        'POST /warehouse/{tenant}/depots request example Wrong: /: "name" is a required property',
    ):
        assert any(text in defect for defect in defects), text
    assert report.write_text().count("\n  stateful ") == 21


def test_operations_that_are_built_in_stay_so(write: Write) -> None:
    text = HEAD + (
        "paths:\n"
        "  /tax/{tenant}/taxes:\n"
        "    get: {operationId: GET-tax-list-configurations, responses: {'200': {description: ''}}}\n"
        "    post: {operationId: GET-tax-retrieve-configuration-by-location, responses: {'201': {description: ''}}}\n"
        "  /tax/{tenant}/more:\n"
        "    get: {operationId: MORE, responses: {'200': {description: ''}}}\n"
    )
    app = load(write(text))
    (report,) = app.reports
    assert report.service == "tax-published"
    assert (report.built_in, report.built_in_by) == (
        ["GET /tax/{tenant}/taxes", "POST /tax/{tenant}/taxes"],
        ["tax"],
    )
    assert "2 built in (tax)" in report.sentence
    client = Client(app.flask, "acme")
    assert client.get("//tax/acme/taxes").get_json()[0]["locationCode"]
    assert client.get("//tax/acme/more").headers["X-Mock-Not-Simulated"] == "example"


def test_a_file_whose_operations_are_all_built_in_adds_nothing(write: Write) -> None:
    text = HEAD + "paths: {'/tax/{t}/taxes': {get: {operationId: X, responses: {'200': {description: ''}}}}}"
    path = write(text.replace("{t}", "{tenant}"))
    app = load(path)
    (report,) = app.reports
    assert report.sentence.startswith(
        f"nothing from {path}: 0 of 1 operations stateful, 0 by example, 1 built in (tax)"
    )
    assert app.services == build(Settings()).services


def test_with_a_second_validator_published_files_are_not_checked_by_it() -> None:
    client = Client(load(BADGE, validator="reference").flask, "acme")
    assert client.post("//badge/badges", json={"isNew": "perhaps"}).status_code == 201


def test_a_slow_start_says_what_it_does(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(published_file, "PATIENCE_SECONDS", 0)
    logging.getLogger("mockserver").propagate = True
    load(FILES)
    assert f"reading published services: {WAREHOUSE}, 2 of 2" in caplog.text


ALIASES: dict[str, tuple[str, Any]] = {
    "a scalar": ("a: &x 1\nb: *x", {"a": 1, "b": 1}),
    "a list": ("a: &x [1, {c: 2}]\nb: [*x, *x]", {"a": [1, {"c": 2}], "b": [[1, {"c": 2}], [1, {"c": 2}]]}),
    "an anchor in another": ("a: &x {b: &y 1, c: *y}\nd: *x", {"a": {"b": 1, "c": 1}, "d": {"b": 1, "c": 1}}),
    "an anchor that is set again": ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
}


@pytest.mark.parametrize("name", ALIASES)
def test_aliases_stand_for_copies(name: str) -> None:
    text, value = ALIASES[name]
    assert load_yaml(text, allows_aliases=True) == value
    with pytest.raises(YamlError, match="anchors and aliases are not supported"):
        load_yaml(text)


def test_aliases_cannot_grow_without_limit() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(YamlError, match="stand for more than"):
        load_yaml("\n".join(lines), allows_aliases=True)
    with pytest.raises(YamlError, match=r"the alias \*x has no anchor before it"):
        load_yaml("a: &x [*x]", allows_aliases=True)
