"""The images of the documentation: they exist, are named, show the present pages, and their command works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.png_palette import PNG_START
from tests.support.screenshots import IMAGES, SCHEMES, SHOTS, SIZE, SOURCES, digest_pages, make_screenshots

FILES = {f"{name}-{scheme}.png" for name in SHOTS for scheme in SCHEMES}
MAX_BYTES = 60_000  # of an image


@pytest.mark.parametrize("page", ["README.md", "docs/dashboard.md"])
def test_the_images_of_a_page_exist_in_light_and_dark(page: str) -> None:
    text = (ROOT / page).read_text()
    named = re.findall(r'(?:src|srcset)="([^"]+\.png)"', text)
    assert named
    for path in named:
        assert ((ROOT / page).parent / path).is_file(), path
    light, dark = ({path.replace(f"-{scheme}.png", "") for path in named if scheme in path} for scheme in SCHEMES)
    assert light == dark


def test_every_image_is_shown() -> None:
    text = (ROOT / "docs/dashboard.md").read_text()
    assert {path.name for path in IMAGES.glob("*.png")} == FILES == set(re.findall(r"images/([^\"]+)", text))


def test_the_images_show_the_present_pages() -> None:
    """They are made from the templates, the style and the script; the digest of these is kept with them."""
    assert SOURCES.read_text().strip() == digest_pages(), "run: make screenshots"


def test_the_command_makes_all_images(tmp_path: Path) -> None:
    make_screenshots(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    for path in (*tmp_path.iterdir(), *IMAGES.glob("*.png")):
        content = path.read_bytes()
        assert content.startswith(PNG_START)
        assert len(content) < MAX_BYTES
        assert int.from_bytes(content[16:20]) == SIZE["width"]
