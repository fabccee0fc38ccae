"""Read a world file and refuse one that is not good: file, place and reason in one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from .. import resources
from ..practices import mixins
from ..strict_yaml import YamlError, load
from . import references

INLINE = Path("world")  # what a world is called that came without a file

World = dict[str, Any]  # checked sections; `mixinSchemas` is a map from URL to the schema's text


class WorldError(Exception):
    """A world that cannot be used: file, place in it as a JSON pointer, reason."""

    def __init__(self, path: Path, place: str, reason: str) -> None:
        self.place, self.reason = place, " ".join(reason.split())
        super().__init__(f"{path}: {place}: {self.reason}" if place else f"{path}: {self.reason}")


def read_world(name_or_path: str, folder: Path) -> World:
    """Read a world by its name in this folder, or by its path.

    One that says nothing about clients and tokens gets those of access.yaml.
    """
    path = _found(name_or_path, folder)
    world = read(path)
    if "clients" not in world and "tokens" not in world:
        world = read(folder / "access.yaml") | world
    return {"clients": [], "tokens": []} | world


def read(path: Path) -> World:
    """Read and check one world file."""
    return checked(_loaded(path), path)


def checked(world: Any, path: Path = INLINE, *, dangling: bool = False) -> World:
    """Return a world that is good; WorldError if it is not.

    path: the file that it was read from, beside which its schema files lie; an inline world has none.
    dangling: whether references may lead nowhere, as in a tenant whose catalogue has changed (C14).
    """
    error = next(_validator().iter_errors(world), None)
    if error is not None:
        raise WorldError(path, _pointer(error.instance_path), error.message[:200])
    for place, reason in references.impossible(world) if dangling else references.mistakes(world):
        raise WorldError(path, place, reason)
    return world | {"mixinSchemas": dict(_schemas(path, world))}  # type: ignore[no-any-return]


def _found(name_or_path: str, folder: Path) -> Path:
    """Return the file that is meant: a bare name is that of a world in the folder."""
    if "/" in name_or_path or name_or_path.endswith((".yaml", ".yml", ".json")):
        return Path(name_or_path)
    if name_or_path not in shipped(folder):
        known = ", ".join(shipped(folder))
        reason = f"there is no world {name_or_path!r}; there are {known}, or give the path of a file"
        raise WorldError(folder / f"{name_or_path}.yaml", "", reason)
    return folder / f"{name_or_path}.yaml"


def shipped(folder: Path) -> list[str]:
    """Return the names of the worlds in a folder."""
    return sorted(each.stem for each in folder.glob("*.yaml") if each.stem != "access")


def _loaded(path: Path) -> World:
    try:
        world = load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorldError(path, "", error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise WorldError(path, "", "not UTF-8") from None
    except YamlError as error:
        raise WorldError(path, "", str(error)) from None
    return {} if world is None else world


@cache
def _validator() -> jsonschema_rs.Validator:
    schema = orjson.loads((resources.folder("fixtures") / "world.schema.json").read_bytes())
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _schemas(path: Path, world: World) -> Iterator[tuple[str, str]]:
    for at, entry in enumerate(world.get("mixinSchemas", ())):
        yield entry["url"], _schema(path, f"/mixinSchemas/{at}", entry)


def _schema(path: Path, place: str, entry: World) -> str:
    """Return the text of a mixin's schema, which must be one and must not refer to the network."""
    if path == INLINE and "file" in entry:
        raise WorldError(path, f"{place}/file", "a world without a file has its schemas in itself, as `schema`")
    try:
        schema = orjson.loads((path.parent / entry["file"]).read_bytes()) if "file" in entry else entry["schema"]
        text = orjson.dumps(schema).decode()
        mixins.compiled(text)
    except OSError as error:
        raise WorldError(path, f"{place}/file", error.strerror or str(error)) from None
    except orjson.JSONDecodeError as error:
        raise WorldError(path, f"{place}/file", f"not JSON: {error}") from None
    except mixins.SchemaError as error:
        raise WorldError(path, place, f"not a JSON Schema: {error}") from None
    return text


def _pointer(steps: Iterable[str | int]) -> str:
    return "".join(f"/{step}" for step in steps)
