"""Load and check world files; an error names file, place and reason in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from .. import resources
from ..practices import mixins
from ..store.collection import Collection, Row, Sections
from ..store.state import State
from ..store.world import Seed
from ..wording import describe_unknown, json_pointer, shorten
from . import building
from .sections import MIXIN_SCHEMAS, all_sections, build_world_schema
from .switches import find_unknown_switches
from .violations import find_structural_violations, find_violations

INLINE = Path("world")  # the path of a world without a file
ACCESS = "access"  # the file with the clients and tokens of worlds that define neither

CheckedWorld = dict[str, Any]  # the sections of a checked world


class WorldError(Exception):
    """A world is invalid; the message has the file, the place as a JSON pointer and the reason."""

    def __init__(self, path: Path, place: str, reason: str) -> None:
        self.place, self.reason = place, " ".join(reason.split())
        super().__init__(f"{path}: {place}: {self.reason}" if place else f"{path}: {self.reason}")


@dataclass(frozen=True)
class WorldLibrary:
    """Loads worlds: from a folder by name, from a path, or from the body of a request.

    service_collections: those that services declare, by name.
    scopes: what `scopes: all` stands for.
    """

    folder: Path
    service_collections: Mapping[str, Collection]
    scopes: frozenset[str] = frozenset()

    @cached_property
    def collections(self) -> Mapping[str, Collection]:
        """The collections of a state by name: those of services, and mixin schemas."""
        return {**self.service_collections, MIXIN_SCHEMAS.name: MIXIN_SCHEMAS}

    @property
    def names(self) -> list[str]:
        """The names of the worlds in the folder."""
        return sorted(path.stem for path in self.folder.glob("*.yaml") if path.stem != ACCESS)

    def load_seed(self, name_or_path: str) -> Seed:
        """Load a world by its name or path; WorldError if it is invalid."""
        return self._build_seed(Path(name_or_path).stem, self.load_world(name_or_path))

    def build_inline_seed(self, name: str, world: Any, *, dangling: bool = False) -> Seed:
        """Return the seed of a world without a file; clients and tokens that it lacks come from access.yaml.

        dangling: whether keys may refer to missing rows.
        """
        return self._build_seed(name, self._load_access() | self.check(world, dangling=dangling))

    def load_world(self, name_or_path: str) -> CheckedWorld:
        """Load a world by its name or path; one without clients and tokens gets those of access.yaml."""
        world = self.load(self._path_of(name_or_path))
        if "clients" not in world and "tokens" not in world:
            world = self._load_access() | world
        return {"clients": [], "tokens": []} | world

    def load(self, path: Path) -> CheckedWorld:
        """Load one world file, and check it unless it is shipped: the tests have checked those."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise WorldError(path, "", error.strerror or str(error)) from None
        parsed = resources.load_parsed(path, content)
        return self.check(_parse_world(path, content), path) if parsed is None else _with_mixin_schemas(parsed, path)

    def check(self, world: Any, path: Path = INLINE, *, dangling: bool = False) -> CheckedWorld:
        """Return a valid world, with its schema files read in; WorldError if it is invalid.

        path: the file that the world comes from; schema files are relative to its folder.
        dangling: whether keys may refer to missing rows, as in a tenant whose catalogue has changed (C14).
        """
        for place, reason in find_unknown_switches(world):
            raise WorldError(path, place, reason)
        error = next(self._validator.iter_errors(world), None)
        if error is not None:
            raise WorldError(path, json_pointer(error.instance_path), shorten(error.message))
        find = find_structural_violations if dangling else find_violations
        for place, reason in find(world, all_sections(self.collections)):
            raise WorldError(path, place, reason)
        return _with_mixin_schemas(world, path)

    def build_state(self, world: Sections) -> State:
        """Build a state from a checked world."""
        return building.build_state(world, self.collections)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of world files."""
        return build_world_schema(self.collections)

    @cached_property
    def _validator(self) -> jsonschema_rs.Validator:
        return jsonschema_rs.Draft202012Validator(self.schema, validate_formats=True)

    def _build_seed(self, name: str, world: CheckedWorld) -> Seed:
        return building.build_seed(name, world, self.collections, self.scopes)

    def _load_access(self) -> CheckedWorld:
        return self.load(self.folder / f"{ACCESS}.yaml")

    def _path_of(self, name_or_path: str) -> Path:
        """Return the file of a world; a name without slash or extension is in the folder."""
        if "/" in name_or_path or name_or_path.endswith((".yaml", ".yml", ".json")):
            return Path(name_or_path)
        if name_or_path not in self.names:
            reason = f"{describe_unknown('world', name_or_path, self.names)} Or give the path of a file."
            raise WorldError(self.folder / f"{name_or_path}.yaml", "", reason)
        return self.folder / f"{name_or_path}.yaml"


def _parse_world(path: Path, content: bytes) -> Any:
    from ..strict_yaml import YamlError  # noqa: PLC0415 - shipped worlds are read from JSON
    from .row_lines import parse_text  # noqa: PLC0415

    try:
        world = parse_text(content.decode())
    except UnicodeDecodeError:
        raise WorldError(path, "", "not UTF-8") from None
    except YamlError as error:
        raise WorldError(path, "", str(error)) from None
    return {} if world is None else world


def _with_mixin_schemas(world: CheckedWorld, path: Path) -> CheckedWorld:
    """Return a world with the mixin schemas from files read in."""
    if MIXIN_SCHEMAS.name not in world:
        return world
    rows = [
        {"url": row["url"], "schema": _mixin_schema(path, f"/{MIXIN_SCHEMAS.name}/{index}", row)}
        for index, row in enumerate(world[MIXIN_SCHEMAS.name])
    ]
    return world | {MIXIN_SCHEMAS.name: rows}


def _mixin_schema(path: Path, place: str, row: Row) -> Any:
    """Return the JSON Schema of a mixin; WorldError if it is invalid or refers to the network."""
    if path == INLINE and "file" in row:
        raise WorldError(path, f"{place}/file", "a world without a file must contain its schemas, as `schema`")
    try:
        schema = orjson.loads((path.parent / row["file"]).read_bytes()) if "file" in row else row["schema"]
        mixins.compile_mixin_schema(orjson.dumps(schema).decode())
    except OSError as error:
        raise WorldError(path, f"{place}/file", error.strerror or str(error)) from None
    except orjson.JSONDecodeError as error:
        raise WorldError(path, f"{place}/file", f"not JSON: {error}") from None
    except mixins.MixinSchemaError as error:
        raise WorldError(path, place, f"not a JSON Schema: {error}") from None
    return schema
