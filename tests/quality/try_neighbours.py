"""Install the wheel together with each row of `tests/tables/neighbours.yaml`, and run the smoke test there."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml

from tests.quality.uv import create_environment, run_uv
from tests.support.installed_simulator import check_installed
from tests.support.paths import ROOT

NEIGHBOURS: list[list[str]] = yaml.safe_load((ROOT / "tests/tables/neighbours.yaml").read_text())["neighbours"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run_uv("build", "--wheel", "--out-dir", folder)
        (wheel,) = Path(folder).glob("*.whl")
        for row in NEIGHBOURS:
            commands = create_environment(Path(folder) / "environment", f"{wheel}[tls]", *row)
            check_installed(commands / "emporix-mockserver")
            print(f"try_neighbours: works with {', '.join(row)}", flush=True)


if __name__ == "__main__":
    main()
