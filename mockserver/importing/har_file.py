"""HAR files: find the entries without parsing the whole file, since a recording of an hour has 100 MB and more."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import orjson

TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["\[\]{}]', re.DOTALL)
MAX_HAR_DEPTH = 500  # levels; the call stacks that Chromium records nest deep
PATH_TO_ENTRIES = {1: b'"log"', 2: b'"entries"'}  # by the number of open brackets before each name
ENTRY_DEPTH = 3  # open brackets before an entry
MAX_NAME_BYTES = 16
QUOTE, OPENING = ord('"'), b"{["
PROGRESS_BYTES = 1 << 20  # read between two reports of progress
ARCHIVE_MARKS = {
    b"PK": "this is a zip archive; unpack it, or export the HAR file with its bodies in it",
    b"\x1f\x8b": "this file is compressed; unpack it with gunzip",
    BOM_UTF16_LE: "this file is in UTF-16; save it in UTF-8",
    BOM_UTF16_BE: "this file is in UTF-16; save it in UTF-8",
}
Span = tuple[int, int]  # of an entry: where it begins, and where it ends
ReportProgress = Callable[[float], None]  # gets the share of the file that has been read


class HarError(Exception):
    """A file that is not a usable HAR file; the message says what would be right."""


@contextmanager
def open_har(path: Path) -> Iterator[bytes | mmap]:
    """Open a file, which the system reads as it is needed; HarError if that is impossible or it is not a HAR file."""
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                raise HarError("the file is empty")
            with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
                yield content
    except OSError as error:
        raise HarError(error.strerror or str(error)) from None


def find_entries(content: bytes | mmap, report_progress: ReportProgress = lambda _: None) -> Iterator[Span]:
    """Yield where each entry of `log.entries` is; HarError for anything else than a complete HAR file."""
    _check_beginning(content)
    depth = entry_start = reported = 0
    is_found = False
    names = dict.fromkeys(PATH_TO_ENTRIES, b"")  # the latest text at each depth, which names what follows it
    for token in TOKEN.finditer(content):
        start, end = token.span()
        if start - reported > PROGRESS_BYTES:
            reported = start
            report_progress(start / len(content))
        byte = content[start]
        if byte == QUOTE:
            if end - start == 1:
                break  # a text without an end
            if depth in names:
                names[depth] = content[start:end] if end - start <= MAX_NAME_BYTES else b""
        elif byte in OPENING:
            is_found = is_found or (depth == ENTRY_DEPTH - 1 and names == PATH_TO_ENTRIES and byte == OPENING[1])
            entry_start = start if depth == ENTRY_DEPTH else entry_start
            if depth == 1 and byte == OPENING[1]:
                names[1] = b""  # a list has no names
            depth += 1
            if depth > MAX_HAR_DEPTH:
                raise HarError(f"byte {start} nests deeper than {MAX_HAR_DEPTH} levels")
        else:
            depth -= 1
            if depth == ENTRY_DEPTH and is_found and names == PATH_TO_ENTRIES:
                yield entry_start, end
    if depth:
        raise HarError("the file ends in the middle, so the export was not complete; export it again")
    if not is_found:
        raise HarError("this JSON is not a HAR file: it has no log.entries")


def parse_entry(content: bytes) -> Any:
    """Parse one entry; HarError if it is not JSON. Texts that are not valid Unicode are repaired."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            return json.loads(content.decode(errors="replace"), parse_constant=lambda _: None)
        except (ValueError, RecursionError) as error:
            raise HarError(f"an entry is not JSON: {error}") from None


def _check_beginning(content: bytes | mmap) -> None:
    """Raise HarError for files of other kinds, which users take for HAR files."""
    beginning = content[:64]
    for mark, reason in ARCHIVE_MARKS.items():
        if beginning.startswith(mark):
            raise HarError(reason)
    if not beginning.removeprefix(BOM_UTF8).lstrip().startswith(b"{"):
        raise HarError('this is not a HAR file, which is JSON and begins with {"log": …}')
