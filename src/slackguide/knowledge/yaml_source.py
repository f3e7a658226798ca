"""Parse a YAML file of the knowledge base: every scalar as a string, with its position."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from slackguide.knowledge.diagnostics import Diagnostic

FILE_LIMIT = 2_000_000
"""Maximum size of a file in bytes. The shipped files are under a fifth of it."""

NODE_LIMIT = 200_000
"""Maximum values in a file with aliases expanded, to reject exponential expansion."""

DEPTH_LIMIT = 40
"""Maximum nesting. The format needs nine levels."""

KeyPath: TypeAlias = tuple[str | int, ...]
"""The keys and list indices from the root of a file to a value."""

EMPTY = "is empty: fill it in or remove the key"
"""The message for an empty text, list or mapping."""

TOO_DEEP = f"nested more than {DEPTH_LIMIT} levels deep: flatten it"

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_LINE_BREAK = "an invisible line break (U+{:04X}), which YAML treats as a new line: remove it"
_FORBIDDEN = {
    "\t": "a tab: use spaces, YAML does not allow tabs",
    **{character: _LINE_BREAK.format(ord(character)) for character in "\u0085\u2028\u2029"},
}
_SWALLOWED = re.compile(r"[ ]+#[^\s#]")
_QUOTES = "put quotes around a text that starts with `[`, `{`, `*`, `&` or a quote; check the indentation"
_HINTS = {
    "mapping values are not allowed": "put quotes around a text that contains `: `",
    "expected <block end>": _QUOTES,
    "did not find expected '-' indicator": _QUOTES,
    "did not find expected key": "check the indentation, and put quotes around a text that starts with a quote",
    "did not find expected ',' or": "put quotes around the texts inside `[ ]` or `{ }`",
    "found undefined alias": "put quotes around a text that starts with `*`",
    "found another document": "a file is one document: remove the `---` line",
}


_SINGULAR = {
    "destinations": "destination", "kinds": "kind", "articles": "article", "documents": "document", "notes": "note",
    "facts": "fact", "conditions": "condition", "tables": "table", "procedures": "procedure", "forms": "form",
    "messages": "messages", "out_of_scope": "topic", "tickets": "entry", "roles": "role", "glossary": "glossary",
}  # fmt: skip


@dataclass(slots=True)
class YamlSource:
    """A parsed file. `value` is None if it could not be parsed. Errors are collected, not raised."""

    file: str
    value: Any = None
    digest: bytes = b""
    """The SHA-256 of the content. Empty if the file could not be read or is too large."""
    positions: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    key_positions: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def report(self, key_path: KeyPath, message: str, *, at_key: bool = False) -> None:
        """Report an error at the nearest known position of the value, or of its key."""
        self.diagnostics.append(Diagnostic(self.file, *self.position(key_path, at_key=at_key), message))

    def subject_at(self, line: int) -> str:
        """Return the entry, or the other declaration, that contains a line: `network/vpn`, `fact site`, or nothing."""
        best: tuple[int, str] = (0, "")
        for key_path, (start, _) in self._declarations():
            if best[0] < start <= line:
                best = (start, self._name(key_path))
        return best[1]

    def _declarations(self) -> Iterator[tuple[KeyPath, tuple[int, int]]]:
        """Yield the positions of sections, of the declarations in them, and of entries."""
        for key_path, position in self.key_positions.items():
            if len(key_path) == 1 or (len(key_path) == 2 and key_path[0] != "entries"):
                yield key_path, position
        for key_path, position in self.positions.items():
            if len(key_path) == 2 and key_path[0] == "entries":
                yield key_path, position

    def _name(self, key_path: KeyPath) -> str:
        if len(key_path) == 1:
            return ""
        section, name = key_path
        if section != "entries":
            return f"{_SINGULAR.get(str(section), str(section))} {name}"
        entries = self.value.get("entries") if isinstance(self.value, dict) else None
        entry = entries[name] if isinstance(entries, list) and isinstance(name, int) and name < len(entries) else None
        found = (entry.get("id") or entry.get("title")) if isinstance(entry, dict) else None
        return found if isinstance(found, str) and found else f"entry {int(name) + 1}"

    def position(self, key_path: KeyPath, *, at_key: bool = False) -> tuple[int, int]:
        """Return line and column, from 1, of the deepest part of `key_path` that exists in the file."""
        known: KeyPath = ()
        for part in key_path:
            if (*known, part) in self.positions:
                known = (*known, part)
        if at_key and known in self.key_positions:
            return self.key_positions[known]
        return self.positions.get(known, (1, 1))


class _ParseAborted(Exception):
    """The file cannot be parsed. `at` is the line and column of the reason, from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.at = line, column


