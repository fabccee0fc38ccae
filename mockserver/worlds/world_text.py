"""World files as text: YAML with a line for each row, or JSON; rows that did not change are not encoded again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import orjson

from ..store.collection import Collection, Row
from ..store.state import State
from .sections import LANGUAGES

TextForm = Literal["yaml", "json"]
Chunk = Mapping[Any, Any]  # a part of a table
Encoded = bytes | list[bytes]  # a value on one line, or the lines of rows in pieces

# What JSON may contain as it is and YAML may not: control characters, line separators, byte order marks.
UNPRINTABLE = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]|\xef\xbb\xbf|\xef\xbf[\xbe\xbf]")
MAX_KEY_BYTES = 1000  # of a key in YAML that is not marked as one; libyaml reads no longer ones


class Block(dict[str, Any]):
    """A mapping with a line for each key, whose values are blocks, lists of blocks, lines of rows, or JSON."""


@dataclass(slots=True)
class RowLines:
    """The lines of the rows of a section, in pieces that are joined by the separator of their form."""

    pieces: list[bytes]


class ChunkText(NamedTuple):
    """The text of a chunk, which stays the same as long as the chunk is kept here.

    lines: those of its rows, by the identity of what is stored.
    """

    chunk: Chunk
    text: bytes
    lines: Mapping[int, bytes]


Place = tuple[str, int, int]  # collection, number of the table, number of the chunk


@dataclass
class WorldWriter:
    """Writes the sections of states, and keeps the lines of the last one: neither chunks nor rows ever change.

    A write leaves most rows of a chunk as they were, so the lines of the chunk that was at its place are used again.

    form: YAML or JSON. indent: how far the rows are indented.
    take_turns: called after each chunk that was encoded, so that other threads can run.
    """

    collections: Mapping[str, Collection]
    form: TextForm
    indent: int = 0
    take_turns: Callable[[], None] = lambda: None
    _texts: dict[int, ChunkText] = field(default_factory=dict)
    _used_texts: dict[int, ChunkText] = field(default_factory=dict)
    _places: dict[Place, ChunkText] = field(default_factory=dict)

    def state_block(self, state: State) -> Block:
        """Return the sections of a world file that gives this state, except empty ones."""
        languages = {"default": state.default_language, "supported": list(state.languages)}
        rows = {name: RowLines(list(self._pieces(state, collection))) for name, collection in self.collections.items()}
        return Block({LANGUAGES: languages} | {name: lines for name, lines in rows.items() if lines.pieces})

    def forget_unused(self) -> None:
        """Keep only the lines of the states that were written since the last call."""
        self._texts, self._used_texts = self._used_texts, {}
        self._places = {place: text for place, text in self._places.items() if id(text.chunk) in self._texts}

    def _pieces(self, state: State, collection: Collection) -> Iterator[bytes]:
        for table_number, table in enumerate(collection.tables(state)):
            for number, chunk in enumerate(table.chunks):
                if chunk:
                    yield self._write_chunk(collection, chunk, (collection.name, table_number, number))

    def _write_chunk(self, collection: Collection, chunk: Chunk, place: Place) -> bytes:
        """Return the lines of a chunk."""
        written = self._texts.get(id(chunk))
        if written is None:
            written = self._encode_chunk(collection, chunk, self._places.get(place))
            self.take_turns()
        self._used_texts[id(chunk)] = self._places[place] = written
        return written.text

    def _encode_chunk(self, collection: Collection, chunk: Chunk, predecessor: ChunkText | None) -> ChunkText:
        old_lines = (
            predecessor.lines if predecessor else {}
        )  # the predecessor keeps its rows alive, and so their identity
        lines = {
            id(stored): old_lines.get(id(stored)) or encode_row_line(collection.row_of(stored), self.form, self.indent)
            for stored in chunk.values()
        }
        return ChunkText(chunk, row_separator(self.form).join([lines[id(stored)] for stored in chunk.values()]), lines)


def row_separator(form: TextForm) -> bytes:
    """Return what is between two rows."""
    return b"\n" if form == "yaml" else b",\n"


def encode_row_line(row: Row, form: TextForm, indent: int) -> bytes:
    """Return a row as one line, without its end."""
    return b"%b%b%b" % (b" " * indent, b"- " if form == "yaml" else b"  ", encode_line(row, form))


def encode_line(value: Any, form: TextForm) -> bytes:
    """Return a value on one line: JSON, which for YAML has neither unprintable characters nor unmarked long keys."""
    line = orjson.dumps(value)
    if form == "json":
        return line
    if len(line) > MAX_KEY_BYTES and _has_long_key(value):
        line = _encode_with_marked_keys(value)
    if line.isascii() and b"\x7f" not in line:
        return line
    return UNPRINTABLE.sub(lambda match: b"\\u%04x" % ord(match[0].decode()), line)


def _has_long_key(value: Any) -> bool:
    if isinstance(value, dict):
        return any(len(orjson.dumps(key)) > MAX_KEY_BYTES or _has_long_key(value[key]) for key in value)
    return isinstance(value, list) and any(map(_has_long_key, value))


def _encode_with_marked_keys(value: Any) -> bytes:
    """Return a value as a flow of YAML in which each key has the mark of a key."""
    if isinstance(value, dict):
        pairs = (b"? %b :%b" % (orjson.dumps(key), b" " + _encode_with_marked_keys(value[key])) for key in value)
        return b"{%b}" % b", ".join(pairs)
    if isinstance(value, list):
        return b"[%b]" % b", ".join(map(_encode_with_marked_keys, value))
    return orjson.dumps(value)


def write_text(block: Block, form: TextForm, comment: str = "") -> list[bytes]:
    """Return the text of a file in pieces; a comment of one line precedes YAML."""
    if form == "json":
        return [*_write_json(block, 0), b"\n"]
    return [f"# {comment}\n".encode() if comment else b"", *_write_yaml(block, 0)]


def _write_yaml(block: Block, indent: int, first: bytes = b"") -> Iterator[bytes]:
    """Yield a block with this indentation; `first` replaces that of its first line, as the mark of an element."""
    beginning = first or b" " * indent
    for key, value in block.items():
        yield b"%b%b:" % (beginning, key.encode())
        beginning = b" " * indent
        if isinstance(value, Block):
            yield b"\n"
            yield from _write_yaml(value, indent + 2)
        elif isinstance(value, RowLines):
            yield b"\n"
            yield from _join_rows(value, "yaml")
            yield b"\n"
        elif _is_list_of_blocks(value):
            yield b"\n"
            for element in value:
                yield from _write_yaml(element, indent + 2, b"%b- " % (b" " * indent))
        else:
            yield b" %b\n" % encode_line(value, "yaml")


def _write_json(value: Any, indent: int) -> Iterator[bytes]:
    margin = b" " * indent
    if isinstance(value, RowLines):
        yield b"[\n"
        yield from _join_rows(value, "json")
        yield b"\n%b]" % margin
    elif isinstance(value, Block):
        opening = b"{\n"
        for key, part in value.items():
            yield b"%b%b  %b: " % (opening, margin, orjson.dumps(key))
            yield from _write_json(part, indent + 2)
            opening = b",\n"
        yield b"\n%b}" % margin
    elif _is_list_of_blocks(value):
        opening = b"[\n"
        for element in value:
            yield b"%b%b  " % (opening, margin)
            yield from _write_json(element, indent + 2)
            opening = b",\n"
        yield b"\n%b]" % margin
    else:
        yield encode_line(value, "json")


def _join_rows(lines: RowLines, form: TextForm) -> Iterator[bytes]:
    separator = row_separator(form)
    for number, piece in enumerate(lines.pieces):
        if number:
            yield separator
        yield piece


def _is_list_of_blocks(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Block)
