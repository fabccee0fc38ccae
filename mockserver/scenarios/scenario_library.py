"""The scenarios that can be started: the shipped ones, those of the user's own files, and those of requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from ..contract.operations import Operation
from ..store.tenant import Seed
from ..worlds.loading import WorldLibrary
from ..worlds.mistakes import WorldError, suggest_names
from ..worlds.sections import all_sections
from .scenario_mistakes import ScenarioError, ScenarioMistake

if TYPE_CHECKING:  # imported with the first scenario that is read
    from .scenario import Origin, Scenario
    from .scenario_reading import ScenarioReader

MAX_SCENARIO_BYTES = 1024 * 1024  # as JSON, or as a file
FILE_ENDINGS = (".yaml", ".yml", ".json")

FileMark = tuple[int, int]  # when a file was changed, in nanoseconds, and its size


class UnknownScenario(Exception):
    """Unknown name of a scenario; the message lists those that exist."""


@dataclass(frozen=True)
class ScenarioLibrary:
    """Finds scenarios by name or path, and reads them.

    control: the parsed spec of the control plane.
    shipped_folder, own_folder: where scenario files are; a file of one's own may be outside.
    own_files: single files of the user's own.
    """

    worlds: WorldLibrary
    operations: Mapping[str, Operation]
    control: Mapping[str, Any]
    shipped_folder: Path
    own_folder: Path | None = None
    own_files: list[Path] = field(default_factory=list)
    _read_files: dict[Path, tuple[FileMark, Scenario]] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, Path]:
        """The files of the scenarios by name, the shipped ones first; only those if the user's folder is gone."""
        shipped = {path.stem: path for path in sorted(self.shipped_folder.glob("*.yaml"))}
        try:
            own = self._list_own_folder()
        except OSError:
            own = []
        return {**shipped, **{path.stem: path for path in (*own, *self.own_files)}}

    def _list_own_folder(self) -> list[Path]:
        """Return the scenario files in the user's folder; OSError."""
        paths = sorted(self.own_folder.iterdir()) if self.own_folder else []
        return [path for path in paths if path.suffix in FILE_ENDINGS]

    def load(self, name: str) -> Scenario:
        """Return a scenario by name; UnknownScenario, or ScenarioError if its file has mistakes."""
        files = self.files
        if name not in files:
            raise UnknownScenario(f"Unknown scenario {name[:100]!r}; {suggest_names(name, files)}")
        return self.load_file(files[name])

    def load_named(self, name_or_path: str) -> Scenario:
        """Return a scenario by name or by the path of a file, which is listed from then on."""
        if "/" not in name_or_path and not name_or_path.endswith(FILE_ENDINGS):
            return self.load(name_or_path)
        path = Path(name_or_path)
        scenario = self.load_file(path)
        self.own_files.append(path)
        return scenario

    def check_own_files(self) -> None:
        """Read all files of the user's own; ScenarioError with the mistakes of all, or if there is no such folder."""
        try:
            self._list_own_folder()
        except OSError as error:
            reason = f"{error.strerror}; --scenarios takes a folder with scenario files"
            raise ScenarioError(str(self.own_folder), [ScenarioMistake("", reason)]) from None
        shipped = {path.stem for path in self.shipped_folder.glob("*.yaml")}
        mistakes: list[ScenarioMistake] = []
        for name, path in self.files.items():
            if path.parent == self.shipped_folder:
                continue
            if name in shipped:
                mistakes.append(ScenarioMistake(str(path), "a shipped scenario has this name; choose another one"))
            try:
                self.load_file(path)
            except ScenarioError as error:
                mistakes += [ScenarioMistake(f"{path}{mistake.place}", mistake.reason) for mistake in error.mistakes]
        if mistakes:
            raise ScenarioError(str(self.own_folder), mistakes)

    def load_file(self, path: Path) -> Scenario:
        """Return the scenario of a file, which is read again only if it changed; ScenarioError."""
        try:
            status = path.stat()
            mark = status.st_mtime_ns, status.st_size
            known = self._read_files.get(path)
            if known and known[0] == mark:
                return known[1]
            if status.st_size > MAX_SCENARIO_BYTES:
                raise _file_error(path, f"longer than {MAX_SCENARIO_BYTES} bytes")
            content = path.read_bytes()
        except OSError as error:
            raise _file_error(path, error.strerror or str(error)) from None
        origin: Origin = "shipped" if path.parent == self.shipped_folder else "file"
        definition = _parse_definition(path, content)
        scenario = self._reader.read(path.stem, definition, origin=origin, source=str(path), folder=path.parent)
        self._read_files[path] = mark, scenario
        return scenario

    def read_inline(self, name: str, definition: Any) -> Scenario:
        """Return a scenario from a request; ScenarioError. It can use only worlds that have names."""
        return self._reader.read(name, definition, origin="request", source=name, folder=None)

    def load_world(self, scenario: Scenario) -> Seed | None:
        """Return the seed of the world that a scenario plays in; None for the tenant as it is. WorldError."""
        if scenario.world is None:
            return None
        return self.worlds.load_seed(_resolve_world(scenario.world, scenario.folder))

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of scenarios."""
        from .scenario_schema import build_scenario_schema  # noqa: PLC0415 - see above

        sections = [section.name for section in all_sections(self.worlds.collections)]
        return build_scenario_schema(self.control, sections, self.worlds.collections)

    @cached_property
    def _reader(self) -> ScenarioReader:
        from .scenario_reading import ScenarioReader  # noqa: PLC0415 - see above

        validator = jsonschema_rs.Draft202012Validator(self.schema, validate_formats=True)
        return ScenarioReader(self.schema, validator, self.operations, self._find_world_problem)

    def _find_world_problem(self, world: str, folder: Path | None) -> str:
        """Return what is wrong with the name or path of a world, or ""."""
        if not _is_path(world):
            names = self.worlds.names
            return "" if world in names else f"unknown world {world!r}; {suggest_names(world, names)}"
        if folder is None:
            return "a scenario without a file can use only worlds that have names; or bring the rows"
        try:
            self.worlds.load_seed(_resolve_world(world, folder))
        except WorldError as error:
            return str(error)
        return ""


def _is_path(world: str) -> bool:
    return "/" in world or world.endswith(FILE_ENDINGS)


def _resolve_world(world: str, folder: Path | None) -> str:
    """Return the name of a world, or its path, which is relative to the scenario's folder."""
    return str(folder / world) if folder and _is_path(world) else world


def _parse_definition(path: Path, content: bytes) -> Any:
    from ..strict_yaml import YamlError, load_yaml  # noqa: PLC0415 - a server without scenarios needs no YAML parser

    try:
        return load_yaml(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _file_error(path, "not UTF-8") from None
    except YamlError as error:
        raise _file_error(path, str(error)) from None


def _file_error(path: Path, reason: str) -> ScenarioError:
    return ScenarioError(str(path), [ScenarioMistake("", reason)])
