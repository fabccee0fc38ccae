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
from ..store.tenant import CapturedTenant, NewTenants, Seed
from ..store.world import World
from ..strict_yaml import YamlError
from ..wording import json_pointer, shorten
from .loading import WorldLibrary
from .mistakes import WorldError
from .row_lines import parse_text
from .switches import SWITCHES, build_switches_schema, read_switches
from .transfer import world_block
from .world_text import Block, WorldWriter, write_text

STATE_FORMAT = 2  # another number when earlier versions cannot read the files any more
READ_FORMATS = (1, 2)  # files of the first one lack what new tenants start from
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
NEW_TENANTS_SCHEMA = closed_object(
    {"world": COUNT, "contract": {"enum": list(get_args(Strictness))}, SWITCHES: build_switches_schema()}
)
WORLD_SCHEMA = closed_object({"name": {"type": "string"}, "world": {"type": "object"}}, ("name", "world"))
VALIDATOR = jsonschema_rs.Draft202012Validator(
    closed_object(
        {
            FORMAT_KEY: {"enum": list(READ_FORMATS)},
            "writtenBy": {"type": "string"},
            "writtenAt": MOMENT,
            "ids": POSITION,
            "clock": CLOCK_SCHEMA,
            "worlds": {"type": "array", "items": WORLD_SCHEMA},
            "newTenants": NEW_TENANTS_SCHEMA,
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
    """The tenants of a server as they are at one time, and the clock and the ids that they share.

    start: the world that the server was started with.
    """

    start: Seed
    new_tenants: NewTenants
    tenants: tuple[CapturedTenant, ...]
    ids_position: int
    clock_setting: ClockSetting | None


@dataclass
class StateFormat:
    """Captures the tenants of a server, writes them as a file, and reads them.

    The file has neither the world that the server was started with nor the tenants that are as new ones.
    """

    world: World
    worlds: WorldLibrary

    def capture(self) -> CapturedServer:
        """Return the tenants as they are now, one after the other, except those that are as new ones."""
        start, new_tenants = self.world.initial_seed, self.world.capture_new_tenants()
        tenants = (tenant.capture() for tenant in self.world.tenants(None))
        changed = tuple(tenant for tenant in tenants if not _is_as_new(tenant, new_tenants))
        return CapturedServer(start, new_tenants, changed, self.world.ids.position, self.world.clock.setting)

    def write(self, record: CapturedServer, writer: WorldWriter, written_at: datetime) -> list[bytes]:
        """Return the text of a file, in pieces."""
        writer.state_block(record.start.state)  # keeps its lines for the first change of the next tenant
        used_seeds = [record.new_tenants.seed, *(tenant.seed for tenant in record.tenants)]
        seeds = list({id(seed): seed for seed in used_seeds if seed is not record.start}.values())
        numbers = {id(seed): number for number, seed in enumerate(seeds)}
        new_tenants = self._new_tenants_facts(record.new_tenants, numbers)
        file = Block(
            {
                FORMAT_KEY: STATE_FORMAT,
                "writtenBy": f"emporix-mockserver {__version__}",
                "writtenAt": written_at.isoformat(),
                "ids": record.ids_position,
                **_clock_facts(record.clock_setting),
                "worlds": [self._world_facts(writer, seed) for seed in seeds],
                **({"newTenants": new_tenants} if new_tenants else {}),
                "tenants": [
                    self._tenant_facts(writer, tenant, record.new_tenants, numbers) for tenant in record.tenants
                ],
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
        start = self.world.initial_seed
        new_tenants = self._new_tenants(file.get("newTenants", {}), seeds, path)
        tenants = tuple(
            self._tenant(row, new_tenants, seeds, path, f"/tenants/{number}")
            for number, row in enumerate(file["tenants"])
        )
        names = [tenant.name for tenant in tenants]
        if len({*names}) < len(names):
            raise StateFileError(f"{path}: a tenant comes twice: {', '.join(names)}")
        return CapturedServer(start, new_tenants, tenants, file["ids"], _read_clock(file))

    def _world_facts(self, writer: WorldWriter, seed: Seed) -> Block:
        return Block(name=seed.name, world=world_block(writer, seed.state, seed, seed.switches, self.worlds.scopes))

    def _new_tenants_facts(self, new_tenants: NewTenants, numbers: Mapping[int, int]) -> dict[str, Any]:
        return _setting_facts(new_tenants, self.world.describe_start(new_tenants.seed), numbers)

    def _tenant_facts(
        self, writer: WorldWriter, tenant: CapturedTenant, new_tenants: NewTenants, numbers: Mapping[int, int]
    ) -> Block:
        return Block(
            {
                "name": tenant.name,
                "version": tenant.version,
                "ids": tenant.ids_position,
                **_clock_facts(tenant.clock_setting),
                **_setting_facts(tenant, self._usual_settings(new_tenants, tenant.seed), numbers),
                "state": writer.state_block(tenant.state),
            }
        )

    def _seed(self, name: str, world: Any, path: Path, place: str) -> Seed:
        with _located(path, place):
            return self.worlds.build_inline_seed(name, world, dangling=True)

    def _usual_settings(self, new_tenants: NewTenants, seed: Seed) -> NewTenants:
        """Return the settings of a tenant with this seed whose own ones nobody has changed."""
        switches = self.world.exchange_switches(new_tenants.switches, new_tenants.seed, seed)
        return NewTenants(seed, switches, new_tenants.strictness)

    def _new_tenants(self, row: Mapping[str, Any], seeds: list[Seed], path: Path) -> NewTenants:
        return _read_settings(row, self.world.describe_start(self._find_seed(row, seeds, path, "/newTenants")))

    def _find_seed(self, row: Mapping[str, Any], seeds: list[Seed], path: Path, place: str) -> Seed:
        if "world" not in row:
            return self.world.initial_seed
        if row["world"] >= len(seeds):
            raise StateFileError(f"{path}: {place}/world: there is no world {row['world']}; the first is 0")
        seed: Seed = seeds[row["world"]]
        return seed

    def _tenant(
        self, row: Mapping[str, Any], new_tenants: NewTenants, seeds: list[Seed], path: Path, place: str
    ) -> CapturedTenant:
        seed = self._find_seed(row, seeds, path, place)
        settings = _read_settings(row, self._usual_settings(new_tenants, seed))
        with _located(path, f"{place}/state"):
            state = self.worlds.build_state(self.worlds.check(row["state"], dangling=True))
        return CapturedTenant(
            row["name"],
            seed,
            state,
            row["version"],
            row["ids"],
            _read_clock(row),
            settings.switches,
            settings.strictness,
        )


def _is_as_new(tenant: CapturedTenant, new_tenants: NewTenants) -> bool:
    return (
        tenant.seed is new_tenants.seed
        and tenant.state is new_tenants.seed.state
        and not tenant.ids_position
        and tenant.clock_setting is None
        and (tenant.switches, tenant.strictness) == (new_tenants.switches, new_tenants.strictness)
    )


def _setting_facts(owner: CapturedTenant | NewTenants, usual: NewTenants, numbers: Mapping[int, int]) -> dict[str, Any]:
    """Return the settings that are not the usual ones, and the number of the world, by the identity of its seed."""
    usual_switches = asdict(usual.switches)
    switches = {name: value for name, value in asdict(owner.switches).items() if value != usual_switches[name]}
    number = numbers.get(id(owner.seed))
    return {
        **({"contract": owner.strictness} if owner.strictness != usual.strictness else {}),
        **({SWITCHES: switches} if switches else {}),
        **({} if number is None else {"world": number}),
    }


def _read_settings(row: Mapping[str, Any], usual: NewTenants) -> NewTenants:
    switches = replace(usual.switches, **read_switches(row))
    return NewTenants(usual.seed, switches, row.get("contract", usual.strictness))


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
    if file[FORMAT_KEY] not in READ_FORMATS:
        known = " and ".join(map(str, READ_FORMATS))
        reason = f"{path}: has the format {shorten(repr(file[FORMAT_KEY]))}; this version reads {known}"
        raise StateFileError(f"{reason}. Use the version that wrote it ({shorten(str(file.get('writtenBy')))})")
    if END_KEY not in file:
        raise StateFileError(f"{path}: is damaged: its end is missing, which is the line `{END_KEY}: true`")
    mistake = next(VALIDATOR.iter_errors(file), None)
    if mistake is not None:
        raise StateFileError(f"{path}: {json_pointer(mistake.instance_path)}: {shorten(mistake.message)}")
    return file
