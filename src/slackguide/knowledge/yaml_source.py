"""Parse a YAML file of the knowledge base: every scalar as the text its author wrote, with its position."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from slackguide.knowledge.diagnostics import Diagnostic

FILE_LIMIT = 1_000_000
"""Largest file in bytes; the shipped ones are under a fifth of it."""

NODE_LIMIT = 200_000
"""Most values in a file with its aliases written out: beyond it, aliases are taken to explode."""

DEPTH_LIMIT = 40
"""Deepest nesting; the format needs nine levels."""

TOO_DEEP = f"nested more than {DEPTH_LIMIT} levels deep: flatten it"

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a file down to a value."""

EMPTY = "is empty: fill it in or remove the key"
"""What is said of a value that is not there: an empty text, list or mapping."""

TOO_DEEP = f"nested more than {DEPTH_LIMIT} levels deep: flatten it"

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_LINE_BREAK = "an invisible line break (U+{:04X}), which YAML takes for a new line: remove it"
_FORBIDDEN = {
    "\t": "a tab: use spaces, YAML does not allow tabs",
    **{character: _LINE_BREAK.format(ord(character)) for character in "\u0085\u2028\u2029"},
}
_SWALLOWED = re.compile(r"[ ]+#[^\s#]")
_QUOTES = "put quotes around a text that starts with `[`, `{`, `*`, `&` or a quote; check the indentation"
_HINTS = {
    "mapping values are not allowed": "put quotes around a text that holds `: `",
    "expected <block end>": _QUOTES,
    "did not find expected '-' indicator": _QUOTES,
    "did not find expected key": "check the indentation, and put quotes around a text that starts with a quote",
    "did not find expected ',' or": "put quotes around the texts inside `[ ]` or `{ }`",
    "found undefined alias": "put quotes around a text that starts with `*`",
    "found another document": "a file is one document: remove the `---` line",
}


