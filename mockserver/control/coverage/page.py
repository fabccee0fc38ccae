"""The report on coverage as a web page: one file, without scripts, that asks for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...dimensions import COVERAGE_DIMENSIONS

DIMENSION_TITLES = {name: words.capitalize() for name, words in COVERAGE_DIMENSIONS.items()}
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

# Names of tests are the client's own: should one ever get through the escaping, a browser would still not run it.
PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def render_coverage_page(report: Mapping[str, Any], about: str) -> str:
    """Return the page; `about` says whose tests it tells of."""
    return TEMPLATES.get_template("page.html").render(report=report, about=about, titles=DIMENSION_TITLES)
