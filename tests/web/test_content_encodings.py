"""Encoded request bodies (F3c): gzip and deflate are decoded within the limit of a body, through both entrances."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from mockserver.web import content_encodings
from mockserver.web.limits import MAX_BODY_BYTES
from tests.support.client import Admin, Client
from tests.support.entrances import Entrances
from tests.support.samples import GOLDEN, HAMMER, ITEM

PATH = f"/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT/{HAMMER}"
BODY = b'{"metadata": {"version": 1}}'
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
RAW_DEFLATE = RAW.compress(BODY) + RAW.flush()
ENCODED = [
    ("gzip", gzip.compress(BODY)),
    ("GZIP", gzip.compress(BODY)),
    (" x-gzip ", gzip.compress(BODY)),
    ("deflate", zlib.compress(BODY)),
    ("deflate", RAW_DEFLATE),
    ("identity", BODY),
    ("", BODY),
]
BROKEN = {
    "not gzip": ("gzip", BODY),
    "half": ("gzip", gzip.compress(BODY)[:20]),
    "without its end": ("gzip", gzip.compress(BODY)[:-4]),
    "wrong checksum": ("gzip", gzip.compress(BODY)[:-8] + b"\0" * 8),
    "bytes after its end": ("gzip", gzip.compress(BODY) + b"x"),
    "two members": ("gzip", gzip.compress(BODY) * 2),
    "zlib instead of gzip": ("gzip", zlib.compress(BODY)),
    "not deflate": ("deflate", BODY),
    "gzip instead of deflate": ("deflate", gzip.compress(BODY)),
    "one byte": ("deflate", b"x"),
}
UNSUPPORTED = ["br", "zstd", "compress", "gzip, gzip", "gzip,", "chunked", "utf-8", "gzip;q=1", "ü", "x" * 10_000]


@pytest.fixture(scope="module")
def entrances() -> Entrances:
    return Entrances()


def send(entrances: Entrances, encoding: str, body: bytes, method: str = "PUT", path: str = PATH) -> tuple[str, bytes]:
    """Send a body through both entrances, whose responses must be equal; return status and content."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin-token\r\n"
    head += f"Content-Type: application/json\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    (response,) = entrances.compare(head.encode() + body)
    return response.status[:3], response.body


@pytest.mark.parametrize(("encoding", "body"), ENCODED, ids=range(len(ENCODED)))  # gzip contains the time
def test_f3c_an_encoded_body_is_decoded(encoding: str, body: bytes) -> None:
    entrances = Entrances()
    assert send(entrances, encoding, body) == ("204", b"")
    assert send(entrances, encoding, body)[0] == "409"  # the version in the body was read


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_encoding_is_a_400_and_changes_nothing(entrances: Entrances, name: str) -> None:
    before = send(entrances, "", b"", "GET")
    status, content = send(entrances, *BROKEN[name])
    details = json.loads(content)["details"]
    assert (status, details["field"]) == ("400", "Content-Encoding")
    assert "is not complete and valid" in details["message"]
    assert send(entrances, "", b"", "GET") == before


@pytest.mark.parametrize("encoding", UNSUPPORTED)
def test_another_encoding_is_a_400_that_names_the_supported_ones(entrances: Entrances, encoding: str) -> None:
    status, content = send(entrances, encoding, b"x")
    message = json.loads(content)["details"]["message"]
    assert (status, message[:61]) == (
        "400",
        "Content-Encoding must be gzip, deflate or identity, not " + message[56:61],
    )
    assert len(message) < 300


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
@pytest.mark.parametrize(("size", "status"), [(MAX_BODY_BYTES, "400"), (MAX_BODY_BYTES + 1, "413"), (10**8, "413")])
def test_the_limit_of_a_body_applies_after_decoding(entrances: Entrances, pack: object, size: int, status: str) -> None:
    encoding = "gzip" if pack is gzip.compress else "deflate"
    bomb = pack(b" " * size)  # type: ignore[operator]
    assert len(bomb) < 200_000
    assert send(entrances, encoding, bomb)[0] == status


def test_a_bomb_is_never_expanded_beyond_the_limit(monkeypatch: pytest.MonkeyPatch, entrances: Entrances) -> None:
    monkeypatch.setattr(content_encodings, "MAX_BODY_BYTES", 100)
    bomb = gzip.compress(gzip.compress(b"\0" * 10**7))
    assert send(entrances, "gzip", bomb)[0] == "413"


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_request_without_body_may_name_any_encoding(entrances: Entrances, encoding: str) -> None:
    assert send(entrances, encoding, b"", "GET")[0] == "200"


def test_the_journal_has_the_decoded_body(client: Client) -> None:
    client.put(ITEM, data=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
    client.put(ITEM, data=b"x", headers={"Content-Encoding": "br"})
    refused, written = Admin(client).call("GET", "/requests")["requests"]
    assert (written["request"]["body"], written["response"]["status"]) == ("{}", 204)
    assert "content-encoding" not in written["request"]["headers"]
    assert (refused["mock"]["place"], refused["mock"]["rule"]) == ("Content-Encoding", "F3c")
    assert refused["wasMatched"]


def test_the_control_plane_decodes_bodies_too(client: Client) -> None:
    admin = client.with_token(None)
    body = gzip.compress(json.dumps({"tenant": client.tenant}).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert admin.post("//__admin/reset", data=body, headers=headers).status_code == 200
    assert admin.post("//__admin/reset", data=body, headers={**headers, "Content-Encoding": "br"}).status_code == 400
