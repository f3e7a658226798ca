"""Reads a YAML file of the knowledge base: every value as the text that its author wrote, each with its place.

YAML 1.1 would turn `no` into a boolean, `12:30` into a number and let a duplicate key win silently. Here every scalar
stays text, and what YAML would lose without a word is a fault with the mend.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from slackguide.knowledge.faults import Fault

FILE_LIMIT = 1_000_000
"""Largest file in bytes; the shipped ones are under a fifth of it."""

NODE_LIMIT = 200_000
"""Most values in a file with its aliases written out: beyond it, aliases are taken to explode."""

DEPTH_LIMIT = 40
"""Deepest nesting; the format needs nine levels."""

TOO_DEEP = f"nested more than {DEPTH_LIMIT} levels deep: flatten it"

Place: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a file down to a value."""

EMPTY = "is empty: fill it in or remove the key"
"""What is said of a value that is not there: an empty text, list or mapping."""

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN_TAGS = frozenset((None, "!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))))
_FORBIDDEN = {
    "\t": "a tab: use spaces, YAML does not allow tabs",
    "\u0085": "an invisible line break (U+0085), which YAML takes for a new line: remove it",
    "\u2028": "an invisible line break (U+2028), which YAML takes for a new line: remove it",
    "\u2029": "an invisible line break (U+2029), which YAML takes for a new line: remove it",
}
_SWALLOWED = re.compile(r"[ ]+#[^\s#]")
_HINTS = (
    ("mapping values are not allowed", "put quotes around a text that holds `: `"),
    (
        "expected <block end>",
        "put quotes around a text that starts with `[`, `{`, `*`, `&` or a quote; check the indentation",
    ),
    (
        "did not find expected '-' indicator",
        "put quotes around a text that starts with `[`, `{`, `*`, `&` or a quote; check the indentation",
    ),
    ("did not find expected key", "check the indentation, and put quotes around a text that starts with a quote"),
    ("did not find expected ',' or", "put quotes around the texts inside `[ ]` or `{ }`"),
)


@dataclass(slots=True)
class Source:
    """One file as read: `value` is None where it could not be; faults are collected, never raised."""

    file: str
    value: Any = None
    places: dict[Place, tuple[int, int]] = field(default_factory=dict)
    key_places: dict[Place, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, place: Place, message: str, *, at_key: bool = False) -> None:
        """Notes a fault at the nearest known position: the value's, or its key's."""
        self.faults.append(Fault(self.file, *self.position(place, at_key=at_key), message))

    def position(self, place: Place, *, at_key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the deepest part of `place` that stands in the file."""
        known: Place = ()
        for part in place:
            if (*known, part) in self.places:
                known = (*known, part)
        if at_key and known in self.key_places:
            return self.key_places[known]
        return self.places.get(known, (1, 1))


def read_yaml(path: Path, file: str) -> Source:
    """Reads `path`; `file` is the name used in faults. Never raises for what an author can do wrong."""
    source = Source(file)
    text = _decoded(path, source)
    if text is None:
        return source
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        for character, what in _FORBIDDEN.items():
            if (column := line.find(character)) >= 0:
                source.faults.append(Fault(file, number, column + 1, what))
    if source.faults:
        return source
    try:
        source.value = _Reader(source, _events(text), lines).plain()
    except yaml.MarkedYAMLError as error:
        _note_syntax(source, error, lines)
    except yaml.YAMLError as error:  # a character that YAML does not allow
        position = getattr(error, "position", 0) or 0
        at = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
        source.faults.append(Fault(file, *at, "a control character that YAML does not allow: remove it"))
    except _GivenUp as reason:
        source.faults.append(reason.fault(file))
    return source


def _decoded(path: Path, source: Source) -> str | None:
    try:
        size = path.stat().st_size
        if size > FILE_LIMIT:
            source.faults.append(
                Fault(source.file, 1, 1, f"{size:,} bytes, the limit is {FILE_LIMIT:,}: split the file in two")
            )
            return None
        raw = path.read_bytes()
    except OSError as error:
        source.faults.append(Fault(source.file, 1, 1, f"cannot be read: {error.strerror}"))
        return None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        source.faults.append(
            Fault(source.file, line, column, f"byte 0x{raw[error.start]:02x} is not UTF-8: save the file as UTF-8")
        )
        return None


def _note_syntax(source: Source, error: yaml.MarkedYAMLError, lines: list[str]) -> None:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or error.context or "not valid YAML"
    if "nesting depth" in problem:  # libyaml from 0.2.6 on gives up at 1,000, and may read so far ahead of its events
        source.faults.append(Fault(source.file, line, column, TOO_DEEP))
        return
    hint = next((hint for start, hint in _HINTS if start in problem or start in (error.context or "")), "")
    if "cannot start any token" in problem:
        hint = f"put quotes around a text that starts with `{lines[line - 1][column - 1 : column]}`"
    source.faults.append(Fault(source.file, line, column, f"not valid YAML: {problem}" + (f"; {hint}" if hint else "")))


class _GivenUp(Exception):
    """The file was given up at `mark`, for the reason `message`."""

    def __init__(self, mark: Any, message: str) -> None:
        super().__init__(message)
        self._mark = mark

    def fault(self, file: str) -> Fault:
        return Fault(file, self._mark.line + 1, self._mark.column + 1, str(self))


def _events(text: str) -> list[Any]:
    """The events of a file's one document. Depth is held here: libyaml's composer would run off the stack."""
    events: list[Any] = []
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.DocumentStartEvent) and events:
            raise _GivenUp(event.start_mark, "not valid YAML: a file is one document: remove the `---` line")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH_LIMIT:
                raise _GivenUp(event.start_mark, TOO_DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            events.append(event)
        if len(events) > 2 * NODE_LIMIT:
            raise _GivenUp(event.start_mark, f"more than {NODE_LIMIT:,} values in one file: split it")
    if not events:
        raise _GivenUp(_START, "the file is empty: write a section into it or remove it")
    return events


@dataclass(frozen=True, slots=True)
class _Mark:
    line: int = 0
    column: int = 0


_START = _Mark()


class _Reader:
    """Walks events into plain lists, dicts and texts, noting places and faults on the way."""

    def __init__(self, source: Source, events: list[Any], lines: list[str]) -> None:
        self._source = source
        self._events = events
        self._lines = lines
        self._at = 0
        self._count = 0
        self._anchors: dict[str, int] = {}
        self._open: set[str] = set()

    def plain(self) -> Any:
        """The whole document. Raises `_GivenUp` where it is too deep or too much, or an alias stands for nothing."""
        return self._walk(())

    def _walk(self, place: Place) -> Any:
        event = self._events[self._at]
        mark = event.start_mark
        self._source.places[place] = (mark.line + 1, mark.column + 1)
        self._count += 1
        if self._count > NODE_LIMIT:
            raise _GivenUp(mark, "the aliases in this file explode when written out: write the texts themselves")
        if len(place) > DEPTH_LIMIT:
            raise _GivenUp(mark, TOO_DEEP)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place)
        self._at += 1
        if event.tag not in _PLAIN_TAGS:
            self._source.fault(place, f"the tag `{event.tag}` is not allowed here: write the plain value")
        if event.anchor:
            self._anchors[event.anchor] = self._at - 1
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if isinstance(self._events[self._at], yaml.CollectionEndEvent):
            self._source.fault(place, EMPTY)
        self._open.add(str(event.anchor))
        value: Any = self._sequence(place) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(place)
        self._open.discard(str(event.anchor))
        self._at += 1  # the end of the collection
        return value

    def _alias(self, event: Any, place: Place) -> Any:
        """What the alias stands for, read again at its new place: faults in it show where it was written."""
        if event.anchor in self._open:
            raise _GivenUp(event.start_mark, f"the alias `*{event.anchor}` stands inside what it stands for")
        if event.anchor not in self._anchors:
            hint = "put quotes around a text that starts with `*`"
            raise _GivenUp(event.start_mark, f"not valid YAML: found undefined alias `*{event.anchor}`; {hint}")
        back, self._at = self._at + 1, self._anchors[event.anchor]
        value = self._walk(place)
        self._at = back
        return value

    def _sequence(self, place: Place) -> list[Any]:
        result: list[Any] = []
        while not isinstance(self._events[self._at], yaml.SequenceEndEvent):
            result.append(self._walk((*place, len(result))))
        return result

    def _scalar(self, event: Any, place: Place) -> str:
        if not event.style:  # plain: neither quoted nor a block
            end = event.end_mark
            rest = self._lines[end.line][end.column :] if end.line < len(self._lines) else ""
            if _SWALLOWED.match(rest):
                self._source.faults.append(
                    Fault(
                        self._source.file,
                        end.line + 1,
                        end.column + rest.index("#") + 1,
                        "YAML ignores everything after ` #`: put quotes around the whole text "
                        "(a comment starts with `# `)",
                    )
                )
            elif not event.value:
                self._source.fault(place, EMPTY)
        return str(event.value).strip()

    def _mapping(self, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(self._events[self._at], yaml.MappingEndEvent):
            event = self._events[self._at]
            at = (event.start_mark.line + 1, event.start_mark.column + 1)
            if not isinstance(event, yaml.ScalarEvent):
                self._source.faults.append(Fault(self._source.file, *at, "a key has to be a plain word"))
                self._skip()
                self._skip()
                continue
            self._at += 1
            key = str(event.value)
            if key in result:
                first = self._source.key_places[(*place, key)][0]
                self._source.faults.append(
                    Fault(self._source.file, *at, f"`{key}` stands here twice, first on line {first}: keep one of them")
                )
                self._skip()
                continue
            self._source.key_places[(*place, key)] = at
            result[key] = self._walk((*place, key))
        return result

    def _skip(self) -> None:
        """Passes over one value, unread."""
        depth = 0
        while True:
            event = self._events[self._at]
            self._at += 1
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth == 0:
                return
