"""A Python script that repeats a session: `replay_runtime`, with the steps of the session in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from .exports import find_server_url
from .replay_session import ReplaySession

RUNTIME = Path(__file__).parent / "replay_runtime.py"
SHEBANG = "#!/usr/bin/env python3\n"


def render_replay_script(session: ReplaySession) -> str:
    """Return the script. All that comes from clients is in Python literals of ASCII, so none of it can be code."""
    runtime = RUNTIME.read_text(encoding="utf-8")
    steps = (orjson.dumps(step).decode() for step in session.steps)
    contents = {
        'SERVER = ""': f"SERVER = {find_server_url(session.entries)!a}",
        'WORLD = ""': f"WORLD = {session.world!a}",
        "NOTES: List[str] = []": f"NOTES: List[str] = {_write_list(session.notes)}",
        "STEPS: List[str] = []": f"STEPS: List[str] = {_write_list(steps)}",
    }
    script = ""
    for placeholder, content in contents.items():
        before, found, runtime = runtime.partition(placeholder)
        assert found, placeholder
        script += before + content
    return SHEBANG + script + runtime


def _write_list(texts: Iterable[str]) -> str:
    """Return a list of texts as Python source, with a line for each text."""
    lines = [f"    {text!a},\n" for text in texts]
    return f"[\n{''.join(lines)}]" if lines else "[]"
