"""Install in every way that README and Dockerfile describe, outside the checkout, and serve once: `make package`.

There are three empty environments: the wheel; the README's commands without make; and the steps of the Dockerfile. The
steps run without Docker, on the files that the Dockerfile copies and with the variables that it sets.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

from tests.support.live_server import run_command, send_request, start_server
from tests.support.paths import ROOT
from tests.support.samples import GOLDEN

NEEDED = {
    "mockserver/data/spec/customer-segment.yaml",
    "mockserver/data/spec/parsed/customer-segment.json",
    "mockserver/data/fixtures/default.yaml",
    "mockserver/data/fixtures/parsed/default.json",
    "mockserver/data/docs/fidelity.md",
    "mockserver/control/coverage/page.html",
    "mockserver/py.typed",
}
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


def try_wheel(where: Path) -> None:
    """Build the wheel, check its contents, and install it into an empty environment."""
    run_step(sys.executable, "-m", "build", "--wheel", "--outdir", where, ROOT)
    (built,) = where.glob("*.whl")
    missing = NEEDED - set(zipfile.ZipFile(built).namelist())
    assert not missing, f"the wheel lacks {missing}"
    venv.create(where / "venv", with_pip=True)
    pip = where / "venv" / "bin" / "pip"
    run_step(pip, "install", "--quiet", "--constraint", ROOT / "constraints.txt", built)
    check_server(where / "venv" / "bin" / "mockserver", where)


def try_readme(where: Path) -> None:
    """Run the README's commands for those without make, in a copy of the tracked files."""
    tracked_files = subprocess.run(["git", "ls-files"], check=True, cwd=ROOT, capture_output=True, text=True).stdout
    copy_files(tracked_files.split(), where)
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
    for attempt in (try_wheel, try_readme, try_dockerfile):
        with tempfile.TemporaryDirectory() as folder:
            attempt(Path(folder))
        print(f"{attempt.__name__}: installed, served, answered, stopped", flush=True)


if __name__ == "__main__":
    main()