@dataclass(slots=True)
class YamlSource:
    """One file as read: `value` is None where it could not be; faults are collected, never raised."""

    file: str
    value: Any = None
    digest: bytes = b""
    """SHA-256 of what was read; empty where the file could not be, or is over the limit."""
    positions: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    key_positions: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def report(self, key_path: KeyPath, message: str, *, at_key: bool = False) -> None:
        """Notes a fault at the nearest known position: the value's, or its key's."""
        self.diagnostics.append(Diagnostic(self.file, *self.position(key_path, at_key=at_key), message))

    def position(self, key_path: KeyPath, *, at_key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the deepest part of `key_path` that stands in the file."""
        known: KeyPath = ()
        for part in key_path:
            if (*known, part) in self.positions:
                known = (*known, part)
        if at_key and known in self.key_positions:
            return self.key_positions[known]
        return self.positions.get(known, (1, 1))


class _ParseAborted(Exception):
    """The file cannot be read; says where, line and column from 1, and why."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.at = line, column


def parse_yaml(path: Path, file: str) -> YamlSource:
    """Read `path`; `file` is the name used in faults. Never raises for what an author can do wrong."""
    source = YamlSource(file)
    try:
        text = _decoded(path, source)
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            found = [(line.index(character) + 1, what) for character, what in _FORBIDDEN.items() if character in line]
            source.diagnostics += [Diagnostic(file, number, column, what) for column, what in found]
        if not source.diagnostics:
            source.value = _YamlParser(source, lines).plain(_composed(text), ())
    except yaml.MarkedYAMLError as error:
        source.diagnostics.append(_syntax_fault(file, error, lines))
    except yaml.YAMLError as error:  # a character that YAML does not allow
        position = getattr(error, "position", 0) or 0
        at = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
        source.diagnostics.append(Diagnostic(file, *at, "a control character that YAML does not allow: remove it"))
    except _ParseAborted as reason:
        source.diagnostics.append(Diagnostic(file, *reason.at, str(reason)))
    return source


def _decoded(path: Path, source: YamlSource) -> str:
    try:
        if (size := path.stat().st_size) > FILE_LIMIT:
            raise _ParseAborted(f"{size:,} bytes, the limit is {FILE_LIMIT:,}: split the file in two")
        raw = path.read_bytes()
        source.digest = hashlib.sha256(raw).digest()
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise _ParseAborted(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        at = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise _ParseAborted(f"byte 0x{raw[error.start]:02x} is not UTF-8: save the file as UTF-8", *at) from None


def _syntax_fault(file: str, error: yaml.MarkedYAMLError, lines: list[str]) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or error.context or "not valid YAML"
    if "nesting depth" in problem:  # libyaml from 0.2.6 on gives up at 1,000, and reads ahead of its events
        return Diagnostic(file, line, column, TOO_DEEP)
    hint = next((hint for start, hint in _HINTS.items() if start in problem or start in (error.context or "")), "")
    if "cannot start any token" in problem:
        hint = f"put quotes around a text that starts with `{lines[line - 1][column - 1 : column]}`"
    return Diagnostic(file, line, column, f"not valid YAML: {problem}" + (f"; {hint}" if hint else ""))


def _composed(text: str) -> yaml.Node:
    """Return the file's one document. Depth is checked first: libyaml's composer would run off the stack."""
    anchors: list[str | None] = []
    event: Any
    for event in yaml.parse(text, Loader=_LOADER):
        at = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.CollectionStartEvent):
            anchors.append(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchors.pop()
        elif isinstance(event, yaml.AliasEvent) and event.anchor in anchors:
            raise _ParseAborted(f"the alias `*{event.anchor}` stands inside what it stands for", *at)
        if len(anchors) > DEPTH_LIMIT:
            raise _too_deep(at)
    node = yaml.compose(text, Loader=_LOADER)
    if node is None:
        raise _ParseAborted("the file is empty: write a section into it or remove it")
    return node


def _too_deep(at: tuple[int, int]) -> _ParseAborted:
    return _ParseAborted(TOO_DEEP, *at)


class _YamlParser:
    """Turns nodes into plain lists, dicts and texts, noting places and faults on the way."""

    def __init__(self, source: YamlSource, lines: list[str]) -> None:
        self._source = source
        self._lines = lines
        self._count = 0

    def plain(self, node: yaml.Node, key_path: KeyPath) -> Any:
        """Return the value; an alias is written out. Raises `_ParseAborted` where it is too deep or too much."""
        at = self._source.positions[key_path] = node.start_mark.line + 1, node.start_mark.column + 1
        self._count += 1
        if self._count > NODE_LIMIT:
            raise _ParseAborted("the aliases in this file explode when written out: write the texts themselves", *at)
        if len(key_path) > DEPTH_LIMIT:
            raise _too_deep(at)
        if node.tag not in _PLAIN_TAGS:
            self._source.report(key_path, f"the tag `{node.tag}` is not allowed here: write the plain value")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, key_path)
        if not node.value:
            self._source.report(key_path, EMPTY)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*key_path, index)) for index, item in enumerate(node.value)]
        return self._mapping(node, key_path)

    def _scalar(self, node: yaml.ScalarNode, key_path: KeyPath) -> str:
        if not node.style:  # plain: neither quoted nor a block
            end = node.end_mark
            rest = self._lines[end.line][end.column :] if end.line < len(self._lines) else ""
            if _SWALLOWED.match(rest):
                message = (
                    "YAML ignores everything after ` #`: put quotes around the whole text (a comment starts with `# `)"
                )
                self._fault(end.line + 1, end.column + rest.index("#") + 1, message)
            elif not node.value:
                self._source.report(key_path, EMPTY)
        return str(node.value).strip()

    def _mapping(self, node: yaml.Node, key_path: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value in node.value:
            at = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(*at, "a key has to be a plain word")
            elif key in result:
                first = self._source.key_positions[(*key_path, key)][0]
                self._fault(*at, f"`{key}` stands here twice, first on line {first}: keep one of them")
            else:
                self._source.key_positions[(*key_path, key)] = at
                result[key] = self.plain(value, (*key_path, key))
        return result

    def _fault(self, line: int, column: int, message: str) -> None:
        self._source.diagnostics.append(Diagnostic(self._source.file, line, column, message))
