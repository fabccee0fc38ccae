"""Install in every way that README and Dockerfile describe, outside the checkout, and serve: `make package`.

Each way has an empty environment: `make serve`; the wheel with pip, with the lowest versions of all dependencies, with
`uvx` and with `pipx run`; the README's commands without make; and the steps of the Dockerfile. Those run without
Docker, on the files that the Dockerfile copies and with the variables that it sets.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from functools import cache
from pathlib import Path

from mockserver import __version__
from tests.quality.uv import create_environment, resolve_requirements, run_uv
from tests.support.installed_simulator import check_installed
from tests.support.live_server import clean_environment, run_command, send_request, start_server
from tests.support.paths import ROOT
from tests.support.samples import GOLDEN
from tools.prepare_environment import ANNOUNCEMENTS

NEEDED = {
    "mockserver/data/spec/customer-segment.yaml",
    "mockserver/data/spec/parsed/customer-segment.json",
    "mockserver/data/fixtures/default.yaml",
    "mockserver/data/fixtures/parsed/default.json",
    "mockserver/data/fixtures/scenarios/slow.yaml",
    "mockserver/data/docs/fidelity.md",
    "mockserver/control/coverage/page.html",
    "mockserver/dashboard/assets/dashboard.css",
    "mockserver/dashboard/assets/dashboard.js",
    "mockserver/dashboard/assets/icon.svg",
    "mockserver/dashboard/templates/layout.html",
    "mockserver/py.typed",
}
MAX_SERVING_PACKAGES, MAX_SERVING_MEGABYTES = 36, 80  # that `make serve` may install
GOLDEN_ITEMS = f"/customer-segment/acme/segments/{GOLDEN}/items"


def run_step(*command: str | Path, where: Path = ROOT) -> None:
    """Run a command; CalledProcessError if it fails."""
    subprocess.run([str(part) for part in command], check=True, cwd=where, stdout=subprocess.DEVNULL)


def check_server(command: Path, where: Path, **variables: str) -> None:
    """Start the server with this command, send a request and a health check, and stop it."""
    with start_server(command=[str(command)], folder=where, **variables) as (process, ready):
        status, rows = send_request(ready["url"] + GOLDEN_ITEMS)
        assert (status, len(rows)) == (200, 2), (status, rows)
        port = ready["url"].rpartition(":")[2]
        assert run_command("healthcheck", "--port", port, command=[str(command)]).returncode == 0
        process.terminate()
        assert process.wait(timeout=30) == 0


@cache
def build_wheel() -> Path:
    """Build the wheel into `dist`, and check its contents."""
    run_step(sys.executable, "-m", "build", "--wheel", "--outdir", ROOT / "dist", ROOT)
    built = ROOT / "dist" / f"emporix_mockserver-{__version__}-py3-none-any.whl"
    missing = NEEDED - set(zipfile.ZipFile(built).namelist())
    assert not missing, f"the wheel lacks {missing}"
    return built


def try_make_serve(where: Path) -> None:
    """Run `make serve` in a copy of the tracked files, and check what it has installed."""
    copy_files(list_tracked_files(), where)
    variables = clean_environment(MOCKSERVER_PORT="0", PYTHONUNBUFFERED="1")
    with subprocess.Popen(["make", "serve"], cwd=where, env=variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert "is ready at http://127.0.0.1:" in process.stdout.readline()
        subprocess.run(["pkill", "-TERM", "-P", str(process.pid)], check=True)
    packages = run_uv("pip", "list", "--format", "freeze", "--python", where / ".venv" / "bin" / "python").splitlines()
    (folder,) = where.glob(".venv/lib/*/site-packages")
    megabytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    print(f"make serve has installed {len(packages)} packages, {megabytes:.0f} MB", flush=True)
    assert len(packages) <= MAX_SERVING_PACKAGES
    assert megabytes <= MAX_SERVING_MEGABYTES
    assert ANNOUNCEMENTS["serve"].startswith(f"{len(packages)} packages ")
    check_server(where / ".venv" / "bin" / "emporix-mockserver", where)


def try_lowest_versions(where: Path) -> None:
    """Install the wheel with the lowest versions of all dependencies, and run the smoke test."""
    requirements = where / "requirements.txt"
    requirements.write_text(resolve_requirements("lowest-direct"))
    commands = create_environment(where / "environment", "-r", requirements, f"{build_wheel()}[tls]")
    check_installed(commands / "mockserver")


def try_uvx_and_pipx(_: Path) -> None:
    """Run the wheel as `uvx emporix-mockserver` and `pipx run emporix-mockserver` run the published one."""
    wheel = build_wheel()
    uvx = ("tool", "run", "--python", sys.executable)
    assert __version__ in run_uv(*uvx, "--from", wheel, "emporix-mockserver", "--version")
    assert __version__ in run_uv(*uvx, "pipx", "run", "--no-cache", "--spec", wheel, "emporix-mockserver", "--version")


def try_wheel(where: Path) -> None:
    """Install the wheel into an empty environment with pip."""
    built = build_wheel()
    venv.create(where / "venv", with_pip=True)
    pip = where / "venv" / "bin" / "pip"
    run_step(pip, "install", "--quiet", "--constraint", ROOT / "constraints.txt", built)
    check_server(where / "venv" / "bin" / "mockserver", where)


def try_readme(where: Path) -> None:
    """Run the README's commands for those without make, in a copy of the tracked files."""
    copy_files(list_tracked_files(), where)
    text = (ROOT / "README.md").read_text().partition("Without make")[2]
    commands = text.partition("```sh\n")[2].partition("```")[0].splitlines()
    for command in commands[:2]:
        run_step("bash", "-c", command, where=where)
    assert commands[2:] == [".venv/bin/mockserver serve", ".venv/bin/python -m pytest -n auto"]
    check_server(where / ".venv" / "bin" / "mockserver", where)
    run_step(".venv/bin/python", "-m", "pytest", "-q", "tests/services/test_published_examples.py", where=where)


