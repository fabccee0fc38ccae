"""Check that every dependency has a wheel for each supported Python and platform, so that nobody needs a compiler.

It resolves the newest versions, and those of `constraints.txt`, for each Python and platform, first from wheels and
sources, then from wheels alone. The versions must be the same.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product

from tests.quality.uv import PYTHONS, run_uv

PLATFORMS = {
    "Linux x86-64": "x86_64-manylinux_2_28",
    "Linux aarch64": "aarch64-manylinux_2_28",
    "macOS arm64": "aarch64-apple-darwin",
    "Windows": "x86_64-pc-windows-msvc",
}
VERSIONS = {"newest": [], "constraints.txt": ["--constraint", "constraints.txt"]}


def resolve(python: str, platform: str, versions: str, *, only_wheels: bool) -> list[str]:
    """Return the packages with their versions."""
    target = ["--python", sys.executable, "--python-version", python, "--python-platform", PLATFORMS[platform]]
    wheels = ["--only-binary", ":all:"] if only_wheels else []
    form = ["--no-header", "--no-annotate"]
    return run_uv("pip", "compile", *target, *wheels, *form, *VERSIONS[versions], "pyproject.toml").splitlines()


def find_lacking(case: tuple[str, str, str]) -> str:
    """Return what has no wheel in this case, or why it cannot be resolved; an empty text if nothing is wrong."""
    try:
        lacking = set(resolve(*case, only_wheels=False)) - set(resolve(*case, only_wheels=True))
    except RuntimeError as error:
        return str(error)
    return ", ".join(sorted(lacking))


def main() -> None:
    cases = list(product(PYTHONS, PLATFORMS, VERSIONS))
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(find_lacking, cases))
    wrong = [f"{' / '.join(case)}: no wheel of {answer}" for case, answer in zip(cases, answers, strict=True) if answer]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"try_wheels: {len(cases)} combinations of Python, platform and versions need no compiler", flush=True)


if __name__ == "__main__":
    main()
