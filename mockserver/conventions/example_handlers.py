"""Handlers of operations that are not simulated: they answer with a published example and change nothing."""

from __future__ import annotations

from typing import Any

from ..contract.operations import MULTI_STATUS, Operation
from ..contract.spec import Spec
from ..messages import JSON_MEDIA_TYPE, STATUSES_WITHOUT_BODY, Call, Handler, Reply, TextBody
from .declared_fields import declares_content

MARK = {"X-Mock-Not-Simulated": "example"}  # the header of every such reply (G7)


def create_example_handler(spec: Spec, operation: Operation) -> Handler:
    """Return a handler that answers with the first example of the first status of success (G7)."""
    status = min(status for status in operation.reply_validators if 200 <= status < 400)

    def answer_by_example(call: Call) -> Reply:
        body = _build_body(spec, operation, status)
        return Reply(status, _list_entries(operation, call, body) if status == MULTI_STATUS else body, MARK)

    return answer_by_example


def _build_body(spec: Spec, operation: Operation, status: int) -> Any:
    examples = operation.examples.for_status(status)
    if status in STATUSES_WITHOUT_BODY or not declares_content(spec, operation, status):
        return None
    if examples:
        return next(iter(examples.values()))
    media_type = next(iter(sorted(operation.text_media_types[status])), JSON_MEDIA_TYPE)
    content = spec.root["paths"][operation.path][operation.method.lower()]["responses"][str(status)]["content"]
    media = content[media_type]
    texts = [*(example["value"] for example in media.get("examples", {}).values()), media.get("example")]
    return TextBody(next((text for text in texts if isinstance(text, str)), ""), media_type)


def _list_entries(operation: Operation, call: Call, example: Any) -> list[Any]:
    """Return the entries of a bulk's example that have a code, as all records of bulks need: one for each element."""
    given = example if isinstance(example, list) else [example]
    entries = [entry for entry in given if isinstance(entry, dict) and type(entry.get("code")) is int]
    if not operation.is_bulk:
        return entries
    usual = entries or [{"code": 200, "status": "OK"}]
    return [{**usual[min(index, len(usual) - 1)], "index": index} for index in range(len(call.body or ()))]
