"""Generated ids: the same sequence in every run."""

from __future__ import annotations

from collections.abc import Container
from random import Random

MAX_WORDS_AT_ONCE = 100_000  # of random bits that are skipped
DOCUMENT_ID_DIGITS = 24  # of generated ids (D4)


class Ids:
    """Generates ids: the same sequence for the same name.

    position: how much of the sequence has been used, in words of 32 bits.
    """

    def __init__(self, name: str, position: int = 0) -> None:
        self._random = Random(name)  # noqa: S311 - ids must be the same in every run, not secret
        self.position = 0
        self.advance(position)

    def advance(self, words: int) -> None:
        """Use this much of the sequence."""
        for start in range(0, words, MAX_WORDS_AT_ONCE):
            self._random.getrandbits(32 * min(MAX_WORDS_AT_ONCE, words - start))
        self.position += words

    def next_hex(self, digits: int) -> str:
        """Return the next id, with this many lowercase hex digits."""
        self.position += -(-digits // 8)
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"

    def next_document_id(self, taken: Container[str], digits: int = DOCUMENT_ID_DIGITS) -> str:
        """Return the next id of a document, or of a part of one, that is not taken (D4).

        The sequence restarts at a reset, so a restored state may have it already.
        """
        while (id_ := self.next_hex(digits)) in taken:
            pass
        return id_
