"""Texts of messages that several modules write."""

from __future__ import annotations

MAX_MESSAGE_LENGTH = 200  # characters of a complaint, since it quotes the client's value


def shorten(text: str) -> str:
    """Cut a complaint to a length that a person reads."""
    return text if len(text) <= MAX_MESSAGE_LENGTH else text[: MAX_MESSAGE_LENGTH - 1] + "…"
