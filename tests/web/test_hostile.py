"""Bad input gets a clear 4xx in the vendor's shape, changes nothing, and the next request works."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import App, build
from mockserver.contract import strict_json
from mockserver.errors import BadRequest
from mockserver.practices import nesting
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.samples import GOLDEN, HAMMER, ITEM, ITEM_BULK

SEARCH = f"/{GOLDEN}/items/search"
JSON = "application/json"
DEEP = b"[" * 100_000

SEGMENT = f"/{GOLDEN}"
WRITES = [
    ("PUT", ITEM),
    ("PUT", ITEM_BULK),
    ("DELETE", ITEM_BULK),
    ("POST", SEARCH),
    ("POST", ""),
    ("PUT", SEGMENT),
    ("PATCH", SEGMENT),
    ("POST", "/match"),
    ("POST", "/bulk"),
    ("DELETE", "/bulk"),
    ("PUT", f"{SEGMENT}/customers/98029737"),
    ("DELETE", f"{SEGMENT}/customers/bulk"),
]

BLANKS = {
    "blank": b"   ",
    "line breaks": b"\r\n\n",
    "tab": b"\t",
    "byte order mark": b"\xef\xbb\xbf",
    "byte order mark and a blank": b"\xef\xbb\xbf \r\n",
    "vertical tab": b"\x0b",
    "form feed": b"\x0c{}",
    "no-break space": b"\xc2\xa0{}",
    "zero width space": b"\xe2\x80\x8b{}",
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf{}",
    "byte order mark at the end": b"{}\xef\xbb\xbf",
    "zero byte": b"\0",
    "zero byte at the end": b"{}\0",
    "end of file of DOS": b"{}\x1a",
    "prefix against hijacking": b")]}',\n{}",
    "quotation marks of a shell": b"'{}'",
    "quotation marks of a text editor": "{“mixins”: {}}".encode(),
    "name of a file": b"@body.json",
    "a form": b"metadata=1",
    "utf-16 with a byte order mark": '{"mixins": {}}'.encode("utf-16"),
    "utf-16 without one": '{"mixins": {}}'.encode("utf-16-le"),
    "utf-32": '{"mixins": {}}'.encode("utf-32"),
    "single quotation marks": b"{'mixins': {}}",
    "trailing comma": b'{"mixins": {},}',
}
BODIES: dict[str, bytes] = BLANKS | {
    "malformed": b'{"metadata": ',
    "not utf-8": b'{"mixins": {"a": "\xff"}}',
    "utf-16": '{"mixins": {}}'.encode("utf-16"),
    "NaN": b'{"mixins": {"a": NaN}}',
    "infinity": b'{"mixins": {"a": 1e400}}',
    "infinity in capitals": b'{"mixins": {"a": [5, -9.5E+309]}}',
    "brackets": DEEP,
    "braces": b'{"a":' * 100_000,
    "101 levels": b'{"mixins": {"a": ' + b"[" * 99 + b"]" * 99 + b"}}",
    "lone surrogate": b'{"mixins": {"a": "\\ud800"}}',
    "two documents": b"{}{}",
    "comment": b"{} // none",
    "a number": b"5",
    "a text": b'"text"',
    "null": b"null",
    "a name twice": b'{"metadata": {"version": 9}, "metadata": {"version": 1}}',
    "a name twice, once escaped": b'{"mixins": {"a": 1, "\\u0061": 2}}',
    "2^64": b'{"mixins": {"a": 18446744073709551616}}',
    "-2^63-1": b'{"mixins": {"a": [-9223372036854775809]}}',
    "5,000 digits": b'{"mixins": {"a": ' + b"9" * 5000 + b"}}",
    "400 digits and a fraction": b'{"mixins": {"a": ' + b"9" * 400 + b".5}}",
    "gzip": b"\x1f\x8b\x08\x00",
}

SHAPES: list[Any] = [
    {"mixins": []},
    {"mixins": None},
    {"mixins": "x"},
    {"metadata": []},
    {"metadata": None},
    {"metadata": {"version": "1"}},
    {"metadata": {"version": 1.5}},
    {"metadata": {"version": True}},
    {"metadata": {"version": None}},
    {"metadata": {"mixins": "x"}},
    {"metadata": {"mixins": []}},
]


def is_vendor_error(reply: Any, status: int) -> bool:
    body = reply.get_json()
    return reply.status_code == status and body["code"] == status and bool(body["message"])


@pytest.mark.parametrize(
    "body", [b"\xef\xbb\xbf{}", b"{}\r\n", b" {}", b"\r\n{\r\n}\r\n\r\n", b"\t{}", b"\xef\xbb\xbf\r\n{}\n"]
)
def test_what_editors_put_around_json_is_ignored(client: Client, body: bytes) -> None:
    assert client.put(ITEM, data=body, content_type=JSON).status_code == 204


def test_f3_a_body_in_utf_16_is_named(client: Client) -> None:
    reply = client.put(ITEM, data='{"mixins": {}}'.encode("utf-16"), content_type=JSON)
    assert "UTF-16" in reply.get_json()["details"]["message"]


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_unreadable_bodies_are_a_400(client: Client, name: str, method: str, path: str) -> None:
    before = client.list_all_items()
    reply = client.send(method, path, data=BODIES[name], content_type=JSON)
    assert is_vendor_error(reply, 400), reply.text
    assert reply.get_json()["details"]["message"]
    assert client.list_all_items() == before


def test_a_body_of_100_levels_is_stored_and_returned(client: Client) -> None:
    body = b'{"mixins": {"a": ' + b"[" * 98 + b"]" * 98 + b"}}"
    assert client.put(ITEM, data=body, content_type=JSON).status_code == 204
    assert client.get(ITEM).status_code == 200


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_wrong_type_is_reported_with_its_field(client: Client, shape: Any) -> None:
    before = client.list_all_items()
    reply = client.put(ITEM, json=shape)
    assert is_vendor_error(reply, 400)
    assert reply.get_json()["details"]["field"].startswith("/" + next(iter(shape)))
    (entry,) = client.put(ITEM_BULK, json=[{"id": HAMMER, **shape}]).get_json()
    assert entry["code"] == 400
    assert client.list_all_items() == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "a", "/", ";", "ü"]
)
def test_other_content_types_are_a_400(client: Client, kind: str) -> None:
    reply = client.put(ITEM, data=b"{}", headers={"Content-Type": kind})
    if kind == ";":
        assert reply.status_code == 204  # a missing type counts as JSON
    else:
        assert is_vendor_error(reply, 400)
        assert "application/json" in reply.get_json()["details"]["message"]


@pytest.mark.parametrize("kind", ["application/json;", "application/json; value=1", "APPLICATION/JSON;charset=utf-8"])
def test_odd_spellings_of_json_are_json(client: Client, kind: str) -> None:
    assert client.put(ITEM, data=b"{}", headers={"Content-Type": kind}).status_code == 204


def test_f3b_integers_of_64_bits_are_returned_unchanged(client: Client) -> None:
    body = b'{"mixins": {"a": [18446744073709551615, -9223372036854775808]}}'
    assert client.put(ITEM, data=body, content_type=JSON).status_code == 204
    assert client.get(ITEM).get_json()["mixins"] == {"a": [2**64 - 1, -(2**63)]}


def test_a_body_beyond_the_limit(client: Client) -> None:
    before = client.list_all_items()
    body = b'{"mixins": {"a": "' + b"x" * (11 * 1024 * 1024) + b'"}}'
    assert is_vendor_error(client.put(ITEM, data=body, content_type=JSON), 413)
    assert client.list_all_items() == before


def test_a_body_within_the_limit_is_accepted(client: Client) -> None:
    body = b'{"mixins": {"a": "' + b"x" * (9 * 1024 * 1024) + b'"}}'
    assert client.put(ITEM, data=body, content_type=JSON).status_code == 204


@pytest.mark.parametrize("length", ["-1", "1e3", "", "²", "9" * 30])
def test_an_invalid_content_length_does_no_harm(client: Client, length: str) -> None:
    reply = client.put(ITEM, environ_overrides={"CONTENT_LENGTH": length})
    assert reply.status_code in {204, 400, 413}


def test_an_incomplete_body_is_a_400(client: Client) -> None:
    before = client.list_all_items()
    reply = client.put(ITEM, data=b"{}", content_type=JSON, environ_overrides={"CONTENT_LENGTH": "20"})
    assert is_vendor_error(reply, 400)
    assert client.list_all_items() == before


def test_a_url_beyond_the_limit(client: Client) -> None:
    assert is_vendor_error(client.get("/items?q=" + "x" * 11_000), 414)


def test_headers_beyond_the_limit(client: Client) -> None:
    assert is_vendor_error(client.get("/items", headers={"X-Long": "x" * 62_000}), 431)


@pytest.mark.parametrize(
    "id_",
    ["%00", "%0A", "%2F", "%2e%2e", "..", "%ED%95%9C", "%F0%9F%94%A8", "a%20b", "'", "%22", "{itemId}", "x" * 8000],
)
def test_hostile_ids_do_not_exist(client: Client, id_: str) -> None:
    before = client.list_all_items()
    assert is_vendor_error(client.get(f"/{GOLDEN}/items/PRODUCT/{id_}"), 404)
    assert is_vendor_error(client.put(f"/{GOLDEN}/items/PRODUCT/{id_}", json={}), 400)
    assert is_vendor_error(client.put(f"/{id_}/items/PRODUCT/{HAMMER}", json={}), 400)
    assert client.delete(f"/{GOLDEN}/items/PRODUCT/{id_}").status_code == 204
    assert client.get(f"/{id_}/items").get_json() == []
    assert client.list_all_items() == before


@pytest.mark.parametrize("id_", ["%FF", "%C0%AE", "%ED%A0%80"])
def test_ids_that_are_not_utf_8_are_a_400(client: Client, id_: str) -> None:
    assert is_vendor_error(client.get(f"/{GOLDEN}/items/PRODUCT/{id_}"), 400)
    assert is_vendor_error(client.put(f"/{GOLDEN}/items/PRODUCT/{id_}", json={}), 400)


@pytest.mark.parametrize(
    "path",
    [
        "/X/items",
        "/items?q=X",
        "/items?q=X:1",
        "/items?sort=X",
        "/items?fields=X",
        "/items?pageSize=X",
        "/items?X=1",
        "//X",
    ],
)
def test_a_client_cannot_inject_a_header(client: Client, path: str) -> None:
    for page in ({}, {"Origin": "http://localhost:3000"}):
        reply = client.get(path.replace("X", "a%0D%0AX-Injected:%20yes"), headers={"X-Total-Count": "true", **page})
        assert reply.status_code in {200, 400, 404}
        assert not [text for name, text in reply.headers if "Injected" in name or "\n" in text]


@pytest.mark.parametrize("tenant", ["ab", "a" * 17, "Acme", "1acme", "acme%0A", "ac-me", "%C3%A4cme", "%FF%FF%FF"])
def test_f5_invalid_tenants_are_a_400(client: Client, tenant: str) -> None:
    for token in ("admin-token", "customer-token"):
        reply = Client(client.flask, tenant, token).get("/items")
        assert is_vendor_error(reply, 400)
        assert reply.get_json()["details"]["field"] == "tenant"


@pytest.mark.parametrize(
    "query",
    [
        "q=%FF",
        "q=" + "(" * 3000,
        "q=type:~" + "(" * 500,
        "q=type:%3E" + "9" * 5000,
        "q=a:%00",
        "q=%F0%9F%94%A8:%F0%9F%94%A8",
        "q=type:PRODUCT&q=type",
        "sort=" + ",".join("a" * 1000),
        "fields=" + "." * 1000,
        "pageSize=" + "9" * 5000,
        "pageNumber=%D9%A1",
        "&".join(f"p{number}=1" for number in range(101)),
        "%",
        "=&=&&",
    ],
)
def test_hostile_queries_are_a_200_or_a_400(client: Client, query: str) -> None:
    reply = client.get(f"/{GOLDEN}/items?{query}")
    assert reply.status_code == 200 or is_vendor_error(reply, 400), reply.text
    assert client.get(f"/{GOLDEN}/items").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "///",
        "//customer-segment",
        "//customer-segment/acme/segments//",
        "//customer-segment/acme//items",
        "//__admin",
        "//favicon.ico",
    ],
)
def test_f2_unknown_paths_are_404_in_json(client: Client, path: str) -> None:
    assert is_vendor_error(client.get(path), 404)


def test_f2_an_unknown_path_names_the_nearest_operation(client: Client) -> None:
    reply = client.get("/item/category-trees")
    assert "/items/category-trees" in reply.get_json()["message"]


@pytest.mark.parametrize("method", ["POST", "PATCH", "TRACE", "CONNECT", "FOO", "get"])
def test_f2_a_wrong_method_is_405_and_names_the_right_ones(client: Client, method: str) -> None:
    reply = client.send(method, ITEM)
    assert is_vendor_error(reply, 405)
    assert reply.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"


def test_f4_head_follows_get(client: Client) -> None:
    reply = client.send("HEAD", f"/{GOLDEN}/items", headers={"X-Total-Count": "true"})
    assert (reply.status_code, reply.data, reply.headers["X-Total-Count"]) == (200, b"", "2")
    assert client.send("HEAD", f"/{GOLDEN}/items/PRODUCT/nowhere").status_code == 404


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:5173"])
def test_f4_preflights_of_loopback_pages_are_answered(client: Client, origin: str) -> None:
    preflight = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type,saas-token",
    }
    reply = client.with_token(None).send("OPTIONS", ITEM, headers=preflight)
    assert reply.status_code == 204
    assert reply.headers["Access-Control-Allow-Origin"] == origin
    assert "PUT" in reply.headers["Access-Control-Allow-Methods"]
    assert "authorization" in reply.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in reply.headers


@pytest.mark.parametrize(
    ("path", "status"), [("/items/and/more/of/it", 404), ("/items?q=" + "x" * 11_000, 414)], ids=["unknown", "long"]
)
def test_f4_pages_see_why_a_call_fails_after_its_preflight(client: Client, path: str, status: int) -> None:
    page = {"Origin": "http://localhost:3000"}
    preflight = {**page, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    reply = client.with_token(None).send("OPTIONS", path, headers=preflight)
    assert (reply.status_code, reply.headers["Access-Control-Allow-Origin"]) == (204, page["Origin"])
    refused = client.get(path, headers=page)
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (status, page["Origin"])


def test_f4_replies_to_pages_show_the_count(client: Client) -> None:
    reply = client.get("/items", headers={"Origin": "http://localhost:3000"})
    assert reply.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert {"X-Total-Count", "X-Mock-Hint"} <= set(reply.headers["Access-Control-Expose-Headers"].split(", "))
    refused = client.with_token(None).get("/items", headers={"Origin": "http://localhost:3000"})
    assert refused.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/items?pageSize=3", None),
        ("HEAD", "/items", None),
        ("PUT", ITEM, {}),
        ("PUT", f"/{GOLDEN}/items/PRODUCT/bulk", [{"id": HAMMER}, {"id": "nowhere"}]),
        ("GET", "/nowhere", None),
        ("PATCH", "/items", None),
        ("OPTIONS", "/items", None),
        ("PUT", ITEM, {"metadata": {"version": 99}}),
        ("PUT", ITEM, "no object"),
        ("GET", "/items?q=" + "x" * 11_000, None),
        ("GET", "//nowhere", None),
    ],
)
def test_f4_pages_get_the_same_responses_as_other_clients(client: Client, method: str, path: str, body: object) -> None:
    def send(headers: dict[str, str]) -> tuple[str, bytes, dict[str, str]]:
        reply = client.send(method, path, json=body, headers={"X-Total-Count": "true", **headers})
        common = {
            name: text for name, text in reply.headers if not name.startswith(("Access-Control-", "X-Mock-Explain"))
        }
        return reply.status, reply.data, common

    plain = send({})
    assert send({"Origin": "http://localhost:3000"}) == (*plain[:2], plain[2] | {"Vary": "Origin, X-Mock-World"})
    assert send({"Origin": "http://example.com"}) == (*plain[:2], plain[2] | {"Vary": "X-Mock-World"})


@pytest.mark.parametrize(
    "origin", ["http://example.com", "http://localhost.example.com", "null", "http://localhost:1@x"]
)
def test_f4_pages_of_other_origins_get_no_cors_headers(client: Client, origin: str) -> None:
    reply = client.get("/items", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize(
    ("allowed", "origin"),
    [
        ("http://shop.example:3000", "http://shop.example:3000"),
        ("https://Shop.example", "https://shop.example"),
        ("http://[2001:db8::1]:3000", "http://[2001:db8::1]:3000"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("null", "null"),
        ("*", "http://example.com"),
    ],
)
def test_f4_pages_of_allowed_origins_may_call(allowed: str, origin: str) -> None:
    flask = build(Settings(fixture="empty", cors_origin=("http://other.example", allowed))).flask
    reply = Client(flask, "acme").get("/items", headers={"Origin": origin})
    assert reply.headers.getlist("Access-Control-Allow-Origin") == [origin]
    assert "Access-Control-Allow-Credentials" not in reply.headers


@pytest.mark.parametrize(
    ("origins", "origin", "allowed", "with_credentials"),
    [
        (("http://shop.example",), "http://shop.example", True, True),
        (("http://Shop.example",), "http://shop.Example", True, True),
        (("*", "http://shop.example"), "http://shop.example", True, True),
        (("*", "http://shop.example"), "http://other.example", True, False),
        (("http://shop.example",), "http://localhost:3000", True, False),
        (("http://localhost:3000",), "http://localhost:3000", True, True),
        (("http://shop.example",), "http://shop.example.com", False, False),
        (("http://shop.example",), "*", False, False),
        (("*",), "http://shop.example", True, False),
        (("http://shop.example",), "null", False, False),
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_f4_pages_of_named_origins_may_send_credentials_if_a_flag_says_so(
    origins: tuple[str, ...], origin: str, allowed: bool, with_credentials: bool, method: str
) -> None:
    settings = Settings(fixture="empty", cors_origin=origins, cors_credentials=True)
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET", "Cookie": "a=b"}
    reply = Client(build(settings).flask, "acme").send(method, "/items", headers=headers)
    assert reply.headers.getlist("Access-Control-Allow-Origin") == [origin] * allowed
    assert reply.headers.getlist("Access-Control-Allow-Credentials") == ["true"] * with_credentials
    assert "*" not in reply.headers.get("Access-Control-Allow-Headers", "")
    assert "*" not in reply.headers.get("Access-Control-Expose-Headers", "")
    assert not allowed or "Origin" in reply.headers.get("Vary", "")


def test_f4_other_clients_get_no_cors_headers() -> None:
    reply = Client(build(Settings(fixture="empty", cors_origin=("http://shop.example",))).flask, "acme").get("/items")
    assert [name for name, _ in reply.headers if name.startswith("Access-Control")] == []


def test_f4_pages_see_the_count_of_every_service(client: Client, shared: App) -> None:
    exposed = client.get("/items", headers={"Origin": "http://localhost:3000"}).headers["Access-Control-Expose-Headers"]
    counts = {name for operation in shared.api_operations for name in operation.count_headers}
    assert "X-Total-Count" in counts
    assert counts <= set(exposed.split(", "))


def test_a_reply_without_body_has_no_content_type(client: Client) -> None:
    assert "Content-Type" not in client.put(ITEM, json={}).headers


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**64 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"]))
        | st.sampled_from(["[" * 120, "}{", "9" * 25, "1e999"]),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    )
)
def test_f3_json_is_read_as_it_is_written(value: Any) -> None:
    assert strict_json.parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":', '["[[[[{",'])
def test_f3_levels_are_counted(opening: str) -> None:
    levels = opening.count("[", 0, 2) + opening.count("{", 0, 2)
    closing = opening[:2].translate({ord("["): "]", ord("{"): "}", ord('"'): None})[::-1]
    times = nesting.MAX_JSON_DEPTH // levels
    strict_json.parse_json(f"{opening * times}1{closing * times}".encode())
    with pytest.raises(BadRequest):
        strict_json.parse_json(f"{opening * times}[1]{closing * times}".encode())


@pytest.fixture
def listener() -> Iterator[tuple[str, list[Any]]]:
    """A URL on this machine, and the connections that it has accepted."""
    accepted: list[Any] = []

    def listen(server: socket.socket) -> None:
        with suppress(OSError):  # closed
            while True:
                accepted.append(server.accept())

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=listen, args=(server,))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", accepted
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize(
    "schema",
    [
        '{"$ref": "URL/a.json"}',
        '{"allOf": [{"$ref": "URL/a.json#/b"}]}',
        '{"$id": "URL/a.json", "$ref": "b.json"}',
        '{"$schema": "URL/a.json"}',
        '{"$ref": "file:///etc/passwd"}',
    ],
)
def test_d12_schemas_fetch_nothing(client: Client, listener: tuple[str, list[Any]], schema: str) -> None:
    url, accepted = listener
    rows = [{"url": "https://example.com/m.json", "schema": json.loads(schema.replace("URL", url))}]
    reply = client.with_token(None).send("PUT", f"//__admin/state/mixinSchemas?tenant={client.tenant}", json=rows)
    assert reply.status_code == 400
    assert "not a JSON Schema" in reply.get_json()["details"]["message"]
    assert not accepted


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "([a-z]+)*X", "(.*)*y"])
def test_d12_patterns_of_schemas_run_in_linear_time(client: Client, pattern: str) -> None:
    url = "https://example.com/m.json"
    rows = [{"url": url, "schema": {"properties": {"text": {"pattern": pattern}}}}]
    path = f"//__admin/state/mixinSchemas?tenant={client.tenant}"
    assert client.with_token(None).send("PUT", path, json=rows).status_code < 300
    body = {"mixins": {"m": {"text": "a" * 100_000 + "!"}}, "metadata": {"mixins": {"m": url}}}
    reply = client.put(ITEM, json=body)  # a backtracking engine would not terminate
    assert reply.status_code == 400
    assert reply.get_json()["details"]["field"] == "/mixins/m/text"
