"""Install @emporix-mockserver/test into an empty project, and run what docs/testing.md shows: `make npm` does.

The tarballs are in dist/npm/, or in the folder that the command line names. Playwright, Vitest, MSW and the types of
Cypress come from npm. Playwright uses the browser of the system; Cypress itself, a download that npm does not have,
does not run: its tasks are called as Cypress calls them.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import mockserver
from release.build_npm import NAME
from release.platforms import find_own_target
from tests.support.live_server import clean_environment, find_free_port
from tests.support.paths import ROOT
from tests.support.system_browser import MISSING, find_browser

PACKAGES = (
    "@playwright/test@1.57.0",  # the first one with `wait`
    "vitest@4.1.12",
    "msw@2.15.0",
    "@mswjs/source@0.5.0",
    "cypress@15.3.0",
    "typescript@5.9.3",
    "@types/node@20",
)
LANES = 2  # checks that run at once
FILES = Path(__file__).parent / "test_kit"
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^```js\n// (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
FRONT_END_PORT = "3000"
PASSED, FAILED, PASSED_NODE, PASSED_VITEST = r"(\d+) passed", r"(\d+) failed", r"# pass (\d+)", r"Tests +(\d+) passed"
LAUNCH = "import shown from './playwright.config.js'\n\nexport default {{ ...shown, {} }}\n"


class Project:
    """A folder with the packages, the examples of the page, and the files that try them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, *tarballs: Path) -> None:
        """Install our tarballs and the packages, without their scripts: no downloads of browsers."""
        (self.folder / "package.json").write_text(json.dumps({"private": True, "type": "module"}))
        npm = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")
        self.run(*npm, *map(str, tarballs), *PACKAGES)

    def write_files(self) -> None:
        """Write the examples and our own files; the front end gets a free port, and Playwright our browser."""
        port = str(find_free_port())
        shutil.copytree(FILES, self.folder, dirs_exist_ok=True)
        for name, content in EXAMPLES.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content.replace(f"localhost:{FRONT_END_PORT}", f"localhost:{port}"), encoding="utf-8")
        manifest = json.loads((self.folder / "package.json").read_text())
        manifest["scripts"] = {"dev": f"node front-end.mjs {port}"}
        (self.folder / "package.json").write_text(json.dumps(manifest))
        browser = find_browser()
        if browser is None:
            raise SystemExit(MISSING)
        options = {"executablePath": browser}
        servers = "webServer: shown.webServer.map(server => ({ ...server, timeout: 120_000 }))"
        patience = f"timeout: 120_000, expect: {{ timeout: 60_000 }}, {servers}, "  # nothing is measured
        use = f"{patience}workers: 2, use: {{ ...shown.use, launchOptions: {json.dumps(options)} }}"
        (self.folder / "own.config.js").write_text(LAUNCH.format(use))

    def run(self, *command: str, code: int = 0, **variables: str) -> str:
        """Run a command in the folder; return its output. SystemExit if it ends with another code."""
        done = subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            env=clean_environment(NO_COLOR="1", CI="1", **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        if done.returncode != code:
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}, not {code}:\n{done.stdout}")
        return done.stdout


def check_types(project: Project) -> str:
    """A strict compiler accepts the declarations, also ours alone, and refuses wrong calls."""
    options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext"]
    options += ["--lib", "es2022,esnext.disposable,dom"]
    project.run("npx", "tsc", *options, "--skipLibCheck", "types.ts")
    (project.folder / "client.ts").write_text("import * as kit from '@emporix-mockserver/test'\nconsole.log(kit)\n")
    project.run("npx", "tsc", *options, "--skipDefaultLibCheck", "--types", "node", "client.ts")
    return "a strict TypeScript accepts them"


def check_client(project: Project) -> str:
    """Every member, the errors of bad use, and the tasks of Cypress work; so does the example for other runners."""
    output = project.run("node", "--test", "client.mjs", "node.mjs")
    return f"{_find(PASSED_NODE, output)} tests pass"


def check_playwright(project: Project) -> str:
    """The example passes, with worlds for parallel tests; a failing test shows its calls."""
    playwright = ("npx", "playwright", "test", "--config", "own.config.js", "--reporter", "list")
    output = project.run(*playwright, "outage.spec.js", "worlds.spec.js")
    failures = project.run(*playwright, "failing.spec.js", code=1)
    for expected in (
        "GET /customer-segment/acme/segments?pageSize=0 as admin-token: 400",
        "pageSize: must be at least 1",
        "Without pageSize, which is invalid. This works: curl ",
        "emporix-mockserver.har (application/json)",
        "0 requests match the pattern; at least 1 expected",
        "The nearest requests:\n",
        "The test made calls that mockFailOn forbids:",
        "no operation answers GET /fee/acme/fees",
        "pagesize",
        "mockWorldPer is 'test' or 'worker', not 'file'",
    ):
        assert expected in failures, (expected, failures)
    return f"{_find(PASSED, output)} tests pass, {_find(FAILED, failures)} fail and say why"


