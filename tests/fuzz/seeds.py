"""Seeds and dictionaries of the fuzzer: cases of the tables, and words of their languages."""

from __future__ import annotations

import json

from .targets import TABLE

PATCHES = [
    '+/mixins/a/1/b~0~1 [[1.5, "\u00e4"]]\n+/mixins/a/- {"c": true}',
    "=/mixins/ null\n-/mixins/a/0",
    "-/name/en\n=/name/de x",
    "\n".join(f"+/mixins/b{'/0' * at} [[]]" for at in range(0, 120, 2)),
]
VALUES = [{"a": [1, -2.5e-3, 2**64 - 1, -(2**63), 1e300, None, True, "\u00e4\n"]}, [[[]]], "", 0, {"": {"b": {}}}]
JSON_WORDS = [*'{}[],:"\\-0.', "\\u00e4", "\\ud83d", "\\ude00", "e+300", "9" * 19, "NaN", "null", "true", " "]
PATCH_WORDS = ["\n+/", "\n=/", "\n-/", "/mixins", "/a", "/-", "/0", "~1", " [[]]", ' {"a":0}', " null"]
Q_WORDS = [*' :~()<>,"\\.[]*+?{}|', "exists", "null", "missing", "in(", " AND ", "price:", "parts.part:", "(?i)", "{9}"]
GROUP_WORDS = ["compoundLogicalQuery:((", " OR ", "))", ") AND ("]


def _table_texts(table: str) -> list[str]:
    return [case[table if table != "languages" else "header"] or "" for case in TABLE[table]["cases"]]


REQUESTS = [
    "GET /a?b=c HTTP/1.1\r\nHost: localhost\r\nAccept:\ta, b \r\n\r\nGET /b HTTP/1.1\r\nA_B: c\r\n\r\n",
    "PUT /a HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}DELETE /a HTTP/1.0\r\n\r\n",
    "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nA: b\r\n\r\n",
    "PUT /a HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}GET / HTTP/1.1\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\n\r\nPRI * HTTP/2.0\r\n\r\n",
    "HEAD / HTTP/1.1\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n\r\n",
]
ITEM = "/customer-segment/acme/segments/628cd20c6e8b2432b6346ca6/items/PRODUCT/12468504"
TOKEN = "Host: localhost\r\nAuthorization: Bearer admin-token\r\n"
CALLS = [
    f"GET {ITEM} HTTP/1.1\r\n{TOKEN}\r\nHEAD {ITEM} HTTP/1.0\r\n{TOKEN}\r\n",
    f"GET {ITEM}?fields=item HTTP/1.1\r\n{TOKEN}Origin: http://localhost:3000\r\n\r\n",
    f"PUT {ITEM} HTTP/1.1\r\n{TOKEN}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}",
    f"OPTIONS {ITEM} HTTP/1.1\r\nOrigin: http://localhost:1\r\nAccess-Control-Request-Method: PUT\r\n\r\n",
    "GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /__admin/docs/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    f"GET http://localhost{ITEM}#a HTTP/1.1\r\n{TOKEN}Prefer: code=503\r\n\r\n",
]
SEEDS: dict[str, list[str]] = {
    "q": _table_texts("q"),
    "compound": _table_texts("q"),
    "fields": _table_texts("fields"),
    "sort": _table_texts("sort"),
    "languages": _table_texts("languages"),
    "strict_json": [json.dumps(value) for value in VALUES],
    "jsonpatch": PATCHES,
    "requests": [f"{size}{lines}" for size in "\x02\x27" for lines in REQUESTS],
    "entrances": CALLS,
}
WORDS: dict[str, list[str]] = {
    "q": Q_WORDS,
    "compound": [*Q_WORDS, *GROUP_WORDS],
    "fields": [*",. ", "item", ".name", "list.k"],
    "sort": [*",:. ", ":ASC", ":DESC", "name.en", "list.k"],
    "languages": [*",;-*=.", "q=0", ";q=1.000", "de-CH", "zh-Hant", "en"],
    "strict_json": JSON_WORDS,
    "jsonpatch": PATCH_WORDS,
    "requests": [
        *"\r\n: ",
        "HTTP/1.1\r\n",
        "Content-Length: 3\r\n",
        "Upgrade: h2c\r\n",
        "Connection: close, upgrade\r\n",
    ],
    "entrances": [*"\r\n: ?#%/", "HTTP/1.1\r\n", TOKEN, ITEM, "Origin: http://localhost:1\r\n", "/__admin", "%2F"],
}
