"""The report on coverage as a web page: one file, without scripts, that asks for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...dimensions import DIMENSIONS

TITLES = {name: words.capitalize() for name, words in DIMENSIONS.items()}
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

# Names of tests are the client's own: should one ever get through the escaping, a browser would still not run it.
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def page(report: Mapping[str, Any], about: str) -> str:
    """Return the page; `about` says whose tests it tells of."""
    return TEMPLATES.get_template("page.html").render(report=report, about=about, titles=TITLES)
