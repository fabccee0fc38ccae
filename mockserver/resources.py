"""Where the specs, worlds and rules that travel with the program lie."""

from pathlib import Path


def data_folder(name: str) -> Path:
    """Return the folder `spec`, `fixtures` or `docs`: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "data" / name
    return installed if installed.is_dir() else package.parent / name
