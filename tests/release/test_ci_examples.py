"""examples/ci/: files that people copy. Their formats are valid, and their commands do what the files say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.live_server import (
    COMMAND,
    TIMEOUT_SECONDS,
    clean_environment,
    find_free_port,
    run_command,
    start_server,
)
from tests.support.paths import ROOT

EXAMPLES = ROOT / "examples" / "ci"
RECIPES = EXAMPLES / "testcontainers"
STAND_INS = Path(__file__).parent / "stand_ins"
SCHEMAS = {
    "examples/ci/github-workflow.yml": "github-workflows",
    "examples/ci/gitlab-ci.yml": "gitlab-ci",
    "examples/ci/compose.yaml": "compose-spec",
    ".github/workflows/release.yml": "github-workflows",
}
SERVE = [*COMMAND, "serve", "--port", "0", "--log-format", "json"]
# Fewer workers and plugins than on the machine of a user: nothing that the examples need.
PYTEST = {"PYTEST_ADDOPTS": "-p no:schemathesis -p no:faker -p no:anyio", "PYTEST_XDIST_AUTO_NUM_WORKERS": "1"}
SCRIPT_SECONDS = 3 * TIMEOUT_SECONDS  # a script starts several processes
ADMIN_TOKEN = {"MOCKSERVER_ADMIN_TOKEN": "only-for-these-tests"}


def load_example(name: str) -> Any:
    return yaml.safe_load((EXAMPLES / name).read_text())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the tests of the example, and the commands that the files install."""
    shutil.copytree(EXAMPLES / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "bin").mkdir()
    for name, command in (("mockserver", [*COMMAND]), ("python", [sys.executable])):
        script = tmp_path / "bin" / name
        script.write_text(f'#!/bin/sh\nexec {" ".join(command)} "$@"\n')
        script.chmod(0o755)
    return tmp_path


def run_script(script: str, project: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script as CI does: in the project, stopping at the first failure. End what it leaves running."""
    path = f"{project / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = clean_environment(PATH=path, PYTHONPATH=str(ROOT), **PYTEST, **variables)
    # What runs in the background is ended as CI does it: after the last step.
    text = f"trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n{script}"
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=SCRIPT_SECONDS, check=False
    )


def without_installation(commands: list[str]) -> list[str]:
    return [command for command in commands if not command.startswith("pip install ")]


@contextmanager
def serve_with(variables: dict[str, str]) -> Iterator[str]:
    """Start a server with these variables. Yield its address."""
    environment: dict[str, Any] = variables
    with start_server(**environment) as (_, ready):
        yield ready["url"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_files_follow_the_schema_of_their_format(name: str) -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        f"vendor.{SCHEMAS[name]}",
        str(ROOT / name),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    assert done.returncode == 0, done.stdout


def test_the_steps_of_the_github_workflow_run(project: Path) -> None:
    job = load_example("github-workflow.yml")["jobs"]["test"]
    commands = without_installation([step["run"] for step in job["steps"] if "run" in step])
    assert len(commands) == 3
    port = str(find_free_port())
    address = job["env"]["EMPORIX_URL"].replace("8080", port)
    script = "\n".join(commands).replace("mockserver coverage", f"mockserver coverage --url {address}")
    summary = project / "summary.md"
    done = run_script(script, project, EMPORIX_URL=address, MOCKSERVER_PORT=port, GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 0, done.stdout + done.stderr + (project / "mockserver.log").read_text()
    assert "3 passed" in done.stdout
    assert "<testsuite" in (project / "api-coverage.xml").read_text()
    assert "| operations |" in summary.read_text()


def test_the_script_of_the_gitlab_job_runs(project: Path) -> None:
    """All variables of the job reach the service too, so the server must accept them."""
    job = load_example("gitlab-ci.yml")["segments"]
    (service,) = job["services"]
    assert job["variables"]["EMPORIX_URL"] == f"http://{service['alias']}:8080"
    assert service["variables"]["MOCKSERVER_ALLOWED_HOST"] == service["alias"]
    with serve_with(job["variables"] | service["variables"]) as url:
        script = "\n".join(without_installation([*job["before_script"], *job["script"]]))
        done = run_script(script, project, **job["variables"] | {"EMPORIX_URL": url})
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / job["artifacts"]["reports"]["junit"]).exists()


def test_the_services_of_the_compose_file_work_together(project: Path) -> None:
    services = load_example("compose.yaml")["services"]
    mock, tests = services["mock"], services["tests"]
    assert tests["environment"]["EMPORIX_URL"] == "http://mock:8080"
    assert mock["environment"]["MOCKSERVER_ALLOWED_HOST"] == "mock"
    with serve_with(mock["environment"]) as url:
        program, command, *options = mock["healthcheck"]["test"][1:]
        assert program == "mockserver"
        port = url.rpartition(":")[2]
        assert run_command(command, *options, variables={"MOCKSERVER_PORT": port}).returncode == 0
        script = re.sub(r"pip install \w+ && ", "", tests["command"])
        done = run_script(script, project, **tests["environment"] | {"EMPORIX_URL": url})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_the_health_check_of_the_compose_file_is_that_of_the_image() -> None:
    (line,) = re.findall(r"^HEALTHCHECK (.*) CMD (.*)$", (ROOT / "Dockerfile").read_text(), re.M)
    check = load_example("compose.yaml")["services"]["mock"]["healthcheck"]
    options = {name.replace("-", "_"): value for name, value in re.findall(r"--([a-z-]+)=(\S+)", line[0])}
    assert options == {name: value for name, value in check.items() if name != "test"}
    assert json.loads(line[1]) == check["test"][1:]
    assert options["start_interval"] == "0.5s"


def test_without_an_address_each_worker_starts_a_server(project: Path) -> None:
    done = run_script("python -m pytest -n 2 -p no:cacheprovider tests", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_the_python_recipe_runs(tmp_path: Path) -> None:
    shutil.copy(RECIPES / "test_segments_in_container.py", tmp_path)
    path = os.pathsep.join([str(STAND_INS / "python"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", tmp_path],
        env=clean_environment(PYTHONPATH=path, **PYTEST, STAND_IN_COMMAND=json.dumps(SERVE)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
def test_the_node_recipe_runs(tmp_path: Path) -> None:
    shutil.copy(RECIPES / "segments.test.js", tmp_path)
    shutil.copytree(STAND_INS / "node", tmp_path / "node_modules")
    done = subprocess.run(
        ["node", "--test", "segments.test.js"],
        env=clean_environment(PYTHONPATH=str(ROOT), STAND_IN_COMMAND=json.dumps(SERVE)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"pass 1\b", done.stdout), done.stdout


@pytest.mark.skipif(not shutil.which("javac"), reason="needs a JDK")
def test_the_java_recipe_compiles_and_runs(tmp_path: Path) -> None:
    sources = [RECIPES / "SegmentsTest.java", *(STAND_INS / "java").rglob("*.java")]
    compile_command = ["javac", "-Xlint:all", "-Werror", "-d", str(tmp_path), *map(str, sources)]
    subprocess.run(compile_command, check=True, timeout=TIMEOUT_SECONDS)
    with serve_with(ADMIN_TOKEN) as url:
        done = subprocess.run(
            ["java", "-cp", tmp_path, "RunTests", "SegmentsTest"],
            env=clean_environment(STAND_IN_URL=url, **ADMIN_TOKEN),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    assert (done.returncode, done.stdout) == (0, "1 tests passed\n"), done.stderr
