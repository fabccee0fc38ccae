"""A call as a HAR file records it; browsers differ in what they leave out, and files may have anything anywhere."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from ..contract import strict_json
from ..errors import BadRequest

NO_BODY = object()  # stands for a body that was not recorded, or is not JSON


@dataclass(frozen=True)
class RecordedCall:
    """A call and its response.

    started: when the call began, as the browser wrote it; "" if it did not.
    url: split, without a fragment. headers: those of the request by their names in lower case.
    status: that of the response; 0 if there was none.
    text: that of the response; None if it was not recorded.
    language: that of the response, or the first one that the client asked for; "" if neither is known.
    """

    started: str
    method: str
    url: SplitResult
    headers: Mapping[str, str]
    request_text: str | None
    status: int
    text: str | None
    language: str = ""
    is_detached: bool = False
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_successful(self) -> bool:
        """Whether the response says that the call succeeded."""
        return 200 <= self.status < 300

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query; the last value of each."""
        return dict(parse_qsl(self.url.query))

    @property
    def token(self) -> str:
        """The bearer token of the request; "" without one, as in exports without secrets."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def parse_request(self) -> Any:
        """Return the JSON of the request; a form as a map; NO_BODY for anything else."""
        return self._request_body

    def parse_response(self) -> Any:
        """Return the JSON of the response; NO_BODY for anything else."""
        return self._response_body

    @cached_property
    def _request_body(self) -> Any:
        if self.request_text and "form-urlencoded" in self.headers.get("content-type", ""):
            return dict(parse_qsl(self.request_text))
        return _parse_body(self.request_text)

    @cached_property
    def _response_body(self) -> Any:
        return _parse_body(self.text)


def read_call(entry: Any) -> RecordedCall | None:
    """Return the call of an entry; None if the entry has none that could be used."""
    request, response = _as_map(_as_map(entry).get("request")), _as_map(_as_map(entry).get("response"))
    url = _split_url(_as_text(request.get("url")))
    if url is None or not url.path:
        return None
    headers, content = _read_headers(request), _as_map(response.get("content"))
    post = _as_map(request.get("postData"))
    if "content-type" not in headers and post:
        headers["content-type"] = _as_text(post.get("mimeType"))
    status = response.get("status")
    return RecordedCall(
        started=_as_text(_as_map(entry).get("startedDateTime")),
        method=_as_text(request.get("method")).upper(),
        url=url,
        headers=headers,
        request_text=_read_text(post) or _join_parameters(post.get("params")),
        status=status if isinstance(status, int) and not isinstance(status, bool) else 0,
        text=_read_text(content),
        language=_read_language(_read_headers(response), headers),
        is_detached="_file" in content,
    )


def _split_url(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts._replace(fragment="") if parts.scheme in {"http", "https"} else None


def _read_headers(message: Mapping[str, Any]) -> dict[str, str]:
    """Return headers by their names in lower case; HTTP/2 writes them so, and its own begin with a colon."""
    headers = message.get("headers")
    pairs = [_as_map(header) for header in headers] if isinstance(headers, list) else []
    return {_as_text(pair.get("name")).lower(): _as_text(pair.get("value")) for pair in pairs}


def _read_text(content: Mapping[str, Any]) -> str | None:
    """Return the text of a body, which some browsers write in base64; None without one."""
    text = content.get("text")
    if not isinstance(text, str):
        return None
    if content.get("encoding") == "base64":
        try:
            text = b64decode(text, validate=False).decode(errors="replace")
        except (Base64Error, ValueError):
            return None
    return text.removeprefix("\ufeff")


def _join_parameters(parameters: Any) -> str | None:
    """Return the fields of a form that a browser recorded one by one."""
    pairs = [_as_map(parameter) for parameter in parameters] if isinstance(parameters, list) else []
    return "&".join(f"{_as_text(pair.get('name'))}={_as_text(pair.get('value'))}" for pair in pairs) or None


def _read_language(response: Mapping[str, str], request: Mapping[str, str]) -> str:
    """Return the language of a response; a region that only the client named is left out, as in de-DE."""
    declared = response.get("content-language", "").partition(",")[0].strip()
    wanted = request.get("accept-language", "").partition(",")[0].partition(";")[0].partition("-")[0].strip()
    language = declared or wanted
    return language if language.replace("-", "").replace("_", "").isalnum() else ""


def _parse_body(text: str | None) -> Any:
    if not text or not text.strip():
        return NO_BODY
    try:
        return strict_json.parse_json(text.encode(errors="surrogatepass"))
    except BadRequest:
        return NO_BODY


def _as_map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else ""
