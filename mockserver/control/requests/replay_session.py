"""The session that a script repeats: which calls, from which state, and what changed between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from ...access import bearer_token
from ...domain.customer_profile import DEFAULT_PASSWORD
from ...errors import InvalidToken
from ...records.exchange import JournalEntry
from ...store.clock import format_timestamp
from ...store.tenant import Seed
from ...worlds import exporting
from ...worlds.loading import WorldLibrary
from ..context import ControlContext
from ..settings import settings_json
from .pseudonyms import Pseudonyms
from .recording import ControlEvent, TenantStart
from .replay_steps import Step, StepBuilder, find_query_tenant


@dataclass(slots=True)
class ReplaySession:
    """The steps of a script, their world, the journal entries that it repeats, and notes for the reader."""

    world: str
    steps: list[Step] = field(default_factory=list)
    entries: list[JournalEntry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def build_replay_session(context: ControlContext, tenant: str | None) -> ReplaySession:
    """Return the session of a tenant, or of all: each begins where its journal does."""
    session = ReplaySession(context.world_name)
    own_entries = {name: context.records.list_entries(name) for name in _list_tenants(context, tenant)}
    general_entries = context.records.list_general_entries()
    if tenant is not None:
        general_entries = _select_for_tenant(general_entries, tenant, own_entries.get(tenant, []))
        own_entries.setdefault(tenant, [])
    starts = {
        name: _find_start(context, name, entries, general_entries)
        for name, entries in own_entries.items()
        if entries or general_entries
    }
    timeline: list[tuple[float, TenantStart | ControlEvent | JournalEntry]] = []
    for name, start in starts.items():
        kept = [entry for entry in own_entries[name] if entry.finished_seconds > start.seconds]
        lost_count = context.records.count_dropped(name) + len(own_entries[name]) - len(kept)
        if lost_count:
            session.notes.append(_lost_note(name, lost_count, start))
        timeline.append((start.seconds, start))
        timeline += [(entry.finished_seconds, entry) for entry in kept]
    first_seconds = min((start.seconds for start in starts.values()), default=0.0)
    timeline += [(entry.finished_seconds, entry) for entry in general_entries if entry.finished_seconds > first_seconds]
    last_seconds = max((seconds for seconds, moment in timeline if isinstance(moment, JournalEntry)), default=0.0)
    owners: list[tuple[str | None, float]] = [(name, start.seconds) for name, start in starts.items()]
    for owner, since in [(None, first_seconds), *owners]:
        events = context.recording.list_events(owner)
        timeline += [(event.seconds, event) for event in events if since < event.seconds <= last_seconds]
    timeline.sort(key=lambda moment: moment[0])  # calls that overlapped are repeated one after the other
    session.entries = [moment for _, moment in timeline if isinstance(moment, JournalEntry)]
    if any(entry.principal and entry.principal.is_assumed for entry in session.entries):
        session.notes.append("The server ran with --auth off; start the other one with it too.")
    session.steps = list(_build_steps(context, [moment for _, moment in timeline]))
    return session


def _list_tenants(context: ControlContext, tenant: str | None) -> list[str]:
    return [name for name, _ in context.records.list_tenant_records(tenant) if name]


def _find_start(
    context: ControlContext, tenant: str, entries: list[JournalEntry], general_entries: list[JournalEntry]
) -> TenantStart:
    is_complete = not context.records.count_dropped(tenant)
    first_entries = (entries or general_entries)[:1] + (general_entries[:1] if is_complete else [])
    first_seconds = min(entry.arrived_seconds for entry in first_entries)
    return context.recording.find_start(tenant, first_seconds, is_complete=is_complete)


def _lost_note(tenant: str, lost_count: int, start: TenantStart) -> str:
    time = format_timestamp(datetime.fromtimestamp(start.seconds, UTC))
    calls = f"the first {lost_count} calls" if lost_count > 1 else "the first call"
    return f"The journal has lost its beginning: {calls} of {tenant} are missing. This starts with its state at {time}."


def _select_for_tenant(
    general_entries: Iterable[JournalEntry], tenant: str, own_entries: Iterable[JournalEntry]
) -> list[JournalEntry]:
    """Return the calls without a tenant in their path that belong to one: they name it, or got a token that it uses."""
    used_tokens = {token.encode() for entry in own_entries if (token := _bearer_of(entry))}
    return [
        entry
        for entry in general_entries
        if find_query_tenant(entry.request) == tenant or _returns_token(entry, used_tokens)
    ]


def _bearer_of(entry: JournalEntry) -> str | None:
    try:
        return bearer_token(entry.request.headers.get("authorization"))
    except InvalidToken:
        return None


def _returns_token(entry: JournalEntry, tokens: set[bytes]) -> bool:
    if not entry.response or entry.status >= 400 or b"access_token" not in entry.response.content:
        return False
    issued = orjson.loads(entry.response.content).get("access_token", "")
    return issued.encode() in tokens


def _build_steps(context: ControlContext, moments: list[TenantStart | ControlEvent | JournalEntry]) -> Iterator[Step]:
    starts = [moment for moment in moments if isinstance(moment, TenantStart)]
    names = {start.seed.name for start in starts} | set(_list_named_worlds(moments))
    shipped = {name: context.worlds.load_seed(name) for name in sorted(names & set(context.worlds.names))}
    public = {*(token for token, _ in context.world.tokens.list_offered()), DEFAULT_PASSWORD}
    public.update(
        secret for seed in shipped.values() if _is_used(seed, starts, context) for secret in _secrets_of(seed)
    )
    pseudonyms = Pseudonyms(public)
    frozen = frozenset(start.tenant for start in starts if start.tenant and start.clock["mode"] == "frozen")
    builder = StepBuilder(pseudonyms, context.world.tokens, frozen)
    for moment in moments:
        if isinstance(moment, TenantStart):
            yield from _build_start_steps(context, moment, pseudonyms, is_first=moment is starts[0])
        elif isinstance(moment, ControlEvent):
            yield from builder.build_control_step(moment)
        else:
            yield from builder.build_call_steps(moment)


def _list_named_worlds(moments: Iterable[Any]) -> Iterator[str]:
    """Yield the names of the shipped worlds that events load."""
    for moment in moments:
        if isinstance(moment, ControlEvent) and moment.operation_id == "seed":
            name = orjson.loads(moment.body).get("world")
            if name:
                yield name


def _is_used(seed: Seed, starts: list[TenantStart], context: ControlContext) -> bool:
    """Whether a shipped world is really the shipped one: a world file can have the same name."""
    return all(_is_shipped(context.worlds, start.seed) for start in starts if start.seed.name == seed.name)


def _secrets_of(seed: Seed) -> Iterator[str]:
    yield from (client.secret for client in seed.clients.values())
    yield from (customer["password"] for customer in seed.state.customers.values() if "password" in customer)


def _is_shipped(worlds: WorldLibrary, seed: Seed) -> bool:
    if seed.name not in worlds.names:
        return False
    shipped = worlds.load_seed(seed.name)
    return (shipped.clients, shipped.tokens, _export(worlds, shipped)) == (
        seed.clients,
        seed.tokens,
        _export(worlds, seed),
    )


def _export(worlds: WorldLibrary, seed: Seed) -> dict[str, Any]:
    return exporting.export_world(seed.state, worlds.collections)


def _build_start_steps(
    context: ControlContext, start: TenantStart, pseudonyms: Pseudonyms, *, is_first: bool
) -> Iterator[Step]:
    """Yield the steps that bring a tenant into a state; only the first one creates the faults of all tenants."""
    assert start.tenant is not None
    if is_first and start.server_clock["mode"] != "real":
        yield {"control": ["PUT", "/__admin/clock"], "body": orjson.dumps(start.server_clock).decode()}
    facts = {
        "tenant": start.tenant,
        **_world_json(context.worlds, start, pseudonyms),
        "settings": settings_json(start.switches, start.strictness),
        "clock": start.clock,
        "faults": [fault for fault in start.faults if is_first or fault.get("tenant") == start.tenant],
    }
    yield {"start": facts}


def _world_json(worlds: WorldLibrary, start: TenantStart, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """Return the world that resets return to, as `POST /__admin/seed` takes it, and the state if it is another one.

    The world's clients and tokens come with it, the state has the sections that differ.
    """
    seed = start.seed
    sections = _export(worlds, seed)
    world: dict[str, Any] = {"world": seed.name}
    if not _is_shipped(worlds, seed):
        clients = [{"id": row.id, "secret": row.secret, "scopes": list(row.scopes)} for row in seed.clients.values()]
        inline = {**sections, "clients": clients, "tokens": _token_rows(seed)}
        world = {"inline": pseudonyms.hide_in_rows(inline)}
    if start.state is seed.state:
        return {"world": world}
    current = exporting.export_world(start.state, worlds.collections)
    changed = {name: rows for name, rows in current.items() if rows != sections[name]}
    return {"world": world, "state": pseudonyms.hide_in_rows(changed)}


def _token_rows(seed: Seed) -> list[Mapping[str, Any]]:
    rows = [
        {
            "token": token,
            "scopes": sorted(holder.scopes),
            "tenant": holder.tenant,
            "customerId": holder.customer_id,
            "legalEntityId": holder.legal_entity_id,
            "expiresAt": holder.expires_at and format_timestamp(holder.expires_at),
        }
        for token, holder in seed.tokens.items()
    ]
    return [{name: fact for name, fact in row.items() if fact is not None} for row in rows]
