"""Build the npm packages from dist/programs/: `python -m release.build_npm`, after `release.build_executable`.

The result is in dist/npm/: emporix-mockserver, which starts the program, and a package with the program for each
platform. npm installs only the package of its own platform: they are optional dependencies, and each says for which
system and processor it is. The third kind is @emporix-mockserver/test, for tests in JavaScript.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import mockserver

from .build_executable import PROGRAMS
from .platforms import TARGETS, Target

HERE = Path(__file__).parent
ROOT = HERE.parent
NAME = "emporix-mockserver"
DESCRIPTION = "A local, unofficial simulator of the Emporix Customer Segment Service"
NODE_VERSION = ">=18"
KIT_NAME = f"@{NAME}/test"
KIT_DESCRIPTION = "Fixtures for Playwright and Vitest, tasks for Cypress, and a client for emporix-mockserver"
KIT_NODE_VERSION = ">=20"
KIT_ENTRIES = ("index", "playwright", "vitest", "cypress")
KIT_PEERS = {NAME: "*", "@playwright/test": ">=1.40", "vitest": ">=3", "cypress": ">=13"}  # each is optional


def find_version() -> str:
    """Return the version; SystemExit if npm would read it differently."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", mockserver.__version__):
        raise SystemExit(f"npm needs a version of three numbers, not {mockserver.__version__}")
    return mockserver.__version__


def main_manifest() -> dict[str, Any]:
    """Return the package.json of the package that people install."""
    version = find_version()
    return {
        **common_manifest(NAME, DESCRIPTION),
        "keywords": ["emporix", "mock", "openapi", "contract testing"],
        "bin": {"emporix-mockserver": "bin/mockserver.js", "mockserver": "bin/mockserver.js"},
        "main": "lib/executable.js",
        "files": ["bin", "lib"],
        "engines": {"node": NODE_VERSION},
        "optionalDependencies": {f"{NAME}-{name}": version for name in TARGETS},
    }


def platform_manifest(target: Target) -> dict[str, Any]:
    """Return the package.json of a platform's package."""
    return {
        **common_manifest(f"{NAME}-{target.name}", f"{NAME} for {target.name}; installed by {NAME}"),
        "os": [target.os],
        "cpu": [target.cpu],
        **({"libc": ["glibc"]} if target.loader else {}),
        "files": ["program"],
        "preferUnplugged": True,  # Yarn must not leave the program in its zip file
    }


def kit_manifest() -> dict[str, Any]:
    """Return the package.json of the package for tests in JavaScript."""
    exports = {
        "." if entry == "index" else f"./{entry}": {"types": f"./{entry}.d.ts", "default": f"./{entry}.js"}
        for entry in KIT_ENTRIES
    }
    return {
        **common_manifest(KIT_NAME, KIT_DESCRIPTION),
        "keywords": ["emporix", "mock", "playwright", "vitest", "cypress", "testing"],
        "type": "module",
        "exports": {**exports, "./package.json": "./package.json"},
        "types": "./index.d.ts",
        "files": ["*.js", "*.d.ts", "lib"],
        "engines": {"node": KIT_NODE_VERSION},
        "peerDependencies": KIT_PEERS,
        "peerDependenciesMeta": {name: {"optional": True} for name in KIT_PEERS},
    }


def common_manifest(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "version": find_version(), "description": description, "license": "MIT"}


def write_package(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest and the license; everything that is in the folder already stays."""
    (folder / "package.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    shutil.copy(ROOT / "LICENSE", folder)


def build_main_package(output: Path) -> Path:
    """Write the package that people install."""
    folder = output / NAME
    shutil.copytree(HERE / "npm", folder)
    write_package(folder, main_manifest())
    return folder


def build_platform_package(target: Target, program: Path, output: Path) -> Path:
    """Write the package with the program for a platform."""
    folder = output / f"{NAME}-{target.name}"
    shutil.copytree(program, folder / "program")
    (folder / "program" / target.command).chmod(0o755)  # lost where a workflow passes it on in a zip file
    write_package(folder, platform_manifest(target))
    return folder


def build_test_kit(output: Path) -> Path:
    """Write the package for tests in JavaScript."""
    folder = output / f"{NAME}-test"  # as npm names its tarball
    shutil.copytree(HERE / "test-kit", folder)
    write_package(folder, kit_manifest())
    return folder


def find_programs(folder: Path, *, every: bool) -> dict[Target, Path]:
    """Return the folders of the programs by platform; SystemExit without any, or if every platform must have one."""
    programs = {target: folder / name for name, target in TARGETS.items() if (folder / name).is_dir()}
    missing = [name for name, target in TARGETS.items() if target not in programs]
    if missing and (every or not programs):
        raise SystemExit(f"{folder} lacks the programs for {', '.join(missing)}; release.build_executable builds them")
    return programs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="Fail unless there is a program for every platform.")
    parser.add_argument("--programs", type=Path, default=ROOT / "dist" / PROGRAMS)
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "npm")
    options = parser.parse_args()
    programs = find_programs(options.programs, every=options.all)
    shutil.rmtree(options.output, ignore_errors=True)
    options.output.mkdir(parents=True)
    folders = [build_platform_package(target, folder, options.output) for target, folder in programs.items()]
    for folder in [*folders, build_main_package(options.output), build_test_kit(options.output)]:
        subprocess.run(["npm", "pack", "--silent", folder.resolve()], check=True, cwd=options.output)


if __name__ == "__main__":
    main()
