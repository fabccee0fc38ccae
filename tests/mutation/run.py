"""Mutate the code in thousands of small ways, and report which mutants no test detects: `python -m tests.mutation.run`.

`make mutants` runs it and takes an hour on two cores. mutmut copies the sources to `mutants/`, changes one place at a
time (a number, an operator, an argument), and runs the tests that reach the changed function until one fails.
`tool.mutmut` in pyproject.toml lists the modules to mutate and the tests to run.

The last line reports the share of killed mutants; below 90 % the command fails. A surviving mutant shows behaviour that
no test checks: write the test, or simplify the code. If the change makes no difference, add the mutant to
`survivors.yaml` with the reason. The command prints unlisted survivors in the format of that file, and fails.
A timeout counts as killed, since it usually is an endless loop; on a busy machine, test timeouts again with `--again`.

Results stay in `mutants/`. A second run tests only new mutants, and functions that have changed. After a change of
tests, `--again` tests the survivors again. `mutmut show NAME` shows a mutant. To start over, remove the folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from .results import Result, load_results
from .survivors import load_survivors

MIN_KILLED_SHARE = 0.9


def run_mutmut(children: int, names: Iterable[str]) -> None:
    """Have mutmut test these mutants, or all new ones if no names are given."""
    mutmut = Path(sys.executable).with_name("mutmut")
    subprocess.run([mutmut, "run", "--max-children", str(children), *names], check=True)


def report(results: list[Result]) -> bool:
    """Print a summary. Return False if too few were killed, an unlisted one survived, or some were not tested."""
    listed_mutants = Counter(mutant for group in load_survivors().values() for mutant in group)
    survivors = Counter(result.read_mutant() for result in results if result.is_tested and not result.is_killed)
    for title, mutants in (
        ("Survived, not listed", survivors - listed_mutants),
        ("Listed, killed", listed_mutants - survivors),
    ):
        print(*([f"{title}:", *mutants.elements()] if mutants else []), sep="\n", end="\n" if mutants else "")
    counts = Counter(result.status for result in results)
    share = sum(result.is_killed for result in results) / len(results)
    by_status = ", ".join(f"{counts[status]} {status}" for status in sorted(counts))
    print(f"{len(results)} mutants, {share:.1%} killed: {by_status}")
    return share >= MIN_KILLED_SHARE and survivors <= listed_mutants and all(result.is_tested for result in results)


def main() -> None:
    """Run mutmut and report the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=2, help="number of mutants to test in parallel")
    parser.add_argument("--again", action="store_true", help="test again what the last run did not kill, and timeouts")
    parser.add_argument("--report", action="store_true", help="test nothing, report the last run")
    options = parser.parse_args()
    if not options.report:
        survivors = [result.name for result in load_results() if result.status != "killed"]
        run_mutmut(options.children, survivors if options.again else [])
    raise SystemExit(0 if report(list(load_results())) else 1)


if __name__ == "__main__":
    main()
