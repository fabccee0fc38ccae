"""The locales that generated worlds use, and those that Faker's providers fall back to: all others are left out."""

from __future__ import annotations

from pathlib import Path

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

from mockserver.worlds.generate import FAKER_LOCALES

LOCALES = {*FAKER_LOCALES, "en_US", "en_GB", "la"}


def is_needed(parts: tuple[str, ...]) -> bool:
    """Return whether the file or module `faker.providers.NAME.LOCALE` is needed, or belongs to all locales."""
    return len(parts) < 4 or parts[3] in LOCALES


hiddenimports = collect_submodules("faker.providers", filter=lambda name: is_needed(tuple(name.split("."))))
# Faker looks for providers and locales among the files.
datas = [
    (source, folder)
    for source, folder in collect_data_files("faker.providers", include_py_files=True)
    if is_needed(Path(folder).parts)
]
