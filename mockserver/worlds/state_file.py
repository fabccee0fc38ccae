"""The file in which a server keeps its tenants: each in the format of a world file, with what else continues it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, get_args

import jsonschema_rs

from .. import __version__
from ..settings import Strictness
from ..store.clock import ClockMode, ClockSetting
from ..store.row_schemas import Schema, closed_object
from ..store.tenant import CapturedTenant, Seed
from ..store.world import World
from ..strict_yaml import YamlError
from ..wording import json_pointer, shorten
from .loading import WorldLibrary
from .mistakes import WorldError
from .row_lines import parse_text
from .switches import SWITCHES, build_switches_schema, read_switches
from .transfer import world_block
from .world_text import Block, WorldWriter, write_text

STATE_FORMAT = 1  # another number when files of this version cannot be read any more
FORMAT_KEY, END_KEY = "stateFormat", "complete"  # the first and the last key
ROW_INDENT = 4
COMMENT = "The tenants of an emporix-mockserver (serve --state). Do not edit it while the server runs."

COUNT: Schema = {"type": "integer", "minimum": 0}
POSITION: Schema = {**COUNT, "maximum": 100_000_000}  # a sequence takes seconds to skip as many
MOMENT: Schema = {"type": "string", "format": "date-time"}
CLOCK_SCHEMA = closed_object(
    {
        "mode": {"enum": list(get_args(ClockMode))},
        "shown_time": MOMENT,
        "base_time": MOMENT,
        "rate": {"type": "number"},
    },
    ("mode", "shown_time", "base_time", "rate"),
)
TENANT_SCHEMA = closed_object(
    {
        "name": {"type": "string", "pattern": "^[a-z][a-z0-9]{2,15}$"},
        "version": COUNT,
        "ids": POSITION,
        "clock": CLOCK_SCHEMA,
        "contract": {"enum": list(get_args(Strictness))},
        SWITCHES: build_switches_schema(),
        "world": COUNT,
        "state": {"type": "object"},
    },
    ("name", "version", "ids", "state"),
)
WORLD_SCHEMA = closed_object({"name": {"type": "string"}, "world": {"type": "object"}}, ("name", "world"))
VALIDATOR = jsonschema_rs.Draft202012Validator(
    closed_object(
        {
            FORMAT_KEY: {"const": STATE_FORMAT},
            "writtenBy": {"type": "string"},
            "writtenAt": MOMENT,
            "ids": POSITION,
            "clock": CLOCK_SCHEMA,
            "worlds": {"type": "array", "items": WORLD_SCHEMA},
            "tenants": {"type": "array", "items": TENANT_SCHEMA},
            END_KEY: {"const": True},
        },
        (FORMAT_KEY, "ids", "worlds", "tenants"),
    ),
    validate_formats=True,
)


class StateFileError(Exception):
    """A state file that cannot be used; the message says why, and what to do."""


class CapturedServer(NamedTuple):
    """The tenants of a server as they are at one time, and the clock and the ids that they share."""

    tenants: tuple[CapturedTenant, ...]
    ids_position: int
    clock_setting: ClockSetting | None


@dataclass
class StateFormat:
    """Captures the tenants of a server, writes them as a file, and reads them.

    start: the world that the server was started with; the file has neither it nor the tenants that are as it is.
    """

    world: World
    worlds: WorldLibrary
    start: Seed

    def capture(self) -> CapturedServer:
        """Return the tenants as they are now, one after the other, except those that are as they started."""
        tenants = (tenant.capture() for tenant in self.world.tenants(None))
        changed = tuple(tenant for tenant in tenants if not self._is_as_started(tenant))
        return CapturedServer(changed, self.world.ids.position, self.world.clock.setting)

    def write(self, record: CapturedServer, writer: WorldWriter, written_at: datetime) -> list[bytes]:
        """Return the text of a file, in pieces."""
        writer.state_block(self.start.state)  # keeps its lines for the first change of the next tenant
        tenants = record.tenants
        seeds = list({id(tenant.seed): tenant.seed for tenant in tenants if tenant.seed is not self.start}.values())
        numbers = {id(seed): number for number, seed in enumerate(seeds)}
        file = Block(
            {
                FORMAT_KEY: STATE_FORMAT,
                "writtenBy": f"emporix-mockserver {__version__}",
                "writtenAt": written_at.isoformat(),
                "ids": record.ids_position,
                **_clock_facts(record.clock_setting),
                "worlds": [self._world_facts(writer, seed) for seed in seeds],
                "tenants": [self._tenant_facts(writer, tenant, numbers.get(id(tenant.seed))) for tenant in tenants],
                END_KEY: True,
            }
        )
        pieces = write_text(file, writer.form, COMMENT)
        writer.forget_unused()
        return pieces

    def read(self, content: bytes, path: Path) -> CapturedServer:
        """Return what a file has; StateFileError if it is damaged, of another version, or no state file."""
        file = _parse(content, path)
        seeds = [
            self._seed(row["name"], row["world"], path, f"/worlds/{number}/world")
            for number, row in enumerate(file["worlds"])
        ]
        tenants = tuple(
            self._tenant(row, seeds, path, f"/tenants/{number}") for number, row in enumerate(file["tenants"])
        )
        names = [tenant.name for tenant in tenants]
        if len({*names}) < len(names):
            raise StateFileError(f"{path}: a tenant comes twice: {', '.join(names)}")
        return CapturedServer(tenants, file["ids"], _read_clock(file))

    def _is_as_started(self, tenant: CapturedTenant) -> bool:
        return (
            tenant.seed is self.start
            and tenant.state is self.start.state
            and not tenant.ids_position
            and tenant.clock_setting is None
            and tenant.switches == self.world.switches_for(tenant.seed)
            and tenant.strictness == self.world.strictness
        )

    def _world_facts(self, writer: WorldWriter, seed: Seed) -> Block:
        return Block(name=seed.name, world=world_block(writer, seed.state, seed, seed.switches, self.worlds.scopes))

    def _tenant_facts(self, writer: WorldWriter, tenant: CapturedTenant, world_number: int | None) -> Block:
        usual = asdict(self.world.switches_for(tenant.seed))
        switches = {name: value for name, value in asdict(tenant.switches).items() if value != usual[name]}
        return Block(
            {
                "name": tenant.name,
                "version": tenant.version,
                "ids": tenant.ids_position,
                **_clock_facts(tenant.clock_setting),
                **({"contract": tenant.strictness} if tenant.strictness != self.world.strictness else {}),
                **({SWITCHES: switches} if switches else {}),
                **({} if world_number is None else {"world": world_number}),
                "state": writer.state_block(tenant.state),
            }
        )

    def _seed(self, name: str, world: Any, path: Path, place: str) -> Seed:
        with _located(path, place):
            return self.worlds.build_inline_seed(name, world, dangling=True)

    def _tenant(self, row: Mapping[str, Any], seeds: list[Seed], path: Path, place: str) -> CapturedTenant:
        if row.get("world", 0) >= len(seeds) and "world" in row:
            raise StateFileError(f"{path}: {place}/world: there is no world {row['world']}; the first is 0")
        seed = seeds[row["world"]] if "world" in row else self.start
        with _located(path, f"{place}/state"):
            state = self.worlds.build_state(self.worlds.check(row["state"], dangling=True))
        return CapturedTenant(
            row["name"],
            seed,
            state,
            row["version"],
            row["ids"],
            _read_clock(row),
            replace(self.world.switches_for(seed), **read_switches(row)),
            row.get("contract", self.world.strictness),
        )


def _clock_facts(setting: ClockSetting | None) -> dict[str, Any]:
    if setting is None:
        return {}
    times = {"shown_time": setting.shown_time.isoformat(), "base_time": setting.base_time.isoformat()}
    return {"clock": asdict(setting) | times}


def _read_clock(row: Mapping[str, Any]) -> ClockSetting | None:
    clock = row.get("clock")
    if clock is None:
        return None
    shown_time, base_time = (datetime.fromisoformat(clock[name]) for name in ("shown_time", "base_time"))
    return ClockSetting(clock["mode"], shown_time, base_time, clock["rate"])


@contextmanager
def _located(path: Path, place: str) -> Iterator[None]:
    """Turn the error of a world into one of the file that it is in."""
    try:
        yield
    except WorldError as error:
        raise StateFileError(f"{path}: {place}{error.place}: {error.reason}") from None


def _parse(content: bytes, path: Path) -> Any:
    """Return the value of a complete state file of this version; StateFileError."""
    if not content.strip():
        raise StateFileError(f"{path}: is empty; remove it to start from the world")
    try:
        file = parse_text(content.decode())
    except UnicodeDecodeError:
        raise StateFileError(f"{path}: is damaged: not UTF-8") from None
    except YamlError as error:
        raise StateFileError(f"{path}: is damaged: {error}") from None
    if not isinstance(file, dict) or FORMAT_KEY not in file:
        raise StateFileError(f"{path}: is no state file, which has {FORMAT_KEY!r}; a world file goes to --fixture")
    if file[FORMAT_KEY] != STATE_FORMAT:
        reason = f"{path}: has the format {shorten(repr(file[FORMAT_KEY]))}; this version reads {STATE_FORMAT}"
        raise StateFileError(f"{reason}. Use the version that wrote it ({shorten(str(file.get('writtenBy')))})")
    if END_KEY not in file:
        raise StateFileError(f"{path}: is damaged: its end is missing, which is the line `{END_KEY}: true`")
    mistake = next(VALIDATOR.iter_errors(file), None)
    if mistake is not None:
        raise StateFileError(f"{path}: {json_pointer(mistake.instance_path)}: {shorten(mistake.message)}")
    return file
