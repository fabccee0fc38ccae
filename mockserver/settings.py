"""The settings of a server as one frozen value; each field declares its help text and the id of its rule."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

PREFIX = "MOCKSERVER_"  # of the environment variables

Strictness = Literal["vendor", "warn", "strict"]


def _about(text: str, rule: str = "") -> dict[str, str]:
    """Return the metadata of a field: a sentence for help and documentation, and the id of its rule."""
    return {"help": text, "rule": rule}


@dataclass(frozen=True, slots=True)
class Switches:
    """Switches for rules that no source settles (docs/fidelity.md). Nothing else about the simulated API can be set."""

    own_list: Literal["own", "catalogue"] = field(
        default="own", metadata=_about("Segments that a customer lists: their own, or all ACTIVE ones.", "A10")
    )
    foreign_segment: Literal["404", "403"] = field(
        default="404", metadata=_about("Status for a segment that the customer does not belong to.", "A11")
    )
    active: Literal["status", "status-and-validity"] = field(
        default="status", metadata=_about("What makes a segment active.", "A15")
    )
    anonymous_refresh: Literal["reusable", "once"] = field(
        default="reusable",
        metadata=_about("Whether a visitor's refresh token works until it expires, or only once.", "B4a"),
    )
    max_page_size: int | None = field(default=None, metadata=_about("Maximum page size.", "C1"))
    accept_language_absent: Literal["all", "default"] = field(
        default="all", metadata=_about("Languages returned without an Accept-Language header.", "C8")
    )
    unsupported_language: Literal["reject", "accept"] = field(
        default="reject",
        metadata=_about("What the Category Service does with a language that the tenant does not support.", "K7"),
    )
    missing_parent: Literal["empty", "404"] = field(
        default="empty", metadata=_about("Response for a list below a segment that does not exist.", "C9")
    )
    match_descendants: Literal["true", "false"] = field(
        default="true", metadata=_about("Whether match treats an assigned category as covering its descendants.", "C17")
    )
    references: Literal["strict", "lenient"] = field(
        default="strict",
        metadata=_about("Whether items, customers, groups, legal entities and sites must exist.", "D7"),
    )
    delete_missing: Literal["204", "404"] = field(
        default="204", metadata=_about("Status for deleting something that does not exist.", "D9")
    )
    unknown_mixin: Literal["accept", "reject"] = field(
        default="accept", metadata=_about("What to do with a mixin whose schema is unknown.", "D12")
    )
    root_relatives: Literal["404", "list"] = field(
        default="404", metadata=_about("Response for the parents and the subcategories of a root category.", "K3")
    )
    reference_type: Literal["PRODUCT", "product"] = field(
        default="PRODUCT", metadata=_about("Spelling of ref.type in the products of a category.", "K4a")
    )
    session_context: Literal["after-cart", "at-once"] = field(
        default="after-cart",
        metadata=_about("When the context of a session can be read: once there is a cart, or from the start.", "S1"),
    )
    login_cart: Literal["none", "create"] = field(default="none", metadata=_about("Whether logins make carts.", "Q17"))
    price_context: Literal["chosen", "default-site"] = field(
        default="chosen",
        metadata=_about("Which sessions have prices: those that chose a site, currency or country, or all.", "P8"),
    )
    tiered_prices: Literal["graduated", "reached"] = field(
        default="graduated",
        metadata=_about("What a TIERED price costs: each tier its own value, or all that of the tier reached.", "P4"),
    )
    bulk_index_base: Literal["0", "1"] = field(
        default="0", metadata=_about("Index of the first entry of a bulk reply.", "E3")
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a server; the help text of each field says what it means."""

    host: str = field(
        default="localhost",
        metadata=_about(
            "Address to listen on: localhost for both loopback addresses, :: for all addresses of IPv4 and IPv6, "
            "0.0.0.0 for those of IPv4, or another one."
        ),
    )
    port: int = field(default=8080, metadata=_about("Port to listen on; 0 takes a free one."))
    tls: bool = field(
        default=False,
        metadata=_about("Speak HTTPS only, with a certificate of an authority that is made once and kept."),
    )
    tls_cert: Path | None = field(
        default=None,
        metadata=_about("Speak HTTPS with this certificate (PEM, with its chain) and the key in --tls-key."),
    )
    tls_key: Path | None = field(
        default=None, metadata=_about("Private key of the certificate in --tls-cert (PEM, without a password).")
    )
    tls_folder: Path | None = field(
        default=None,
        metadata=_about("Folder of the certificate authority; default: below the user's folder for application data."),
    )
    base_path: str = field(
        default="",
        metadata=_about("Answer below this path only, such as /mock, as if the server were mounted there."),
    )
    tenant: str = field(
        default="acme", metadata=_about("Tenant shown in the ready line; any other valid name works too.")
    )
    require_world: bool = field(
        default=False, metadata=_about("Refuse calls of the simulated API that name no world (X-Mock-World).")
    )
    max_worlds: int = field(
        default=100,
        metadata=_about("Number of named worlds; beyond it, the one that was used least recently is dropped."),
    )
    max_tenants: int = field(
        default=1000,
        metadata=_about("Number of tenants of a world; beyond it, the one that was used least recently is dropped."),
    )
    idle_minutes: int = field(
        default=1440,
        metadata=_about("Minutes after the last call when a named world, or a tenant other than --tenant, is dropped."),
    )
    fixture: str = field(
        default="default",
        metadata=_about("World to start from: default, catalogue, empty, or the path of a world file."),
    )
    state: Path | None = field(
        default=None,
        metadata=_about(
            "File that keeps all tenants, .yaml or .json: read at the start if it exists, written after each change."
        ),
    )
    scenario: str = field(
        default="",
        metadata=_about("Scenario that all tenants play from the start: a name, or the path of a scenario file."),
    )
    scenarios: Path | None = field(
        default=None, metadata=_about("Folder with your own scenarios, in addition to the shipped ones.")
    )
    open: bool = field(default=False, metadata=_about("Open the dashboard in the browser of this machine."))
    watch: bool = field(
        default=False,
        metadata=_about("Read the world file of --fixture again when it changes; tenants without changes follow."),
    )
    spec: Path | None = field(
        default=None, metadata=_about("Folder with your own specs; shipped ones are used for those it lacks.")
    )
    service: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "Published OpenAPI file of another service of the vendor, an overlay, or a folder with such files; "
            "serves it by the vendor's conventions; repeatable.",
            "G1",
        ),
    )
    service_code: Path | None = field(
        default=None, metadata=_about("Folder with Python files whose rules refine operations of --service files.")
    )
    auth: Literal["on", "off"] = field(
        default="on", metadata=_about("off: treat every call as admin, without a token.")
    )
    unpublished: Literal["off", "on"] = field(
        default="off",
        metadata=_about("on: answer operations that clients call, and that the vendor does not publish.", "W1"),
    )
    any_client: bool = field(
        default=False,
        metadata=_about("Let visitors log in with any client id, not only with those of the world.", "B4e"),
    )
    validator: Literal["compiled", "reference"] = field(
        default="compiled",
        metadata=_about("reference: also validate every request and response with openapi-core (slow)."),
    )
    contract: Strictness = field(
        default="vendor",
        metadata=_about("Contract violations that the vendor tolerates: record, report in a header, or reject them."),
    )
    known_header: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "Header that never violates the contract, in addition to those of browsers, SDKs, tracers and proxies; "
            "`x-shop-*` is all with this beginning; repeatable."
        ),
    )
    log: Literal["warnings", "requests"] = field(
        default="warnings",
        metadata=_about("What to log on stderr; requests: also each call of the simulated API, in one line."),
    )
    log_format: Literal["text", "json"] = field(
        default="text", metadata=_about("Format of the ready line and of the log.")
    )
    cors_origin: tuple[str, ...] = field(
        default=(), metadata=_about("Origin of web pages that may call the API, in addition to loopback; repeatable.")
    )
    cors_credentials: bool = field(
        default=False,
        metadata=_about(
            "Let pages of the origins in --cors-origin, except `*`, send credentials (`credentials: 'include'`)."
        ),
    )
    allowed_host: tuple[str, ...] = field(
        default=(),
        metadata=_about("Host name under which the control plane answers, in addition to loopback; repeatable."),
    )
    admin_token: str = field(
        default="",
        metadata=_about("Bearer token for the control plane; beyond loopback, one is made if none is given."),
    )
    no_admin: bool = field(default=False, metadata=_about("Disable the control plane, except its health check."))
    behaviour: Switches = field(default_factory=Switches)

    @property
    def idle_seconds(self) -> int:
        """How long after their last use worlds and tenants are kept."""
        return self.idle_minutes * 60

    @property
    def is_tls(self) -> bool:
        """Whether the server speaks HTTPS."""
        return self.tls or self.tls_cert is not None


