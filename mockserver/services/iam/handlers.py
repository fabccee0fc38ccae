"""Handlers of the IAM Service."""

from __future__ import annotations

from ...messages import Handler
from ...practices.document_handlers import read_document
from .collections import GROUPS

HANDLERS: dict[str, Handler] = {
    "GET-iam-retrieve-users-group": read_document(GROUPS, "groupId"),
}
