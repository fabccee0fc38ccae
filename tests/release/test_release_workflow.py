"""The release workflow: it builds for all platforms, runs commands that exist, and publishes in the right order."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import mockserver
from release.build_npm import find_programs
from release.check_tag import check_tag
from release.platforms import TARGETS
from tests.support.live_server import TIMEOUT_SECONDS
from tests.support.paths import ROOT

WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
JOBS: dict[str, Any] = WORKFLOW["jobs"]
COMMANDS = "\n".join(step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step)
RECORD = '#!/bin/sh\necho "$(basename "$0") $*" >> "$CALLS"\n'
needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")


def run_script(name: str, *arguments: str, folder: Path, programs: dict[str, str], **variables: str) -> tuple[int, str]:
    """Run a script with other programs in place of those that publish. Return its exit code and the calls of them."""
    for program, text in programs.items():
        (folder / program).write_text(text)
        (folder / program).chmod(0o755)
    calls = folder / "calls"
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", ROOT / "release" / name, *arguments],
        env={"PATH": path, "CALLS": str(calls), **variables},
        timeout=TIMEOUT_SECONDS,
        stdout=subprocess.PIPE,
        check=False,
    )
    return done.returncode, calls.read_text() if calls.exists() else ""


def test_executables_are_built_for_all_platforms() -> None:
    included = JOBS["executable"]["strategy"]["matrix"]["include"]
    assert [entry["platform"] for entry in included] == list(TARGETS)


def test_the_page_lists_all_platforms_and_their_files() -> None:
    page = (ROOT / "docs" / "without-python.md").read_text()
    files = re.findall(r"^\| .* \| `emporix-mockserver-([\w-]+)(?:\.zip)?` \| yes \|$", page, re.M)
    assert files == list(TARGETS)


def test_the_commands_exist() -> None:
    modules = re.findall(r"python -m (release\.\w+|tests\.\w+\.\w+)", COMMANDS)
    scripts = re.findall(r"bash (\S+)", COMMANDS)
    targets = re.findall(r"^make (\w+)", COMMANDS, re.M)
    assert modules
    assert scripts
    assert targets
    assert [name for name in modules if not (ROOT / f"{name.replace('.', '/')}.py").exists()] == []
    assert [name for name in scripts if not (ROOT / name).exists()] == []
    makefile = (ROOT / "Makefile").read_text()
    assert [name for name in targets if f"\n{name}:" not in makefile] == []


def test_ci_runs_what_the_workflow_builds_here() -> None:
    """`make npm` builds and tries the executable and the packages with the commands of the workflow."""
    makefile = (ROOT / "Makefile").read_text()
    assert "\nmake npm\n" in (ROOT / ".ci" / "run").read_text()
    for module in re.findall(r"python -m (\S+)", COMMANDS):
        if module.startswith(("release.build", "tests.release")):
            assert f"python -m {module}\n" in makefile, module


@pytest.mark.parametrize("name", JOBS)
def test_only_the_job_that_publishes_may_write_and_only_for_a_tag(name: str) -> None:
    job = JOBS[name]
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert ("permissions" in job) == (name == "publish")
    if name == "publish":
        assert job["if"] == "github.ref_type == 'tag'"
        assert set(job["needs"]) == set(JOBS) - {"publish"}


def test_a_tag_must_be_the_version() -> None:
    check_tag(f"v{mockserver.__version__}")
    for tag in (mockserver.__version__, "v0.0.0", f"v{mockserver.__version__}.1"):
        with pytest.raises(SystemExit, match="does not belong to version"):
            check_tag(tag)


def test_packages_for_all_platforms_need_all_programs(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="lacks the programs for linux-x64"):
        find_programs(tmp_path, every=False)
    first, second, *others = TARGETS
    (tmp_path / first).mkdir()
    (tmp_path / second).mkdir()
    assert list(find_programs(tmp_path, every=False)) == [TARGETS[first], TARGETS[second]]
    with pytest.raises(SystemExit, match=f"lacks the programs for {', '.join(others)};"):
        find_programs(tmp_path, every=True)


@needs_bash
def test_npm_packages_of_platforms_are_published_first(tmp_path: Path) -> None:
    packages = [f"emporix-mockserver-{name}1.2.3.tgz" for name in ("", "test-", *(f"{name}-" for name in TARGETS))]
    (tmp_path / "npm-packages").mkdir()
    for package in packages:
        (tmp_path / "npm-packages" / package).touch()
    code, calls = run_script(
        "publish_npm.sh", str(tmp_path / "npm-packages"), folder=tmp_path, programs={"npm": RECORD}
    )
    lines = calls.splitlines()
    assert code == 0
    assert sorted(lines) == sorted(f"npm publish --access public ./{package}" for package in packages)
    assert lines[-2:] == [f"npm publish --access public ./{package}" for package in packages[:2]]


@needs_bash
@pytest.mark.parametrize(("image", "login"), [("team/mock", ""), ("images.example/team/mock", " images.example")])
def test_the_image_gets_the_version_and_latest(tmp_path: Path, image: str, login: str) -> None:
    variables = {"IMAGE": image, "IMAGE_USER": "somebody", "IMAGE_TOKEN": "token", "GITHUB_REF_NAME": "v1.2.3"}
    code, calls = run_script("publish_image.sh", "image.tar", folder=tmp_path, programs={"docker": RECORD}, **variables)
    assert code == 0
    assert calls.splitlines() == [
        "docker load --input image.tar",
        f"docker login --username somebody --password-stdin{login}",
        f"docker tag emporix-mockserver {image}:1.2.3",
        f"docker push {image}:1.2.3",
        f"docker tag emporix-mockserver {image}:latest",
        f"docker push {image}:latest",
    ]


@needs_bash
@pytest.mark.parametrize(("health", "code"), [("healthy", 0), ("unhealthy", 1)])
def test_an_image_is_good_when_its_container_is_healthy(tmp_path: Path, health: str, code: int) -> None:
    docker = f"{RECORD}case $1 in run) echo c1 ;; inspect) echo {health} ;; esac\n"
    programs = {"docker": docker, "sleep": "#!/bin/sh\n"}
    received, calls = run_script("try_image.sh", "image", folder=tmp_path, programs=programs)
    assert received == code
    assert calls.startswith("docker run --detach image\ndocker inspect ")
    assert calls.endswith("docker rm --force c1\n")


def test_the_builders_explain_themselves() -> None:
    for module in ("release.build_executable", "release.build_npm"):
        done = subprocess.run(
            [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert (done.returncode, "usage:" in done.stdout) == (0, True), done.stderr