def parse_yaml(path: Path, file: str) -> YamlSource:
    """Parse the file `path`. `file` is its name in diagnostics. Never raises for an error of an author."""
    source = YamlSource(file)
    try:
        text = _decode(path, source)
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            source.diagnostics += [
                Diagnostic(file, number, line.index(character) + 1, message)
                for character, message in _FORBIDDEN.items()
                if character in line
            ]
        if not source.diagnostics:
            source.value = _YamlParser(source, lines).plain(_compose(text), ())
    except yaml.MarkedYAMLError as error:
        source.diagnostics.append(_syntax_error(file, error, lines))
    except yaml.YAMLError as error:  # an invalid character
        position = getattr(error, "position", 0) or 0
        at = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
        source.diagnostics.append(Diagnostic(file, *at, "a control character that YAML does not allow: remove it"))
    except _ParseAborted as reason:
        source.diagnostics.append(Diagnostic(file, *reason.at, str(reason)))
    return source


def _decode(path: Path, source: YamlSource) -> str:
    try:
        if (size := path.stat().st_size) > FILE_LIMIT:
            raise _ParseAborted(f"{size:,} bytes, the limit is {FILE_LIMIT:,}: split the file in two")
        raw = path.read_bytes() if size else b""  # files of the kernel have no size, and reading them may never end
        source.digest = hashlib.sha256(raw).digest()
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise _ParseAborted(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        at = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise _ParseAborted(f"byte 0x{raw[error.start]:02x} is not UTF-8: save the file as UTF-8", *at) from None


def _syntax_error(file: str, error: yaml.MarkedYAMLError, lines: list[str]) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or error.context or "not valid YAML"
    if "nesting depth" in problem:  # libyaml 0.2.6 and later fail at a depth of 1,000, ahead of the events
        return Diagnostic(file, line, column, TOO_DEEP)
    hint = next((hint for start, hint in _HINTS.items() if start in problem or start in (error.context or "")), "")
    if "cannot start any token" in problem:
        hint = f"put quotes around a text that starts with `{lines[line - 1][column - 1 : column]}`"
    if "unexpected end of stream" in problem and (opened := error.context_mark):
        line, column, hint = opened.line + 1, opened.column + 1, "a quote that begins here is never closed"
    return Diagnostic(file, line, column, hint or f"this cannot be understood ({problem}): check the indentation")


def _compose(text: str) -> yaml.Node:
    """Return the only document of the file. The depth is checked first, because libyaml's composer is recursive."""
    anchors: list[str | None] = []
    event: Any
    for event in yaml.parse(text, Loader=_LOADER):
        at = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.CollectionStartEvent):
            anchors.append(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchors.pop()
        elif isinstance(event, yaml.AliasEvent) and event.anchor in anchors:
            raise _ParseAborted(f"the alias `*{event.anchor}` refers to a value that contains it", *at)
        if len(anchors) > DEPTH_LIMIT:
            raise _too_deep(at)
    node = yaml.compose(text, Loader=_LOADER)
    if node is None:
        raise _ParseAborted("the file is empty: add a section or remove the file")
    return node


def _too_deep(at: tuple[int, int]) -> _ParseAborted:
    return _ParseAborted(TOO_DEEP, *at)


class _YamlParser:
    """Converts nodes to lists, dicts and strings, and records positions and errors."""

    def __init__(self, source: YamlSource, lines: list[str]) -> None:
        self._source = source
        self._lines = lines
        self._count = 0

    def plain(self, node: yaml.Node, key_path: KeyPath) -> Any:
        """Return the value with aliases expanded. Raises `_ParseAborted` if it is too deep or too large."""
        at = self._source.positions[key_path] = node.start_mark.line + 1, node.start_mark.column + 1
        self._count += 1
        if self._count > NODE_LIMIT:
            raise _ParseAborted("the aliases in this file expand to too many values: write the texts themselves", *at)
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
                self._report(end.line + 1, end.column + rest.index("#") + 1, message)
            elif not node.value:
                self._source.report(key_path, EMPTY)
        return str(node.value).strip()

    def _mapping(self, node: yaml.Node, key_path: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value in node.value:
            at = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(*at, "a key must be a plain word")
            elif key in result:
                first = self._source.key_positions[(*key_path, key)][0]
                self._report(*at, f"`{key}` is duplicated, first on line {first}: keep one of them")
            else:
                self._source.key_positions[(*key_path, key)] = at
                result[key] = self.plain(value, (*key_path, key))
        return result

    def _report(self, line: int, column: int, message: str) -> None:
        self._source.diagnostics.append(Diagnostic(self._source.file, line, column, message))
