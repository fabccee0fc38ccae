"""Find known values in texts, as whole words; the time depends on the text, not on the number of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

from .personal_data import Kind

WORD = re.compile(r"\w+")
MIN_LENGTHS: Mapping[Kind, int] = {
    "secret": 6,
    "phone number": 6,
    "first name": 3,
    "last name": 3,
    "name": 3,
    "street": 6,
    "address line": 6,
    "birth date": 8,
    "payment data": 8,
}  # characters of a value that texts are searched for; other kinds are only replaced where their field names them


class KnownWords:
    """Values that texts are searched for; longer ones are found first."""

    def __init__(self, values: Mapping[Kind, Iterable[str]]) -> None:
        self._by_word: dict[str, list[tuple[str, int, Kind]]] = {}
        for kind, min_length in MIN_LENGTHS.items():
            for value in values.get(kind, ()):
                if len(value) >= min_length and (kind != "secret" or not value.isalpha()):
                    for form in {value, quote(value)}:
                        self._add_form(form.lower(), kind)
        for forms in self._by_word.values():
            forms.sort(key=lambda form: (-len(form[0]), form))

    def replace_in(self, text: str, replace: Callable[[Kind, str], str]) -> str:
        """Return a text in which each known value is replaced by what the function returns for it."""
        parts, end, lowered = [], 0, text.lower()
        if len(lowered) != len(text):  # some letters have no lower case of one character
            lowered = text
        if self._by_word.keys().isdisjoint(WORD.findall(lowered)):
            return text
        for word in WORD.finditer(lowered):
            if word.start() < end:
                continue
            for form, offset, kind in self._by_word.get(word[0], ()):
                start = word.start() - offset
                if start >= end and lowered.startswith(form, start) and _is_whole(lowered, start, start + len(form)):
                    parts += [text[end:start], replace(kind, text[start : start + len(form)])]
                    end = start + len(form)
                    break
        return "".join((*parts, text[end:])) if parts else text

    def _add_form(self, form: str, kind: Kind) -> None:
        first_word = WORD.search(form)
        if first_word is not None:
            self._by_word.setdefault(first_word[0], []).append((form, first_word.start(), kind))


def _is_whole(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (after.isalnum() and text[end - 1].isalnum())
