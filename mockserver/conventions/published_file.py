"""Published files: reads OpenAPI files and their overlays from paths and folders."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import orjson

from ..contract.spec import SpecError
from ..strict_yaml import YamlError, load_yaml
from ..wording import describe_unknown, shorten
from .overlay import NO_OVERLAY, REFINES, Overlay, read_overlay

LOG = logging.getLogger(__name__)
SUFFIXES = (".yml", ".yaml", ".json")
MARKS = ("openapi", "swagger", REFINES)  # one of them is a key of each file that a folder is searched for
PATIENCE_SECONDS = 2.0  # before the log says what the start is doing
MAX_REFERENCE_LENGTH = 100  # characters of a reference that an error quotes
DATA = frozenset(
    {"example", "examples", "default", "enum"}
)  # keys whose values are data, in which `$ref` means nothing


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A published file: its path, its parsed content, and the overlay that refines it."""

    path: Path
    root: Mapping[str, Any]
    overlay: Overlay = NO_OVERLAY


@dataclass(slots=True)
class Progress:
    """Says what the start is doing, once it takes longer than people wait without asking."""

    total: int = 0
    done: int = 0
    next_line: float = field(default_factory=lambda: monotonic() + PATIENCE_SECONDS)

    def begin(self, path: Path) -> None:
        """Note that the work on another file begins."""
        self.done += 1
        if monotonic() >= self.next_line:
            self.next_line = monotonic() + PATIENCE_SECONDS
            LOG.warning("reading published services: %s, %d of %d", path, self.done, self.total)


def read_files(paths: Iterable[Path], progress: Progress) -> list[PublishedFile]:
    """Return the published files that paths lead to, each with its overlay; SpecError if one cannot be used.

    A path leads to an OpenAPI file, to an overlay, which names its file, or to a folder with such files.
    """
    roots: dict[Path, Mapping[str, Any]] = {}
    overlays: dict[Path, Overlay] = {}
    found = list(dict.fromkeys(path for given in paths for path in _list_paths(given)))
    progress.total = len(found)
    for path in found:
        progress.begin(path)
        root = _load(path)
        if REFINES not in root:
            roots[path] = _check_root(path, root)
            continue
        overlay = read_overlay(path, root)
        if overlay.refines in overlays:
            raise SpecError(path, f"{overlays[overlay.refines].path} refines the same file; keep one of the two")
        overlays[overlay.refines] = overlay
    for target, overlay in overlays.items():
        if target not in roots:
            if not target.is_file():
                raise SpecError(
                    overlay.path, f"`{REFINES}` names {target}, which does not exist; it is relative to this file"
                )
            roots[target] = _check_root(target, _load(target))
    return [PublishedFile(path, root, overlays.get(path, NO_OVERLAY)) for path, root in roots.items()]


def _list_paths(given: Path) -> Iterator[Path]:
    """Yield a file, or the files below a folder that are OpenAPI files or overlays; hidden folders are left out."""
    if not given.exists():
        raise SpecError(given, "--service needs a file or a folder that exists")
    if not given.is_dir():
        yield given.resolve()
        return
    found = [path for path in sorted(given.rglob("*")) if path.suffix in SUFFIXES and path.is_file()]
    chosen = [path for path in found if not _is_hidden(path.relative_to(given)) and _has_mark(path)]
    if not chosen:
        raise SpecError(given, f"has no OpenAPI file that ends in {', '.join(SUFFIXES)}")
    yield from (path.resolve() for path in chosen)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _has_mark(path: Path) -> bool:
    """Whether a file has a key that OpenAPI files or overlays have, at the beginning of a line or of the text."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise SpecError(path, error.strerror or str(error)) from None
    return any(line.lstrip("{ \t").startswith((mark, f'"{mark}"', f"'{mark}'")) for line in lines for mark in MARKS)


def _load(path: Path) -> Mapping[str, Any]:
    """Return the content of a file, an object; SpecError if it is neither YAML nor JSON."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = orjson.loads(text) if path.suffix == ".json" else load_yaml(text, allows_aliases=True)
    except OSError as error:
        raise SpecError(path, error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise SpecError(path, "not UTF-8; --service needs an OpenAPI file, as YAML or JSON") from None
    except (YamlError, orjson.JSONDecodeError) as error:
        kind = "JSON" if path.suffix == ".json" else "YAML"
        raise SpecError(path, f"not {kind}: {shorten(str(error))}") from None
    if not isinstance(root, dict):
        raise SpecError(path, "not an OpenAPI file, which begins with `openapi: 3.0.0`")
    return root


def _check_root(path: Path, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the content of an OpenAPI 3.0 file whose references lead somewhere; SpecError for any other content."""
    if "swagger" in root:
        shown = shorten(str(root["swagger"]))
        raise SpecError(path, f"OpenAPI {shown}, but 3.0 is needed; convert it, for example with `npx swagger2openapi`")
    version = root.get("openapi")
    if not isinstance(version, str | float | int):
        raise SpecError(path, "not an OpenAPI file, which begins with `openapi: 3.0.0`")
    if not str(version).startswith("3.0"):
        raise SpecError(path, f"OpenAPI {shorten(str(version))}, but 3.0 is needed")
    if not isinstance(root.get("paths"), dict) or not root["paths"]:
        raise SpecError(path, "has no paths; an OpenAPI file lists its operations under `paths`")
    for place, reference in _walk_references(root, ""):
        _check_reference(path, root, place, reference)
    return root


def _walk_references(node: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        if "$ref" in node and not place.endswith("/properties"):
            yield place, node["$ref"]
        for name, part in node.items():
            if name not in DATA or place.endswith("/properties") or (name == "examples" and place == "/components"):
                yield from _walk_references(part, f"{place}/{name}")
            elif name == "examples" and isinstance(part, dict):  # an example of a reply may be a reference itself
                for key, example in part.items():
                    if isinstance(example, dict) and "$ref" in example:
                        yield f"{place}/examples/{key}", example["$ref"]
    elif isinstance(node, list):
        for index, part in enumerate(node):
            yield from _walk_references(part, f"{place}/{index}")


def _check_reference(path: Path, root: Mapping[str, Any], place: str, reference: Any) -> None:
    """Raise SpecError for a reference that leaves the file, or that leads nowhere."""
    shown = str(reference)[:MAX_REFERENCE_LENGTH]
    if not isinstance(reference, str) or not reference.startswith("#/"):
        hint = "bundle the files into one, for example with `npx @redocly/cli bundle`"
        raise SpecError(path, f"{place}: the reference {shown} leaves the file; {hint}")
    visited = [reference]
    while isinstance(node := _follow(path, root, place, visited[-1]), dict) and isinstance(node.get("$ref"), str):
        if node["$ref"] in visited:
            raise SpecError(path, f"{place}: the reference {shown} refers to itself")
        visited.append(node["$ref"])
    if not isinstance(node, dict):
        raise SpecError(path, f"{place}: the reference {shown} leads to {shorten(repr(node))}, which is no object")


def _follow(path: Path, root: Mapping[str, Any], place: str, reference: str) -> Any:
    """Return what a reference leads to; SpecError if that is nowhere."""
    node: Any = root
    for step in reference.removeprefix("#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and name in node:
            node = node[name]
            continue
        known = sorted(map(str, node)) if isinstance(node, dict) else []
        reason = f"the reference {reference[:MAX_REFERENCE_LENGTH]} leads nowhere"
        raise SpecError(path, f"{place}: {reason}. {describe_unknown('part', name, known[:20])}")
    return node
