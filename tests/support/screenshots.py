"""Makes the screenshots of the documentation: `python -m tests.support.screenshots`, after a change of the dashboard.

`--all FOLDER` makes one of each page instead, in light and dark and as on a phone, to look at.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize

from mockserver import dashboard as dashboard_package
from tests.support.browser import launch_browser
from tests.support.dashboard import DESKTOP, JOHN, PHONE, Dashboard, fill_with_calls, list_pages, open_dashboard
from tests.support.live_server import start_server
from tests.support.paths import ROOT
from tests.support.png_palette import shrink_png

IMAGES = ROOT / "docs/images"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LOOKS: tuple[tuple[Scheme, ViewportSize], ...] = (("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE))
SIZE = ViewportSize(width=1180, height=640)
SHOTS: Mapping[str, str] = {  # page by the name of its image
    "calls": "/calls",
    "call": "/calls?q=status:409",  # the call that it finds
    "customer": f"/customers/{JOHN}",
    "controls": "/controls",
    "coverage": "/coverage?service=customer-segment",
}
SOURCES = IMAGES / "sources.txt"  # says from which pages the images were made


def make_screenshots(folder: Path) -> list[Path]:
    """Write the images of the documentation in light and dark, and return their files."""
    folder.mkdir(exist_ok=True, parents=True)
    files = []
    with launch_browser() as browser:
        for scheme in SCHEMES:
            with start_server() as (_, ready), open_pages(browser, ready["url"], scheme, SIZE) as dashboard:
                for name, path in SHOTS.items():
                    dashboard.open(path)
                    if name == "call":
                        dashboard.page.locator("[data-row] a").first.click()
                        dashboard.page.get_by_role("link", name="Why").click()
                    files.append(folder / f"{name}-{scheme}.png")
                    files[-1].write_bytes(shrink_png(dashboard.page.screenshot()))
    return files


def show_all_pages(folder: Path) -> None:
    """Write an image of each page, as a whole."""
    folder.mkdir(exist_ok=True, parents=True)
    with launch_browser() as browser, start_server() as (_, ready):
        for scheme, size in LOOKS:
            with open_pages(browser, ready["url"], scheme, size) as dashboard:
                for number, path in enumerate(list_pages(dashboard)):
                    dashboard.open(path)
                    name = f"{number:02}-{re.sub('[^a-z]+', '-', path)}-{scheme}-{size['width']}.png"
                    dashboard.page.screenshot(path=folder / name, full_page=True)


@contextmanager
def open_pages(browser: Browser, server: str, scheme: Scheme, size: ViewportSize) -> Iterator[Dashboard]:
    """Open the dashboard of a server that has had calls."""
    options = {"color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    with open_dashboard(browser, server, **options) as dashboard:
        dashboard.call("/__admin/requests", "DELETE")
        fill_with_calls(dashboard)
        yield dashboard


def digest_pages() -> str:
    """Return what differs for each content of the templates, the style and the script."""
    folder = Path(dashboard_package.__file__).parent
    files = sorted([*folder.glob("templates/*"), *folder.glob("assets/*")])
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def main() -> None:
    """Make the images."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="make an image of each page in this folder")
    options = parser.parse_args()
    if options.all:
        show_all_pages(options.all)
    else:
        make_screenshots(IMAGES)
        SOURCES.write_text(f"{digest_pages()}\n")


if __name__ == "__main__":
    main()
