"""Product templates and their earlier versions (L11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...errors import NotFound
from ...practices import documents, texts
from ...practices.rows import Row
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import TEMPLATES

EARLIER = "earlierVersions"
CONTENT = ("name", "attributes", "metadata")


def present_template(_: State) -> Callable[[Document], Row]:
    """Present templates without their earlier versions."""
    return template_row


def template_row(template: Document) -> Row:
    """Return the row of a template: its newest version."""
    shown = {name: template[name] for name in template if name != EARLIER}
    return {**shown, "metadata": documents.revision_of(template).to_metadata(None)}


def find_version(state: State, template_id: str, version: str | None) -> Row:
    """Return the row of a template, or of one version of it; NotFound (L11)."""
    template = documents.find_document(state, TEMPLATES, template_id)
    candidates = [template, *({"id": template_id, **earlier} for earlier in template.get(EARLIER, ()))]
    for candidate in candidates:
        row = template_row(candidate)
        if version in (None, "", str(row["metadata"]["version"])):
            return row
    raise NotFound(
        template_id, hint=f"the newest version is {template_row(template)['metadata']['version']}", rule="L11"
    )


def build_template(state: State, body: Mapping[str, Any], language: str | None) -> dict[str, Any]:
    """Return what is stored of a body; BadRequest for a text in a language that the tenant lacks (D20)."""
    content = {name: body[name] for name in ("id", *CONTENT) if name in body}
    return texts.name_languages(state, TEMPLATES, content, language)


def update_template(tenant: Tenant, template_id: str, body: Mapping[str, Any], language: str | None) -> None:
    """Replace a template, and keep what it was (L11); NotFound, BadRequest or StaleVersion."""

    def rule(state: State) -> tuple[State, None]:
        old = documents.find_document(state, TEMPLATES, template_id)
        row = template_row(old)
        earlier = [*old.get(EARLIER, ()), {name: row[name] for name in CONTENT}]
        content = {**build_template(state, body, language), EARLIER: earlier}
        return documents.store_document(tenant, state, TEMPLATES, template_id, content), None

    tenant.change(rule)
