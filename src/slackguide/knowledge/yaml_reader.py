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

Place: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a file down to a value."""

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_SWALLOWED = re.compile(r"[ ]+#[^\s#]")
_HINTS = (
    ("found undefined alias", "put quotes around a text that starts with `*`"),
    ("found character '@'", "put quotes around a text that starts with `@`"),
    ("found character '`'", "put quotes around a text that starts with a backtick"),
    ("found character '%'", "put quotes around a text that starts with `%`"),
    ("mapping values are not allowed", "put quotes around a text that holds `: `"),
    ("expected <block end>", "put quotes around a text that starts with `[`, `{` or a quote, and check the indentation"),
    ("did not find expected '-' indicator", "put quotes around a text that starts with `[`, `{` or a quote; check the indentation"),
    ("did not find expected key", "check the indentation, and put quotes around a text that starts with a quote"),
    ("did not find expected ',' or", "put quotes around the texts inside `[ ]` or `{ }`"),
    ("expected a single document", "a file is one document: remove the `---` line"),
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
    for number, line in enumerate(text.split("\n"), 1):
        if (column := line.find("\t")) >= 0:
            source.faults.append(Fault(file, number, column + 1, "a tab: use spaces, YAML does not allow tabs"))
    if source.faults:
        return source
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        _note_syntax(source, error)
        return source
    except yaml.YAMLError as error:  # a character that YAML does not allow
        position = getattr(error, "position", 0) or 0
        line = text.count("\n", 0, position) + 1
        source.faults.append(Fault(file, line, 1, "a control character that YAML does not allow: remove it"))
        return source
    except RecursionError:
        source.faults.append(Fault(file, 1, 1, f"nested more than {DEPTH_LIMIT} levels deep: flatten it"))
        return source
    if node is None:
        source.faults.append(Fault(file, 1, 1, "the file is empty: write a section into it or remove it"))
        return source
    source.value = _Reader(source, text.split("\n")).plain(node)
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
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        source.faults.append(
            Fault(source.file, line, column, f"byte 0x{raw[error.start]:02x} is not UTF-8: save the file as UTF-8")
        )
        return None


def _note_syntax(source: Source, error: yaml.MarkedYAMLError) -> None:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or error.context or "not valid YAML"
    hint = next((hint for start, hint in _HINTS if start in problem or start in (error.context or "")), "")
    source.faults.append(Fault(source.file, line, column, f"not valid YAML: {problem}" + (f"; {hint}" if hint else "")))


class _TooMuch(Exception):
    """The walk was given up; the fault is already noted."""


class _Reader:
    """Walks composed nodes into plain lists, dicts and texts, noting places and faults on the way."""

    def __init__(self, source: Source, lines: list[str]) -> None:
        self._source = source
        self._lines = lines
        self._count = 0

    def plain(self, node: yaml.Node) -> Any:
        try:
            return self._walk(node, ())
        except _TooMuch:
            return None

    def _walk(self, node: yaml.Node, place: Place) -> Any:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self._source.places[place] = (line, column)
        self._count += 1
        if self._count > NODE_LIMIT:
            self._give_up(line, column, "the aliases in this file explode when written out: write the texts themselves")
        if len(place) > DEPTH_LIMIT:
            self._give_up(line, column, f"nested more than {DEPTH_LIMIT} levels deep: flatten it, and no alias to itself")
        if node.tag not in _PLAIN_TAGS:
            self._source.fault(place, f"the tag `{node.tag}` is not allowed here: write the plain value")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._walk(item, (*place, number)) for number, item in enumerate(node.value)]
        return self._mapping(node, place)

    def _give_up(self, line: int, column: int, message: str) -> None:
        self._source.faults.append(Fault(self._source.file, line, column, message))
        raise _TooMuch

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> str:
        if node.style is None:
            end = node.end_mark
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
        return str(node.value).strip()

    def _mapping(self, node: yaml.Node, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            at = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                self._source.faults.append(Fault(self._source.file, *at, "a key has to be a plain word"))
                continue
            key = str(key_node.value)
            if key in result:
                first = self._source.key_places[(*place, key)][0]
                self._source.faults.append(
                    Fault(self._source.file, *at, f"`{key}` stands here twice, first on line {first}: keep one of them")
                )
                continue
            self._source.key_places[(*place, key)] = at
            result[key] = self._walk(value_node, (*place, key))
        return result
