"""The simulated services as their spec files have them, so that no test counts operations by hand."""

from __future__ import annotations

from mockserver.contract.spec import load_spec
from mockserver.resources import data_folder

METHODS = {"get", "put", "post", "patch", "delete"}
SPECS = {path.stem: load_spec(path).root for path in sorted(data_folder("spec").glob("*.yaml"))}
STATIC_WORDS = SPECS["customer-segment"]["components"]["schemas"]["NewSegmentId"]["not"]["enum"]  # D16
# The paths of each service, once for every method that they have; without --unpublished.
SERVICES = {
    name: [
        path
        for path, item in spec["paths"].items()
        for method in METHODS & item.keys()
        if "x-unpublished" not in item[method]
    ]
    for name, spec in SPECS.items()
    if name != "control"
}


def list_scopes() -> set[str]:
    """Return all scopes that the specs declare."""
    schemes = [scheme for spec in SPECS.values() for scheme in spec["components"].get("securitySchemes", {}).values()]
    flows = [flow for scheme in schemes for flow in scheme.get("flows", {}).values()]
    return {scope for flow in flows for scope in flow["scopes"]}
