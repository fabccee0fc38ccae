"""WireMock's request patterns: which visits one matches, and how far it is from those that it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import orjson

from ..errors import BadRequest
from ..practices import regexes
from ..practices.regexes import RegexError, Stopwatch, TooExpensive
from .visit import Visit

SECONDS = 0.5  # for all regexes of one call
LONG = 500  # characters that are compared to tell how near two texts are

Texts = list[str]  # the values of a header or parameter; none if it is absent
Distance = Callable[[Texts, Stopwatch], float]  # 0 for a match, up to 1
Read = Callable[[Visit], Texts]


class PatternError(Exception):
    """A pattern that cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One demand of a pattern: where to look, and how far what is there is from it."""

    read: Read
    distance: Distance


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled request pattern; one that demands nothing matches everything."""

    parts: tuple[Part, ...]

    def matches(self, visit: Visit, stopwatch: Stopwatch) -> bool:
        """Whether a visit is as demanded; BadRequest if the regexes take too long."""
        return all(distance == 0 for distance in self._distances(visit, stopwatch))

    def distance(self, visit: Visit, stopwatch: Stopwatch) -> float:
        """Return how far a visit is from what is demanded: 0 to 1, the mean over all demands."""
        return sum(self._distances(visit, stopwatch)) / max(1, len(self.parts))

    def _distances(self, visit: Visit, stopwatch: Stopwatch) -> Iterator[float]:
        for part in self.parts:
            try:
                yield part.distance(part.read(visit), stopwatch)
            except TooExpensive:
                raise BadRequest(kind="regex", detail="The regexes of this pattern take too long.") from None


def compiled(pattern: Mapping[str, Any]) -> Pattern:
    """Compile a request pattern of the declared shape; PatternError says what cannot be used."""
    return Pattern(tuple(_parts(pattern)))


def _parts(pattern: Mapping[str, Any]) -> Iterator[Part]:
    for name, value in pattern.items():
        if name in PLAIN:
            read, matcher = PLAIN[name]
            yield Part(read, _distance({matcher: value}))
        elif name == "method":
            if value.upper() != "ANY":
                yield Part(lambda visit: [visit.request.method], _distance({"equalTo": value.upper()}))
        elif name in NAMED:
            for key, matcher in value.items():
                yield Part(partial(NAMED[name], key), _distance(matcher))
        elif name == "bodyPatterns":
            for matcher in value if isinstance(value, list) else [value]:
                yield Part(_body, _distance(matcher))


def _url(visit: Visit) -> Texts:
    query = f"?{visit.request.query}" if visit.request.query else ""
    return [visit.request.path + query]


def _path(visit: Visit) -> Texts:
    return [visit.request.path]


def _body(visit: Visit) -> Texts:
    return [visit.request.body.decode(errors="replace")]


def _header(name: str, visit: Visit) -> Texts:
    value = visit.request.headers.get(name.lower())
    return [] if value is None else [value]


def _parameter(name: str, visit: Visit) -> Texts:
    pairs = parse_qsl(visit.request.query, keep_blank_values=True, errors="replace")
    return [value for key, value in pairs if key == name]


def _cookie(name: str, visit: Visit) -> Texts:
    pairs = (part.partition("=") for part in visit.request.headers.get("cookie", "").split(";"))
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def _optional(value: str | None) -> Texts:
    return [] if value is None else [value]


PLAIN: dict[str, tuple[Read, str]] = {
    "url": (_url, "equalTo"),
    "urlPattern": (_url, "matches"),
    "urlPath": (_path, "equalTo"),
    "urlPathPattern": (_path, "matches"),
    "operationId": (lambda visit: _optional(visit.operation.id if visit.operation else None), "equalTo"),
    "test": (lambda visit: _optional(visit.test), "equalTo"),
}
NAMED: dict[str, Callable[[str, Visit], Texts]] = {
    "headers": _header,
    "queryParameters": _parameter,
    "cookies": _cookie,
}
OPTIONS = {"caseInsensitive", "ignoreArrayOrder", "ignoreExtraElements"}


def _distance(matcher: Mapping[str, Any]) -> Distance:
    """Compile one matcher, such as `{"equalTo": "x"}`."""
    names = [name for name in matcher if name not in OPTIONS]
    if len(names) != 1 or names[0] not in MATCHERS:
        raise PatternError(f"A matcher is one of {', '.join(MATCHERS)}.")
    return MATCHERS[names[0]](matcher[names[0]], matcher)


