"""Load and check world files; an error has a line for each mistake, with file, row, place and reason."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson

from .. import resources
from ..access import admin_scopes
from ..practices import mixins
from ..store.collection import Collection, Row, Section, Sections, Violation
from ..store.state import State
from ..store.tenant import Seed
from ..store.world import World
from ..wording import describe_unknown, json_pointer
from . import building, reading
from .mistakes import MAX_MISTAKES, Mistake, Steps, WorldError, name_row, split_place
from .reading import WorldText
from .sections import ACCESS, CLIENTS, MIXIN_SCHEMAS, ONLY, TOKENS, all_sections, build_world_schema

if TYPE_CHECKING:
    from .surroundings import Surroundings

INLINE = Path("world")  # the path of a world without a file
DEFAULT = "default"  # the world that the examples of the specs are from
ACCESS_FILE = "access"  # the file with the clients and tokens that worlds have in addition to their own

LOG = logging.getLogger(__name__)

CheckedWorld = dict[str, Any]  # the sections of a checked world


@dataclass(frozen=True)
class WorldLibrary:
    """Loads worlds: from a folder by name, from a path, or from the body of a request.

    service_collections: those that services declare, by name.
    declared_scopes: those of the specs.
    warn: gets what is doubtful in a valid world, with its file and line.
    starts: complete rows of sections that tenants start with if a world leaves them out.
    """

    folder: Path
    service_collections: Mapping[str, Collection]
    declared_scopes: frozenset[str] = frozenset()
    warn: Callable[[str], None] = LOG.warning
    starts: Sections = field(default_factory=dict)

    @cached_property
    def scopes(self) -> frozenset[str]:
        """What `scopes: all` stands for."""
        return admin_scopes(self.declared_scopes)

    @cached_property
    def collections(self) -> Mapping[str, Collection]:
        """The collections of a state by name: those of services, and mixin schemas."""
        return {**self.service_collections, MIXIN_SCHEMAS.name: MIXIN_SCHEMAS}

    @property
    def names(self) -> list[str]:
        """The names of the worlds in the folder."""
        return sorted(path.stem for path in self.folder.glob("*.yaml") if path.stem != ACCESS_FILE)

    def load_seed(self, name_or_path: str) -> Seed:
        """Load a world by its name or path; WorldError if it is invalid."""
        return self._build_seed(Path(name_or_path).stem, self.load_world(name_or_path))

    def build_inline_seed(self, name: str, world: Any, *, dangling: bool = False) -> Seed:
        """Return the seed of a world without a file, with the default clients and tokens.

        dangling: whether keys may refer to missing rows.
        """
        return self._build_seed(name, self._with_access(self.check(world, dangling=dangling)))

    def load_world(self, name_or_path: str) -> CheckedWorld:
        """Load a world by its name or path, with the default clients and tokens."""
        return self._with_access(self.load(self.path_of(name_or_path)))

    def load(self, path: Path) -> CheckedWorld:
        """Load one world file, and check it unless it is shipped: the tests have checked those."""
        content = reading.read_file(path)
        parsed = resources.load_parsed(path, content)
        if parsed is not None:
            return _with_mixin_schemas(parsed, path)
        text = reading.parse_world(path, content)
        return self.check(text.value, path, text=text)

    def check(
        self,
        world: Any,
        path: Path = INLINE,
        *,
        dangling: bool = False,
        text: WorldText | None = None,
        surroundings: Surroundings | None = None,
    ) -> CheckedWorld:
        """Return a valid world without gaps, with its schema files read in; WorldError with all mistakes.

        path: the file that the world comes from; schema files are relative to its folder.
        dangling: whether keys may refer to missing rows, as in a tenant whose catalogue has changed (C14).
        text: what the world was read from, for the lines of its mistakes.
        surroundings: the rest of the world, if only a part of it is checked.
        """
        # Shipped worlds are not checked.
        from .checking import check_rows  # noqa: PLC0415
        from .doubtful_scopes import find_doubtful_scopes  # noqa: PLC0415
        from .schema_mistakes import find_schema_mistakes  # noqa: PLC0415

        sections = all_sections(self.collections)
        schema_mistakes = find_schema_mistakes(self._validator, self.schema, world)
        completed, mistakes = check_rows(
            world,
            sections,
            schema_mistakes,
            partial(_find_mixin_violations, path),
            dangling=dangling,
            surroundings=surroundings,
        )
        if mistakes:
            _refuse_state_file(path, world)
            found = _describe_mistakes(world, sections, mistakes[:MAX_MISTAKES], text)
            raise WorldError(path, found, has_more=len(mistakes) > MAX_MISTAKES)
        doubts = islice(find_doubtful_scopes(completed, self.declared_scopes), MAX_MISTAKES)
        places = [(split_place(place), reason) for place, reason in doubts]
        for doubt in _describe_mistakes(world, sections, places, text):
            self.warn(doubt.describe(path))
        return _with_mixin_schemas(completed, path)

    def build_state(self, world: Sections) -> State:
        """Build a state from a checked world."""
        return building.build_state(world, self.collections)

    def map_example_ids(self, world: World, tenant: str, spec_name: str) -> dict[str, str]:
        """Return which ids of a tenant stand for those of the default world in the examples of a spec."""
        from .example_ids import map_example_ids  # noqa: PLC0415 - only pages of the documentation show them

        return map_example_ids(self._default_world, world, tenant, self.collections, spec_name)

    @cached_property
    def _default_world(self) -> CheckedWorld:
        return self.load(self.folder / f"{DEFAULT}.yaml")

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of world files."""
        return build_world_schema(self.collections)

    @cached_property
    def _validator(self) -> jsonschema_rs.Validator:
        return jsonschema_rs.Draft202012Validator(self.schema, validate_formats=True)

    def _build_seed(self, name: str, world: CheckedWorld) -> Seed:
        return building.build_seed(name, {**self.starts, **world}, self.collections, self.scopes)

    def _with_access(self, world: CheckedWorld) -> CheckedWorld:
        """Return a world with the default clients and tokens too, unless it says `access: only`.

        A client or token of its own replaces the default one. Default tokens of customers that it lacks are left out.
        """
        own: CheckedWorld = {CLIENTS.name: [], TOKENS.name: []} | world
        if world.get(ACCESS) == ONLY:
            return own
        defaults = self.load(self.folder / f"{ACCESS_FILE}.yaml")
        customers = {row["id"] for row in world.get("customers", ())}
        tokens = [row for row in defaults[TOKENS.name] if row.get("customerId") in (None, *customers)]
        return own | {
            CLIENTS.name: _add_defaults(own[CLIENTS.name], defaults[CLIENTS.name], "id"),
            TOKENS.name: _add_defaults(own[TOKENS.name], tokens, "token"),
        }

    def path_of(self, name_or_path: str) -> Path:
        """Return the file of a world; a name without slash or extension is in the folder."""
        if "/" in name_or_path or name_or_path.endswith((".yaml", ".yml", ".json")):
            return Path(name_or_path)
        if name_or_path not in self.names:
            reason = f"{describe_unknown('world', name_or_path, self.names)} Or give the path of a file."
            raise WorldError.at(self.folder / f"{name_or_path}.yaml", "", reason)
        return self.folder / f"{name_or_path}.yaml"


