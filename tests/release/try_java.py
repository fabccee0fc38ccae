"""Run the example for JUnit, and WireMock's client for Java, against a server.

`make clients` does it. WireMock comes from npm, which has its jar; JUnit and the JDK from the system's packages.
Without them it says so and does nothing, unless MOCKSERVER_JAVA_TESTS=required. Testcontainers needs Docker, so a
stand-in that starts no container takes its place.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.live_server import clean_environment, start_server
from tests.support.paths import ROOT

WIREMOCK = "wiremock@3.13.2"
EXAMPLE = ROOT / "examples" / "java"
STAND_INS = ROOT / "tests" / "release" / "stand_ins" / "java" / "org" / "testcontainers"
OWN_TESTS = ROOT / "tests" / "release" / "java"
SYSTEM_JARS = Path("/usr/share/java")  # where Debian's packages put them
JUNIT_JARS = (
    *("junit-jupiter-api", "junit-jupiter-engine", "junit-jupiter-params", "junit-platform-commons"),
    *("junit-platform-console", "junit-platform-engine", "junit-platform-launcher", "junit-platform-reporting"),
    *("opentest4j", "opentest4j-reporting-events", "apiguardian-api", "picocli", "univocity-parsers"),
)
NEEDED = "a JDK and JUnit 5 (in Debian: apt-get install default-jdk-headless junit5)"
ADMIN_TOKEN = "only-for-these-tests"


def list_missing() -> list[str]:
    """Return which programs and jars are not installed."""
    programs = [name for name in ("javac", "java", "npm") if not shutil.which(name)]
    return programs + [name for name in JUNIT_JARS if not (SYSTEM_JARS / f"{name}.jar").exists()]


def run_command(*command: str | Path, folder: Path, **variables: str) -> str:
    """Run a command and return its output; CalledProcessError if it fails."""
    environment = clean_environment(**variables)
    done = subprocess.run(command, check=False, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", flush=True)
        done.check_returncode()
    return done.stdout


def fetch_wiremock(folder: Path) -> Path:
    """Return WireMock's jar, from npm."""
    print(f"Installing {WIREMOCK} from npm: a few seconds", flush=True)
    (folder / "package.json").write_text('{"private": true}')
    run_command("npm", "install", "--no-audit", "--no-fund", "--loglevel", "error", WIREMOCK, folder=folder)
    (jar,) = (folder / "node_modules" / "wiremock").rglob("wiremock-standalone-*.jar")
    return jar


class JavaTests:
    """Compiled test classes in a folder of their own, which JUnit runs."""

    def __init__(self, folder: Path, jars: list[Path], *sources: Path) -> None:
        self._folder = folder
        self._path = os.pathsep.join(map(str, [folder, *jars]))
        files = [str(path) for source in sources for path in sorted(source.rglob("*.java"))]
        options = ("--release", "17", "-proc:none", "-Xlint:all,-classfile,-path", "-Werror")
        run_command("javac", *options, "-cp", self._path, "-d", str(folder), *files, folder=folder)

    def run(self, **variables: str) -> str:
        """Run all tests, and return how many passed; CalledProcessError if one fails."""
        launcher = ("org.junit.platform.console.ConsoleLauncher", "--scan-classpath", str(self._folder))
        options = ("--details", "tree", "--disable-banner", "--disable-ansi-colors", "--fail-if-no-tests")
        output = run_command("java", "-cp", self._path, *launcher, *options, folder=self._folder, **variables)
        (count,) = re.findall(r"\[ +(\d+) tests successful", output)
        return f"{count} tests passed"


def run_java_tests(folder: Path) -> None:
    """Compile and run the example, with an address and as if in a container, and our own tests of WireMock's client."""
    jars = [*(SYSTEM_JARS / f"{name}.jar" for name in JUNIT_JARS), fetch_wiremock(folder)]
    example = JavaTests(folder / "example", jars, EXAMPLE / "src", STAND_INS)
    own = JavaTests(folder / "own", jars, OWN_TESTS)
    with start_server() as (_, ready):
        print(f"example with EMPORIX_URL: {example.run(EMPORIX_URL=ready['url'])}", flush=True)
        print(f"WireMock's client: {own.run(EMPORIX_URL=ready['url'])}", flush=True)
    with start_server(MOCKSERVER_ADMIN_TOKEN=ADMIN_TOKEN) as (_, ready):
        passed = example.run(STAND_IN_URL=ready["url"], MOCKSERVER_ADMIN_TOKEN=ADMIN_TOKEN)
        print(f"example with a stand-in for its container: {passed}", flush=True)


def main() -> int:
    missing = list_missing()
    if missing and os.environ.get("MOCKSERVER_JAVA_TESTS") == "required":
        print(f"Missing: {', '.join(missing)}. This needs {NEEDED}.", file=sys.stderr)
        return 1
    if missing:
        print(f"Skipped the example for JUnit, which needs {NEEDED}; missing: {', '.join(missing)}.")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("example", "own"):
            (folder / part).mkdir()
        run_java_tests(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
