"""Everything that can be set, in one frozen value; flags and environment end here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Contract = Literal["vendor", "warn", "strict"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The switches for rules that no source settles (docs/fidelity.md); nothing else about the API can be changed."""

    own_list: Literal["own", "catalogue"] = "own"
    foreign_segment: Literal["404", "403"] = "404"
    active: Literal["status", "status-and-validity"] = "status"
    max_page_size: int | None = None
    accept_language_absent: Literal["all", "default"] = "all"
    missing_parent: Literal["empty", "404"] = "empty"
    match_descendants: Literal["true", "false"] = "true"
    references: Literal["strict", "lenient"] = "strict"
    delete_missing: Literal["204", "404"] = "204"
    unknown_mixin: Literal["accept", "reject"] = "accept"
    bulk_index_base: Literal["1", "0"] = "1"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server is to run.

    tenant: the tenant that examples and tokens name; any other valid name works as well.
    fixture: the name of a world in fixtures/, or the path of a world file.
    spec: a folder with specs of one's own in place of the shipped ones.
    contract: what to do about findings, which are what the vendor would let pass: keep them, name them in a header,
        or refuse the request.
    admin_token: what calls to the control plane must carry; one is made up where it is needed and none is given.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    tenant: str = "acme"
    fixture: str = "default"
    spec: Path | None = None
    auth: Literal["on", "off"] = "on"
    validator: Literal["compiled", "reference"] = "compiled"
    contract: Contract = "vendor"
    log_format: Literal["text", "json"] = "text"
    cors_origin: tuple[str, ...] = ()
    allowed_host: tuple[str, ...] = ()
    admin_token: str = ""
    no_admin: bool = False
    behaviour: Behaviour = field(default_factory=Behaviour)
