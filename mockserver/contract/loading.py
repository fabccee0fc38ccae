"""Read an OpenAPI file and refuse one that is none."""

from __future__ import annotations

from pathlib import Path

from ..strict_yaml import YamlError, load_yaml
from .document import Spec, SpecError
from .validation import shorten


def load_spec(path: Path) -> Spec:
    """Load one spec; SpecError if it cannot be read or is no OpenAPI 3.0 file."""
    try:
        root = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YamlError) as error:
        raise SpecError(path, getattr(error, "strerror", None) or str(error)) from None
    if not isinstance(root, dict) or not str(root.get("openapi", "")).startswith("3.0."):
        raise SpecError(path, "not an OpenAPI 3.0 document")
    if not isinstance(root.get("paths"), dict):
        raise SpecError(path, "has no paths")
    return Spec(path, root)


def check_spec(spec: Spec) -> None:
    """Have openapi-core judge the whole document; SpecError with its first complaint.

    The import takes half a second, so this is for specs of the user's own and for `mockserver spec`; the shipped
    specs are checked by the tests.
    """
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415 - see above
    from openapi_core import OpenAPI  # noqa: PLC0415
    from openapi_core.exceptions import SpecError as Unusable  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    try:
        OpenAPI.from_dict(spec.root).check_spec()
    except ValidationError as error:
        location = "/".join(map(str, error.absolute_path))
        raise SpecError(spec.path, f"{location}: {shorten(error.message)}") from None
    except (Unusable, Unresolvable) as error:
        raise SpecError(spec.path, shorten(str(error))) from None