def check_vitest(project: Project) -> str:
    """The example passes; a failing test prints its calls."""
    vitest = ("npx", "vitest", "run", "--test-timeout=60000", "--hook-timeout=60000")
    output = project.run(*vitest, "segments.test.js", "worker.test.js")
    failures = project.run(*vitest, "failing.test.js", code=1)
    for expected in ("emporix-mockserver: an invalid page", "pageSize=0 as admin-token: 400", "1 failed"):
        assert expected in failures, (expected, failures)
    (project.folder / "setup.js").write_text(
        "import { createSetup } from '@emporix-mockserver/test/vitest'\n"
        "export default createSetup({ args: ['--fixture', 'nowhere'] })\n"
    )
    config = EXAMPLES["vitest.config.js"].replace("@emporix-mockserver/test/vitest", "./setup.js")
    (project.folder / "wrong.config.js").write_text(config)
    wrong = project.run(*vitest, "--config", "wrong.config.js", "segments.test.js", code=1)
    assert "Unknown world 'nowhere'" in wrong, wrong
    return f"{_find(PASSED_VITEST, output)} tests pass, 1 fails and says why"


def check_recording(project: Project) -> str:
    """MSW answers from exported calls."""
    project.run("node", "record.mjs")
    output = project.run("node", "replay.mjs")
    shown = _find(r"console\.log\(.*\) // (.*)", EXAMPLES["replay.mjs"])
    assert output.strip() == shown, output
    return "MSW answers from exported calls"


def check_cypress_configuration(project: Project) -> str:
    """The configuration of the page starts the simulator, and the spec calls tasks that exist."""
    (project.folder / "load.mjs").write_text(
        "import config from './cypress.config.js'\n"
        "const handlers = {}\n"
        "const on = (event, handler) => { handlers[event] = handler }\n"
        "const changed = await config.e2e.setupNodeEvents(on, { projectRoot: process.cwd(), env: {} })\n"
        "console.log(JSON.stringify({ url: changed.env.mockUrl, tasks: Object.keys(handlers.task) }))\n"
        "await handlers['after:run']()\n"
    )
    facts = json.loads(project.run("node", "load.mjs"))
    called = re.findall(r"cy\.task\('([\w:]+)'", EXAMPLES["cypress/e2e/outage.cy.js"])
    section = PAGE.partition("### Cypress\n")[2].partition("\n### ")[0]
    listed = re.findall(r"`(?:mock:)?(\w+)`", section.partition("A task takes")[2].partition(" Cypress runs")[0])
    assert called
    assert set(called) <= set(facts["tasks"]), facts
    assert {f"mock:{name}" for name in listed} == set(facts["tasks"]), (listed, facts)
    return f"{len(facts['tasks'])} tasks"


def check_table(project: Project) -> str:
    """The table of the page lists members that exist, and no others are left out."""
    section = PAGE.partition("### Members\n")[2].partition("\n### ")[0]
    first_columns = re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE)
    listed = {name for column in first_columns for name in re.findall(r"`(\w+)", column)}
    script = (
        "import { MockServer } from '@emporix-mockserver/test'\n"
        "const own = new MockServer('http://127.0.0.1:1', { world: 'a' })\n"
        "console.log(JSON.stringify([...Object.keys(own), ...Object.getOwnPropertyNames(MockServer.prototype)]))\n"
    )
    members = set(json.loads(project.run("node", "--input-type=module", "-e", script)))
    assert members - listed == {"constructor", "adminToken", "test", "check"}, members - listed
    assert listed <= members, listed - members
    return f"{len(listed)} members are listed"


def _find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, (pattern, text)
    return found[1]


CHECKS: tuple[Callable[[Project], str], ...] = (  # the longest first
    check_playwright,
    check_types,
    check_client,
    check_vitest,
    check_cypress_configuration,
    check_recording,
    check_table,
)


def run_check(check: Callable[[Project], str], project: Project) -> str:
    """Run a check, and return a line about it."""
    started = time.monotonic()
    result = check(project)
    return f"{check.__name__}: {result} ({time.monotonic() - started:.0f} s)"


def main() -> None:
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "dist" / "npm"
    names = (f"{NAME}-test", NAME, f"{NAME}-{find_own_target().name}")
    tarballs = [folder / f"{name}-{mockserver.__version__}.tgz" for name in names]
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name))
        print(
            f"Installing {tarballs[0].name} with {', '.join(PACKAGES)} from npm: about half a minute",
            flush=True,
        )
        project.install(*tarballs)
        project.write_files()
        with ThreadPoolExecutor(LANES) as pool:
            for line in pool.map(run_check, CHECKS, repeat(project)):
                print(line, flush=True)


if __name__ == "__main__":
    main()
