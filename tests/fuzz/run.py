"""Fuzz the parsers with atheris: `python -m tests.fuzz.run all --runs 2000000`.

`make fuzz` does it; `make test` runs the same targets a few times (tests/quality/test_fuzz.py).
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.paths import ROOT

from .seeds import SEEDS, WORDS
from .targets import TARGETS

MAX_INPUT_BYTES = 1000  # bytes of an input
MAX_INPUT_SECONDS = 10  # seconds that one input may take
MAX_MEMORY_MB = 1024  # MB
DONE = re.compile(r"^Done (\d+) runs in (\d+) second", re.MULTILINE)


def fuzz_target(target: str, runs: int, seconds: int, seed: int) -> tuple[int, int, str]:
    """Fuzz a target in a separate process. Return runs, seconds, and the output if it failed, else ""."""
    with TemporaryDirectory() as scratch:
        options = [
            *(f"-runs={runs}", f"-max_total_time={seconds}", f"-seed={seed}"),
            *(
                f"-max_len={MAX_INPUT_BYTES}",
                f"-timeout={MAX_INPUT_SECONDS}",
                f"-rss_limit_mb={MAX_MEMORY_MB}",
                "-print_final_stats=1",
            ),
            *(f"-artifact_prefix={ROOT}/fuzz-{target}-", *_write_start_files(target, Path(scratch))),
        ]
        command = [sys.executable, "-m", "tests.fuzz.loop", target, *options]
        completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    output = completed.stdout + completed.stderr
    summary = DONE.search(output)
    if summary is None or completed.returncode:
        return 0, 0, output
    return int(summary[1]), int(summary[2]), ""


def _write_start_files(target: str, scratch: Path) -> Iterator[str]:
    """Write the corpus and the dictionary; yield the options that name them."""
    corpus = scratch / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS[target]):
        (corpus / str(number)).write_text(seed, encoding="utf-8")
    words = scratch / "words"
    words.write_text("".join(f'"{_escape(word)}"\n' for word in WORDS[target]))
    yield f"-dict={words}"
    yield str(corpus)


def _escape(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def main() -> None:
    """Print a line and any failure for each target; exit with 1 after a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("--runs", type=int, default=200_000, help="for each target")
    parser.add_argument("--seconds", type=int, default=0, help="for each target at most; 0 for no limit")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        parser.error("this needs atheris: pip install -c constraints.txt -e '.[fuzz]'")
    failed = False
    for target in TARGETS if options.target == "all" else [options.target]:
        runs, seconds, failure = fuzz_target(target, options.runs, options.seconds, options.seed)
        print(f"{target}: {'FAILED' if failure else f'{runs} runs in {seconds} s'}\n{failure}".strip(), flush=True)
        failed = failed or bool(failure)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