def try_dockerfile(where: Path) -> None:
    """Run the Dockerfile's steps: its COPY, its install, its variables, its command and health check."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    build, final = text.rsplit("\nFROM ", 1)
    copy_files([source for line in re.findall(r"^COPY (.*) \S+$", build, re.M) for source in line.split()], where)
    (install,) = re.findall(r"^RUN (.*)$", build, re.M)
    run_step(
        "bash",
        "-c",
        install.replace("/opt/mockserver", str(where / "opt")).replace("python -m", f"{sys.executable} -m"),
        where=where,
    )
    variables = dict(re.findall(r"(MOCKSERVER_\w+)=(\S+)", final)) | {"MOCKSERVER_PORT": "0"}
    assert variables["MOCKSERVER_HOST"] == "0.0.0.0"
    assert 'ENTRYPOINT ["mockserver"]\nCMD ["serve"]' in final
    assert 'CMD ["mockserver", "healthcheck"]' in final
    check_server(where / "opt" / "bin" / "mockserver", where, **variables)


def list_tracked_files() -> list[str]:
    """Return the paths of the files in a clone."""
    return subprocess.run(["git", "ls-files"], check=True, cwd=ROOT, capture_output=True, text=True).stdout.splitlines()


def copy_files(paths: list[str], where: Path) -> None:
    """Copy files and folders from the checkout."""
    for path in paths:
        source, target = ROOT / path, where / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def main() -> None:
    for attempt in (try_make_serve, try_wheel, try_lowest_versions, try_uvx_and_pipx, try_readme, try_dockerfile):
        with tempfile.TemporaryDirectory() as folder:
            attempt(Path(folder))
        print(f"{attempt.__name__}: works", flush=True)


if __name__ == "__main__":
    main()
