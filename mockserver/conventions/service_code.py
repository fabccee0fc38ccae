"""Code that refines published services: a folder of Python files with rules for single operations."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from ..contract.spec import SpecError
from ..messages import Call, Handler, Listing, Reply
from ..wording import describe_unknown, shorten

RULES = "RULES"  # the value of a file that has them, by operationId
MODULE_PREFIX = "emporix_service_code_"
Rule = Callable[[Call, Handler], Reply | Listing]  # takes a call, and what answers it without the rule


def load_rules(folder: Path | None) -> dict[str, Rule]:
    """Return the rules of all files in a folder, by operationId; SpecError if one cannot be used."""
    if folder is None:
        return {}
    if not folder.is_dir():
        raise SpecError(folder, "--service-code needs a folder with Python files")
    rules: dict[str, Rule] = {}
    files: dict[str, Path] = {}
    for path in sorted(folder.glob("*.py")):
        for id_, rule in _read_rules(path).items():
            if id_ in rules:
                raise SpecError(path, f"{files[id_]} has a rule for {id_} too; keep one of the two")
            rules[id_], files[id_] = rule, path
    if not rules:
        raise SpecError(folder, f"has no Python file with `{RULES} = {{operationId: function}}`")
    return rules


def check_rules(folder: Path | None, rules: Mapping[str, Rule], known: Iterable[str]) -> None:
    """Raise SpecError for a rule of an operation that no loaded file has."""
    known = sorted(known)
    unknown = next((id_ for id_ in rules if id_ not in known), None)
    if unknown is not None:
        raise SpecError(folder or Path(), describe_unknown("operation", unknown, known))


def apply_rule(rules: Mapping[str, Rule], id_: str, handler: Handler) -> Handler:
    """Return the handler of an operation, which its rule may refine."""
    rule = rules.get(id_)
    return handler if rule is None else partial(_run_rule, rule, handler)


def _run_rule(rule: Rule, handler: Handler, call: Call) -> Reply | Listing:
    return rule(call, handler)


def _read_rules(path: Path) -> Mapping[str, Rule]:
    rules: Any = getattr(_import_file(path), RULES, {})
    if not isinstance(rules, Mapping) or not all(
        isinstance(id_, str) and callable(rule) for id_, rule in rules.items()
    ):
        raise SpecError(path, f"`{RULES}` must be a dict of functions by operationId")
    return rules


def _import_file(path: Path) -> ModuleType:
    """Import a Python file; SpecError if it raises anything."""
    name = MODULE_PREFIX + path.stem
    found = spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise SpecError(path, "not a Python file")
    module = module_from_spec(found)
    sys.modules[name] = module  # as dataclasses in the file need it
    try:
        found.loader.exec_module(module)
    except Exception as error:
        raise SpecError(path, f"cannot be imported: {type(error).__name__}: {shorten(str(error))}") from None
    return module