class Setting(NamedTuple):
    """A setting as the command line and the documentation show it; `text` is a sentence, `rule` an id or ""."""

    name: str
    hint: Any
    default: Any
    text: str
    rule: str

    @property
    def value_type(self) -> Any:
        """The type of a value that is not None; of no use for choices and lists."""
        return next((argument for argument in get_args(self.hint) if argument is not NoneType), self.hint)

    @property
    def flag(self) -> str:
        """The command-line option."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()

    @property
    def sentence(self) -> str:
        """The sentence with the id of the rule."""
        return f"{self.text.removesuffix('.')} ({self.rule})." if self.rule else self.text

    @property
    def values(self) -> str:
        """The possible values or the default, in Markdown."""
        if get_origin(self.hint) is Literal:
            return ", ".join(f"`{value}`" + (" (default)" * (value == self.default)) for value in get_args(self.hint))
        return "" if self.default in (None, (), "", False) else f"`{self.default}` (default)"


@cache
def list_settings() -> tuple[Setting, ...]:
    """Return all settings, the switches last."""
    return tuple(
        Setting(option.name, hints[option.name], option.default, option.metadata["help"], option.metadata["rule"])
        for owner, hints in ((owner, get_type_hints(owner)) for owner in (Settings, Switches))
        for option in fields(owner)
        if option.name != "behaviour"
    )


def settings_table() -> str:
    """Return the page of the documentation that lists the settings, in Markdown."""
    rows = (
        f"| `{setting.flag}` | `{setting.variable}` | {setting.values} | {setting.text} | {setting.rule} |"
        for setting in list_settings()
    )
    return "\n".join(
        [
            "# Settings",
            "",
            "Options of `mockserver serve`; a flag wins over its variable. "
            "Generated by `mockserver settings --format markdown`.",
            "",
            "| flag | variable | values | meaning | rule |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )
