"""The report on an import: what the world has, what was completed and replaced, and what was not understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..wording import shorten

MAX_SHOWN_KEYS = 5
MAX_SHOWN_LINES = 40  # of calls that were not understood; the JSON report has them all


@dataclass(slots=True)
class ImportReport:
    """What an import did.

    calls: how many the file has. used_calls: how many of them the world is made from.
    tenant: whose calls they are. other_tenants: how many calls of others were left out.
    hosts: of all calls, with their number.
    rows: how many the world has, by section.
    logins: the customers who logged in, with e-mail and new password.
    added: the keys of rows that no call shows, by section.
    filled: how often a field got a default, by section and name.
    dropped: how often a value or row was left out, by section and reason.
    unknown_fields: how often calls show a field that a world has no place for, by section and name.
    replaced: how often something was removed or replaced, by kind and section.
    not_understood: how often, by label and reason. notes: sentences.
    """

    calls: int = 0
    used_calls: int = 0
    tenant: str = ""
    other_tenants: Counter[str] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    rows: Mapping[str, int] = field(default_factory=dict)
    logins: list[dict[str, str]] = field(default_factory=list)
    added: Mapping[str, list[str]] = field(default_factory=dict)
    filled: Counter[tuple[str, str]] = field(default_factory=Counter)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown_fields: Counter[tuple[str, str]] = field(default_factory=Counter)
    replaced: Counter[tuple[str, str]] = field(default_factory=Counter)
    not_understood: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "calls": self.calls,
            "usedCalls": self.used_calls,
            "tenant": self.tenant,
            "otherTenants": dict(self.other_tenants),
            "hosts": dict(self.hosts.most_common()),
            "rows": dict(self.rows),
            "logins": self.logins,
            "added": dict(self.added),
            "filled": _pairs_json(self.filled, "section", "field"),
            "dropped": _pairs_json(self.dropped, "section", "reason"),
            "unknownFields": _pairs_json(self.unknown_fields, "section", "field"),
            "replaced": _pairs_json(self.replaced, "kind", "section"),
            "notUnderstood": _pairs_json(self.not_understood, "call", "reason"),
            "notes": self.notes,
        }

    def to_text(self) -> str:
        """Return the report for people."""
        return "\n".join(map(make_printable, self._list_lines()))

    def _list_lines(self) -> Iterable[str]:
        rows = ", ".join(f"{count} {name}" for name, count in self.rows.items()) or "nothing"
        yield f"{self.used_calls} of {self.calls} calls make a world of the tenant {self.tenant}: {rows}."
        if self.other_tenants:
            others = ", ".join(f"{name} ({count} calls)" for name, count in self.other_tenants.most_common())
            yield f"Left out are the calls of other tenants, which --tenant picks: {others}."
        for login in self.logins:
            yield f"Customer {login['id']} logs in as {login['email']} with the new password {login['password']}."
        yield from self.notes
        yield from _section("Added, since other rows refer to them", map(_describe_keys, self.added.items()))
        yield from _section("Filled in, since no call shows them", _describe_by_section(self.filled))
        yield from _section("Left out, since a world has no place for them", _describe_by_section(self.unknown_fields))
        yield from _section(
            "Left out", (f"{name}: {reason} ({n})" for (name, reason), n in sorted(self.dropped.items()))
        )
        yield from _section("Removed or replaced", _describe_replacements(self.replaced))
        lines = [f"{count:6} {label}: {reason}" for (label, reason), count in self.not_understood.most_common()]
        more = [f"       and {len(lines) - MAX_SHOWN_LINES} more; --report json has them all"]
        yield from _section("Not understood", lines[:MAX_SHOWN_LINES] + more * (len(lines) > MAX_SHOWN_LINES))


def make_printable(line: str) -> str:
    """Return a line in which question marks replace what a terminal would obey; a file may have anything anywhere."""
    return "".join(character if character.isprintable() else "?" for character in line)


def _section(title: str, lines: Iterable[str]) -> Iterable[str]:
    lines = list(lines)
    return [f"{title}:", *(f"  {line}" for line in lines)] if lines else []


def _describe_keys(item: tuple[str, list[str]]) -> str:
    name, keys = item
    more = f" and {len(keys) - MAX_SHOWN_KEYS} more" if len(keys) > MAX_SHOWN_KEYS else ""
    return f"{name}: {', '.join(map(shorten, keys[:MAX_SHOWN_KEYS]))}{more}"


def _describe_by_section(counts: Counter[tuple[str, str]]) -> Iterable[str]:
    for name in sorted({name for name, _ in counts}):
        fields = sorted((field, count) for (section, field), count in counts.items() if section == name and count)
        if fields:
            yield f"{name}: {', '.join(f'{field} ({count})' for field, count in fields)}"


def _describe_replacements(counts: Counter[tuple[str, str]]) -> Iterable[str]:
    for kind in sorted({kind for kind, _ in counts}):
        places = sorted((section, count) for (other, section), count in counts.items() if other == kind)
        yield f"{kind}: {', '.join(f'{section} ({count})' for section, count in places)}"


def _pairs_json(counts: Counter[tuple[str, str]], first: str, second: str) -> list[dict[str, Any]]:
    return [{first: a, second: b, "count": count} for (a, b), count in counts.most_common() if count]
