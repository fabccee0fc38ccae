"""The specs, worlds and docs that are shipped with the package."""

from pathlib import Path


def data_folder(name: str) -> Path:
    """Return the path of `spec`, `fixtures` or `docs`: in the installed package, or in the root of a checkout."""
    package = Path(__file__).parent
    installed = package / "data" / name
    return installed if installed.is_dir() else package.parent / name
