"""Requests with different ids, queries, mixins and tokens, so that no cache of equal requests helps a server."""

from __future__ import annotations

import json
from contextlib import closing
from itertools import cycle
from urllib.request import Request

from caller import Caller
from load import GOLDEN, OPENER, encode_request, product_ids, with_header

MIXIN_URL = "https://res.cloudinary.com/saas-ag/raw/upload/v1600077014/schemata/segmentAttributes_v1.json"


def client_tokens(port: int, count: int) -> list[str]:
    """Return several tokens of the OAuth client `admin`, so that a cache of one token does not help."""
    body = b"grant_type=client_credentials&client_id=admin&client_secret=secret"
    request = Request(f"http://127.0.0.1:{port}/oauth/token", body, method="POST")
    tokens = []
    for _ in range(count):
        with OPENER.open(request) as response:
            tokens.append(json.load(response)["access_token"])
    return tokens


def varied_mixins(value: str) -> dict[str, dict[str, str]]:
    """Return mixins that differ by a value."""
    return {"segmentAttributes": {"membershipStatus": "PREMIUM"}, "note": {"text": value}}


def varied_requests(port: int) -> dict[str, list[bytes]]:
    """Return several requests of each kind, with different ids, mixins and tokens."""
    ids = sorted(set(product_ids(f"http://127.0.0.1:{port}", 200)))
    tokens = client_tokens(port, 7)
    items = f"/{GOLDEN}/items/PRODUCT"
    with closing(Caller(port)) as caller:
        caller.call("PUT", f"{items}/bulk", [{"id": id_} for id_ in ids])

    def mixin(value: str) -> dict[str, object]:
        return {"mixins": varied_mixins(value), "metadata": {"mixins": {"segmentAttributes": MIXIN_URL}}}

    kinds = {
        "GET one": [encode_request("GET", f"{items}/{id_}") for id_ in ids],
        "list of 60": [encode_request("GET", f"/items?pageSize=60&pageNumber={1 + at % 2}") for at in range(len(ids))],
        "list of 60, q, sort, count": [
            with_header(
                encode_request("GET", f"/items?q=type:PRODUCT&sort=item.{key}&pageSize=60"), "X-Total-Count: true"
            )
            for key in ("id", "code", "name")
        ],
        "PUT one with a mixin": [
            encode_request("PUT", f"{items}/{id_}", mixin(f"STATUS{at}")) for at, id_ in enumerate(ids)
        ],
        "bulk of 200 with mixins": [
            encode_request(
                "PUT", f"{items}/bulk", [{"id": ids[at % len(ids)], **mixin(f"{turn}-{at}")} for at in range(200)]
            )
            for turn in range(7)
        ],
    }
    return {name: list(map(_with_token, requests, cycle(tokens))) for name, requests in kinds.items()}


def _with_token(request: bytes, token: str) -> bytes:
    return request.replace(b"Bearer admin-token", f"Bearer {token}".encode())
