"""Run schemathesis with all of its phases over each spec of the simulated services, against the real server.

`make conformance` makes more than 5,000 cases; `make test` runs a few of them (tests/quality/test_conformance.py).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.live_server import clean_environment, send_request, start_server

HERE = Path(__file__).parent
SPECS = HERE.parents[1] / "spec"
PHASES = ("examples", "coverage", "fuzzing", "stateful")
CASES = re.compile(r"^ +([\d,]+) generated", re.MULTILINE)


def service_specs() -> list[Path]:
    """Return the specs of all simulated services. The control plane is left out: its calls would reset the state."""
    return sorted(path for path in SPECS.glob("*.yaml") if path.stem != "control")


def run_schemathesis(
    url: str, spec: Path, examples: int, token: str, phases: Sequence[str] = PHASES
) -> tuple[int, str]:
    """Have schemathesis test one service in the state of the start.

    Return the number of cases, and its output if it failed, else "".
    """
    assert send_request(f"{url}/__admin/reset", "POST")[0] == 200
    completed = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run"),
            *(str(spec), "--url", url, "--header", f"Authorization: Bearer {token}", "--no-color"),
            *("--max-examples", str(examples), "--seed", "1", "--warnings", "off", "--generation-database", "none"),
            *("--phases", ",".join(phases)),
        ],
        env=clean_environment(SCHEMATHESIS_HOOKS="tests.conformance.hooks"),
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    cases = sum(int(number.replace(",", "")) for number in CASES.findall(completed.stdout))
    return cases, "" if completed.returncode == 0 and cases else completed.stdout + completed.stderr


def main() -> None:
    """Print a line and any failures for each service; exit with 1 after a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="for each operation and phase")
    examples = parser.parse_args().examples
    failed, total = False, 0
    with start_server("--unpublished", "on") as (_, ready):
        for token in ("admin-token", "customer-token"):
            for spec in service_specs():
                cases, failures = run_schemathesis(ready["url"], spec, examples, token)
                verdict = "FAILED" if failures else "no failure"
                print(f"{spec.stem} as {token}: {cases} cases, {verdict}\n{failures}".strip())
                failed, total = failed or bool(failures), total + cases
    print(f"{total} cases")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
