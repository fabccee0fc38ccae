"""Names and sizes: one name for one thing, verbs for functions, and small modules and folders."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.paths import PACKAGE
from tests.support.specs import SPECS

MAX_LINES = 300
MAX_ROOT_FILES = 13
MAX_RECORDS_MODULES = 8

# File names that mean the same in every folder.
SHARED_FILE_NAMES = {"__init__", "handlers", "collections", "imports"}
CONTROL_PATHS = {path.split("/")[2] for path in SPECS["control"]["paths"]}
# Functions that mean the same in every module; their callers look them up by name.
SHARED_FUNCTIONS = {"handlers", "service"}

LIMIT = re.compile(r"_AT_MOST$|^MOST_|LONGEST|DEEPEST|LARGEST|BIGGEST|GREATEST")
IRREGULAR_PARTICIPLES = frozenset(
    """
    begun bent bought bound broken brought built cast caught chosen cut done drawn driven fed felt forgotten
    found frozen given gone got grown had heard held hidden hurt kept known laid led left lent let lost made
    meant met paid put read said seen sent set shown shut sold sought sown spent split spoilt spoken stood
    sworn taken taught thought told torn understood woken won worn written
    """.split()  # noqa: SIM905 - a list of a hundred quoted words is hard to read
)
# Verbs whose participle is spelled the same, and words that only look like participles.
NOT_PARTICIPLES = {
    "cast",
    "cut",
    "feed",
    "let",
    "need",
    "proceed",
    "put",
    "read",
    "reseed",
    "seed",
    "set",
    "shut",
    "split",
}
PARTICLES = {"as", "away", "back", "by", "down", "from", "in", "of", "off", "on", "out", "over", "to", "up", "with"}

Offenders = list[str]


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


MODULES = {place(path): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(text) for name, text in MODULES.items()}


def public_functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


def constants(body: list[ast.stmt]) -> Iterator[tuple[int, str]]:
    """Yield line and name of each constant that is assigned in a module or class."""
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
            yield from ((node.lineno, name) for name in names if name.isupper())


def is_participle(name: str) -> bool:
    """Return whether a name is a bare participle, or one with a particle, such as `carried_out`."""
    word, _, rest = name.partition("_")
    if (rest and not set(rest.split("_")) <= PARTICLES) or word in NOT_PARTICIPLES:
        return False
    return word in IRREGULAR_PARTICIPLES or word.endswith("ed")


def find_repeated(places: dict[str, list[str]]) -> Offenders:
    return [f"{name}: {', '.join(where)}" for name, where in sorted(places.items()) if len(where) > 1]


def classes_share_a_name() -> Offenders:
    places = defaultdict(list)
    for module, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{module}:{node.lineno}")
    return find_repeated(places)


def handlers_live_elsewhere() -> Offenders:
    """Return services without handlers.py or handlers/, and HANDLERS that are defined elsewhere."""
    offenders = []
    services = PACKAGE / "services"
    for folder in sorted(path.parent for path in services.glob("*/__init__.py")):
        if not (folder / "handlers.py").exists() and not (folder / "handlers").is_dir():
            offenders.append(f"{place(folder)}: neither handlers.py nor handlers/")
    for module, tree in TREES.items():
        parts = Path(module).with_suffix("").parts
        if parts[0] == "services" and "handlers" not in parts:
            offenders += [f"{module}:{line}: {name}" for line, name in constants(tree.body) if name == "HANDLERS"]
    return offenders


def limits_are_not_named_max() -> Offenders:
    offenders = []
    for module, tree in TREES.items():
        bodies = [tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
        for body in bodies:
            offenders += [f"{module}:{line}: {name}" for line, name in constants(body) if LIMIT.search(name)]
    return offenders


def functions_are_bare_participles() -> Offenders:
    """Return functions and methods. A property such as `closed` describes its object and may be a participle."""
    offenders = []
    for module, tree in TREES.items():
        bodies = [tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
        for body in bodies:
            for function in public_functions(body):
                decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in function.decorator_list}
                if is_participle(function.name) and not decorators & {"property", "cached_property"}:
                    offenders.append(f"{module}:{function.lineno}: {function.name}")
    return offenders


def functions_share_a_name() -> Offenders:
    places = defaultdict(list)
    for module, tree in TREES.items():
        for function in public_functions(tree.body):
            if function.name not in SHARED_FUNCTIONS:
                places[function.name].append(f"{module}:{function.lineno}")
    return find_repeated(places)


def files_share_a_name() -> Offenders:
    """Two kinds may share names: modules in handlers/ have those of rules, control modules those of their paths."""
    places = defaultdict(list)
    for module in MODULES:
        path = Path(module)
        is_control_path = path.parent == Path("control") and path.stem in CONTROL_PATHS
        if path.stem not in SHARED_FILE_NAMES and path.parent.name != "handlers" and not is_control_path:
            places[path.stem].append(module)
    return find_repeated(places)


def modules_are_too_long() -> Offenders:
    lengths = {module: len(text.splitlines()) for module, text in MODULES.items()}
    return [f"{module}: {length} lines" for module, length in lengths.items() if length > MAX_LINES]


def folders_are_too_full() -> Offenders:
    root = [module for module in MODULES if "/" not in module]
    records = [module for module in MODULES if module.startswith("records/") and not module.endswith("__init__.py")]
    return [
        *([f"{len(root)} files at the root, not {MAX_ROOT_FILES}: {', '.join(root)}"] * (len(root) > MAX_ROOT_FILES)),
        *(
            [f"{len(records)} modules in records/, not {MAX_RECORDS_MODULES}: {', '.join(records)}"]
            * (len(records) > MAX_RECORDS_MODULES)
        ),
    ]


RULES: dict[str, Callable[[], Offenders]] = {
    "class names are unique": classes_share_a_name,
    "handlers live in handlers.py or handlers/": handlers_live_elsewhere,
    "limits are named MAX_...": limits_are_not_named_max,
    "no public function is a bare participle": functions_are_bare_participles,
    "public function names are unique": functions_share_a_name,
    "file names are unique": files_share_a_name,
    "no module is too long": modules_are_too_long,
    "folders are small": folders_are_too_full,
}


@pytest.mark.parametrize("rule", RULES)
def test_names_and_sizes_follow_the_rule(rule: str) -> None:
    offenders = RULES[rule]()
    assert not offenders, "\n".join([f"{rule}; {len(offenders)} offenders:", *offenders])


@pytest.mark.parametrize("name", ["listed", "told", "carried_out", "seen_as", "spoilt"])
def test_participles_are_recognized(name: str) -> None:
    assert is_participle(name)


@pytest.mark.parametrize("name", ["list_items", "read", "seed", "changed_keys", "is_closed", "need"])
def test_other_names_are_not_taken_for_participles(name: str) -> None:
    assert not is_participle(name)