def _equal(wanted: Any, options: Mapping[str, Any]) -> Distance:
    folded = bool(options.get("caseInsensitive"))
    text = _text(wanted).lower() if folded else _text(wanted)
    return lambda texts, _: _nearest(texts, lambda each: _unlike(text, each.lower() if folded else each))


def _contains(wanted: Any, _: Mapping[str, Any]) -> Distance:
    text = _text(wanted)
    return lambda texts, _: _nearest(texts, lambda each: 0.0 if text in each else 1.0)


def _lacks(wanted: Any, _: Mapping[str, Any]) -> Distance:
    text = _text(wanted)
    return lambda texts, _: float(any(text in each for each in texts))


def _regex(wanted: Any, _: Mapping[str, Any]) -> Distance:
    found = _compiled_regex(wanted)
    return lambda texts, watch: _nearest(texts, lambda each: 0.0 if watch.fits(found.fullmatch, each) else 1.0)


def _no_regex(wanted: Any, _: Mapping[str, Any]) -> Distance:
    found = _compiled_regex(wanted)
    return lambda texts, watch: float(any(watch.fits(found.fullmatch, each) for each in texts))


def _absent(wanted: Any, _: Mapping[str, Any]) -> Distance:
    return lambda texts, _: float(bool(texts) is bool(wanted))


def _json(wanted: Any, options: Mapping[str, Any]) -> Distance:
    try:
        value = orjson.loads(wanted) if isinstance(wanted, str) else wanted
    except orjson.JSONDecodeError:
        raise PatternError("equalToJson must be JSON.") from None
    order, extra = bool(options.get("ignoreArrayOrder")), bool(options.get("ignoreExtraElements"))

    def unlike(text: str) -> float:
        try:
            return 0.0 if _same(value, orjson.loads(text), order=order, extra=extra) else 1.0
        except orjson.JSONDecodeError:
            return 1.0

    return lambda texts, _: _nearest(texts, unlike)


MATCHERS: dict[str, Callable[[Any, Mapping[str, Any]], Distance]] = {
    "equalTo": _equal,
    "contains": _contains,
    "doesNotContain": _lacks,
    "matches": _regex,
    "doesNotMatch": _no_regex,
    "absent": _absent,
    "equalToJson": _json,
}


def _same(wanted: Any, found: Any, *, order: bool, extra: bool) -> bool:
    """Whether two JSON values are equal, but for the order of arrays and for more elements, if these do not matter."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        names_fit = wanted.keys() <= found.keys() if extra else wanted.keys() == found.keys()
        return names_fit and all(_same(wanted[name], found[name], order=order, extra=extra) for name in wanted)
    if isinstance(wanted, list) and isinstance(found, list):
        if len(found) < len(wanted) or (len(found) > len(wanted) and not extra):
            return False
        if not order:
            return all(_same(*pair, order=order, extra=extra) for pair in zip(wanted, found, strict=False))
        left = list(found)
        return all(_taken(each, left, extra=extra) for each in wanted)
    return type(wanted) is type(found) and bool(wanted == found)


def _taken(wanted: Any, left: list[Any], *, extra: bool) -> bool:
    """Take the first element that is like the wanted one out of those left."""
    at = next((at for at, each in enumerate(left) if _same(wanted, each, order=True, extra=extra)), None)
    if at is not None:
        del left[at]
    return at is not None


def _nearest(texts: Texts, unlike: Callable[[str], float]) -> float:
    return min(map(unlike, texts), default=1.0)


def _unlike(wanted: str, found: str) -> float:
    """Return how unlike two texts are, from 0 to 1; equal ones alone are 0."""
    if wanted == found:
        return 0.0
    likeness = SequenceMatcher(None, wanted[:LONG], found[:LONG], autojunk=False).ratio()
    return min(1.0, max(0.01, 1.0 - likeness))


def _text(wanted: Any) -> str:
    if not isinstance(wanted, str):
        raise PatternError("The operand of this matcher must be a text.")
    return wanted


def _compiled_regex(wanted: Any) -> Any:
    try:
        return regexes.compiled(_text(wanted))
    except RegexError as error:
        raise PatternError(f"The regex cannot be used: {str(error)[:200]}.") from None