def _refuse_state_file(path: Path, world: Any) -> None:
    from .state_file import FORMAT_KEY  # noqa: PLC0415 - it imports this module

    if isinstance(world, Mapping) and FORMAT_KEY in world:
        raise WorldError.at(path, "", "a state file, which has all tenants; start with --state instead of --fixture")


def _describe_mistakes(
    world: Any, sections: Sequence[Section], places: Sequence[tuple[Steps, str]], text: WorldText | None
) -> list[Mistake]:
    """Return mistakes with their rows, and with their lines if the world was read from a text."""
    lines = reading.find_lines(text, [steps for steps, _ in places]) if text and places else {}
    mistakes = [
        Mistake(json_pointer(steps), " ".join(reason.split()), name_row(world, sections, steps), lines.get(steps))
        for steps, reason in places
    ]
    return sorted(mistakes, key=lambda mistake: mistake.line or 0)


def _add_defaults(own: Sequence[Row], defaults: Iterable[Row], key: str) -> list[Row]:
    """Return the defaults whose key no own row has, then the own rows."""
    own_keys = {row[key] for row in own}
    return [*(row for row in defaults if row[key] not in own_keys), *own]


def _with_mixin_schemas(world: CheckedWorld, path: Path) -> CheckedWorld:
    """Return a world with the mixin schemas from files read in."""
    if MIXIN_SCHEMAS.name not in world:
        return world
    rows = [{"url": row["url"], "schema": _read_mixin_schema(path, row)} for row in world[MIXIN_SCHEMAS.name]]
    return world | {MIXIN_SCHEMAS.name: rows}


def _find_mixin_violations(path: Path, world: Sections) -> Iterator[Violation]:
    """Yield the schemas that cannot be read, are invalid, or refer to the network."""
    for index, row in enumerate(world.get(MIXIN_SCHEMAS.name, ())):
        place = f"/{MIXIN_SCHEMAS.name}/{index}"
        if not ("file" in row or "schema" in row):  # the only one had a mistake, and was left out
            continue
        if path == INLINE and "file" in row:
            yield f"{place}/file", "a world without a file must contain its schemas, as `schema`"
            continue
        try:
            _read_mixin_schema(path, row)
        except (OSError, ValueError) as error:
            yield f"{place}/file", getattr(error, "strerror", None) or f"not JSON: {error}"
        except mixins.MixinSchemaError as error:
            yield place, f"not a JSON Schema: {error}"


def _read_mixin_schema(path: Path, row: Row) -> Any:
    """Return the JSON Schema of a mixin; OSError, ValueError or MixinSchemaError."""
    schema = orjson.loads((path.parent / row["file"]).read_bytes()) if "file" in row else row["schema"]
    mixins.compile_mixin_schema(orjson.dumps(schema).decode())
    return schema
