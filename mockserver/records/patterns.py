"""WireMock's request patterns: which visits one matches, and how far it is from those that it does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import orjson

from ..contract import strict_json
from ..errors import BadRequest
from ..practices import regexes
from ..practices.regexes import RegexError
from .budget import Budget
from .comparison import Comparison
from .visit import Visit

LONG = 200  # characters that are compared to tell how near two texts are

Texts = list[str]  # the values of a header or parameter; none if it is absent
Fits = Callable[[Texts, Budget], bool]
Read = Callable[[Visit], Texts]


class PatternError(Exception):
    """A pattern that cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What texts must be like.

    near: the text that they should be, to tell how far others are from it; None where only yes or no can be told.
    """

    fits: Fits
    near: str | None = None

    def distance(self, texts: Texts, budget: Budget) -> float:
        """Return 0 for a match, up to 1."""
        if self.fits(texts, budget):
            return 0.0
        if self.near is None:
            return 1.0
        budget.check()
        return min((_unlike(self.near, each) for each in texts), default=1.0)


@dataclass(frozen=True, slots=True)
class Part:
    """One demand of a pattern, and where to look."""

    read: Read
    demand: Demand


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled request pattern; one that demands nothing matches everything."""

    parts: tuple[Part, ...]

    def matches(self, visit: Visit, budget: Budget) -> bool:
        """Whether a visit is as demanded; BadRequest if that takes too long."""
        return all(part.demand.fits(part.read(visit), budget) for part in self.parts)

    def distance(self, visit: Visit, budget: Budget) -> float:
        """Return how far a visit is from what is demanded: 0 to 1, the mean over all demands."""
        distances = (part.demand.distance(part.read(visit), budget) for part in self.parts)
        return sum(distances) / max(1, len(self.parts))


def compiled(pattern: Mapping[str, Any]) -> Pattern:
    """Compile a request pattern of the declared shape; PatternError says what cannot be used."""
    return Pattern(tuple(_parts(pattern)))


def _parts(pattern: Mapping[str, Any]) -> Iterator[Part]:
    for name, value in pattern.items():
        if name in PLAIN:
            read, matcher = PLAIN[name]
            yield Part(read, _demand({matcher: value}))
        elif name == "urlPathTemplate":
            yield Part(_path, _template(value))
        elif name == "method":
            if value.upper() != "ANY":
                yield Part(lambda visit: [visit.request.method], _demand({"equalTo": value.upper()}))
        elif name in NAMED:
            for key, matcher in value.items():
                yield Part(partial(NAMED[name], key), _demand(matcher))
        elif name == "bodyPatterns":
            for matcher in value if isinstance(value, list) else [value]:
                yield Part(_body, _demand(matcher))


def _url(visit: Visit) -> Texts:
    query = f"?{visit.request.query}" if visit.request.query else ""
    return [visit.request.path + query]


def _path(visit: Visit) -> Texts:
    return [visit.request.path]


def _body(visit: Visit) -> Texts:
    return [visit.request.body.decode(errors="replace")] if visit.request.body else []


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


def _demand(matcher: Mapping[str, Any]) -> Demand:
    """Compile one matcher, such as `{"equalTo": "x"}`."""
    names = [name for name in matcher if name not in OPTIONS]
    if len(names) != 1 or names[0] not in MATCHERS:
        raise PatternError(f"A matcher is one of {', '.join(MATCHERS)}.")
    return MATCHERS[names[0]](matcher[names[0]], matcher)


def _equal(wanted: Any, options: Mapping[str, Any]) -> Demand:
    text = _text(wanted)
    if options.get("caseInsensitive"):
        return Demand(lambda texts, _: text.lower() in map(str.lower, texts), text)
    return Demand(lambda texts, _: text in texts, text)


def _contains(wanted: Any, _: Mapping[str, Any]) -> Demand:
    text = _text(wanted)
    return Demand(lambda texts, _: any(text in each for each in texts))


def _lacks(wanted: Any, _: Mapping[str, Any]) -> Demand:
    text = _text(wanted)
    return Demand(lambda texts, _: not any(text in each for each in texts))


def _regex(wanted: Any, _: Mapping[str, Any]) -> Demand:
    found = _compiled_regex(wanted)
    return Demand(lambda texts, budget: any(budget.fits(found, each) for each in texts))


def _no_regex(wanted: Any, _: Mapping[str, Any]) -> Demand:
    found = _compiled_regex(wanted)
    return Demand(lambda texts, budget: not any(budget.fits(found, each) for each in texts))


def _template(wanted: str) -> Demand:
    """Compile a path with `{names}`, each of which stands for one step."""
    steps = ("[^/]+" if step.startswith("{") else re.escape(step) for step in wanted.split("/"))
    pattern = re.compile("/".join(steps))
    return Demand(lambda texts, _: any(pattern.fullmatch(each) for each in texts), wanted)


def _absent(wanted: Any, _: Mapping[str, Any]) -> Demand:
    return Demand(lambda texts, _: bool(texts) is not bool(wanted))


def _json(wanted: Any, options: Mapping[str, Any]) -> Demand:
    try:
        value = strict_json.read(wanted.encode()) if isinstance(wanted, str) else wanted
    except BadRequest as error:
        raise PatternError(f"equalToJson must be JSON. {error.detail}") from None
    order, extra = bool(options.get("ignoreArrayOrder")), bool(options.get("ignoreExtraElements"))

    def is_same(text: str, budget: Budget) -> bool:
        budget.check()
        try:
            return Comparison(order, extra, budget).same(value, orjson.loads(text))
        except orjson.JSONDecodeError:
            return False

    return Demand(lambda texts, budget: any(is_same(each, budget) for each in texts))


MATCHERS: dict[str, Callable[[Any, Mapping[str, Any]], Demand]] = {
    "equalTo": _equal,
    "contains": _contains,
    "doesNotContain": _lacks,
    "matches": _regex,
    "doesNotMatch": _no_regex,
    "absent": _absent,
    "equalToJson": _json,
}


def _unlike(wanted: str, found: str) -> float:
    """Return how unlike two different texts are, from 0 to 1."""
    likeness = SequenceMatcher(None, wanted[:LONG], found[:LONG], autojunk=False).ratio()
    return max(0.01, 1.0 - likeness)


def _text(wanted: Any) -> str:
    if not isinstance(wanted, str):
        raise PatternError("The operand of this matcher must be a text.")
    return wanted


def _compiled_regex(wanted: Any) -> Any:
    try:
        return regexes.compiled(_text(wanted))
    except RegexError as error:
        raise PatternError(f"The regex cannot be used: {str(error)[:200]}.") from None
