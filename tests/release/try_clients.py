"""Import the served specs with Postman, Bruno and two code generators, and run the recipe for Node 24.

`make clients` does it. Each program comes from npm, into a temporary folder.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from release.platforms import find_own_target
from tests.support.live_server import send_request, start_server
from tests.support.paths import ROOT
from tests.support.recipes import APP, Servers
from tests.support.specs import SERVICES

NODE = f"node-{find_own_target().name}"
PACKAGES = (
    "newman@6.2.2",
    "openapi-to-postmanv2@6.3.3",
    "@usebruno/cli@4.1.0",
    "openapi-typescript@7.13.0",
    "orval@7.13.2",
    "typescript@5.9.3",
    f"{NODE}@24",
)
POSTMAN = ROOT / "tests" / "conformance" / "postman.mjs"
# What Bruno's run of a whole collection, in its own order, leads to: calls of customers only, and rows removed before.
EXPECTED_REFUSALS = {
    "List the caller's category trees": "403",
    "List the caller's own segments": "403",
    "Delete a segment": "400",
}


class Project:
    """A folder with the packages, and the commands that they and Node 24 provide."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        modules = folder / "node_modules"
        paths = map(str, (modules / NODE / "bin", modules / ".bin"))
        self.environment = os.environ | {"PATH": os.pathsep.join([*paths, os.environ["PATH"]])}

    def install(self) -> None:
        """Install the packages."""
        print(f"Installing {', '.join(PACKAGES)} from npm: about a minute", flush=True)
        (self.folder / "package.json").write_text('{"private": true}')
        self.run("npm", "install", "--no-audit", "--no-fund", "--loglevel", "error", *PACKAGES)

    def run(self, *command: str | Path, check: bool = True) -> str:
        """Run a command in the folder; return its output. CalledProcessError if it fails."""
        done = subprocess.run(
            command, check=False, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        if check and done.returncode:
            print(done.stdout, done.stderr, sep="\n", flush=True)
            done.check_returncode()
        return done.stdout


def fetch_specs(project: Project, url: str) -> None:
    """Save each served spec as a file."""
    for name in SERVICES:
        (project.folder / f"{name}.json").write_bytes(
            urllib.request.urlopen(f"{url}/__admin/docs/specs/{name}.json").read()
        )


def try_postman(project: Project, url: str) -> str:
    """Import all specs as Postman does, and run each request."""
    script = project.folder / POSTMAN.name
    script.write_bytes(POSTMAN.read_bytes())
    return project.run("node", script, url).strip()


def try_bruno(project: Project, url: str) -> str:
    """Import a spec with Bruno, and run the collection as an administrator."""
    send_request(f"{url}/__admin/reset", method="POST")
    (project.folder / "bruno").mkdir()
    project.run("bru", "import", "openapi", "--source", "customer-segment.json", "--output", "bruno")
    (collection,) = (project.folder / "bruno").iterdir()
    (environment,) = (collection / "environments").iterdir()
    run = ("bru", "run", "-r", ".", "--env", environment.stem, "--env-var", "token=admin-token")
    done = subprocess.run(run, check=False, cwd=collection, env=project.environment, capture_output=True, text=True)
    replies = dict(re.findall(r"/([^/\n]+) \((\d{3}) [^)]*\)", done.stdout))
    refusals = {name: status for name, status in replies.items() if status >= "300"}
    assert len(replies) == len(SERVICES["customer-segment"]), done.stdout + done.stderr
    assert refusals == EXPECTED_REFUSALS, refusals
    return f"{len(replies)} requests, {len(replies) - len(refusals)} of them work in this order"


def try_generators(project: Project, _: str) -> str:
    """Generate types and clients from each spec; TypeScript accepts them."""
    sources = []
    for name in SERVICES:
        project.run("openapi-typescript", f"{name}.json", "-o", f"types/{name}.ts")
        project.run("orval", "--input", f"{name}.json", "--output", f"clients/{name}.ts", "--client", "fetch")
        sources += [f"types/{name}.ts", f"clients/{name}.ts"]
    options = ("--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext")
    project.run("tsc", *options, "--lib", "es2022,dom", *sources)
    return f"{len(sources)} files compile"


def try_node_24(project: Project, url: str) -> str:
    """Call the vendor's URL through the proxy, by the recipe of the documentation."""
    servers = Servers(project.folder, {"url": url}, {"url": url, "tls": {"spki": ""}})
    certificate, recipe = servers.blocks("", "sh")[-1], servers.blocks("Node", "sh")[0]
    (project.folder / "app.mjs").write_text(APP)
    statuses = project.run("sh", "-ec", f"{certificate}\n{recipe}").split()
    assert statuses == ["200", "200"], statuses
    return f"Node {project.run('node', '--version').strip()} reaches https://api.emporix.io through the proxy"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name))
        project.install()
        with start_server("--tls-folder", str(Path(name) / "authority")) as (_, ready):
            fetch_specs(project, ready["url"])
            for part in (try_postman, try_bruno, try_generators, try_node_24):
                print(f"{part.__name__}: {part(project, ready['url'])}", flush=True)


if __name__ == "__main__":
    main()
