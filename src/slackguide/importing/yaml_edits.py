"""Add to knowledge files: comments, order and form of everything else in them stay as they are.

A YAML library that keeps comments would still reformat other lines when it writes a file, so lines are inserted into
the text instead, at the positions that the parser reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from slackguide.errors import SlackguideError
from slackguide.importing.entry_drafts import slug, unique
from slackguide.importing.yaml_writer import KnowledgeDumper
from slackguide.knowledge import NOT_ELIGIBLE, Entry, KnowledgeBase, knowledge_files

GLOSSARY_FILE = "glossary.yaml"
_LINE_LIMIT = 1_000_000
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class EditRefused(SlackguideError):
    """An addition is not possible. Nothing was written."""


class KnowledgeEdit:
    """The new texts of knowledge files. `write` stores them, `undo` restores the previous ones."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._before: dict[Path, bytes | None] = {}
        self._after: dict[Path, bytes] = {}

    @property
    def files(self) -> tuple[Path, ...]:
        """The changed files."""
        return tuple(self._after)

    def add_phrasings(self, entry: Entry, texts: Sequence[str]) -> None:
        """Add phrasings after the last one of an entry. Raises `EditRefused`."""
        path = Path(entry.location.file)
        document = _Document(self._read(path))
        self._after[path] = document.append_items(document.concerns(entry.id), list(map(_one_line, texts)))

    def add_abbreviation(self, word: str, meaning: str) -> None:
        """Add an abbreviation to the first file with a glossary, or else to a new file. Raises `EditRefused`."""
        word, meaning = _one_line(word), _one_line(meaning)
        for path in knowledge_files(self._directory):
            document = _Document(self._read(path))
            if (glossary := _value(document.root, "glossary")) is None:
                continue
            abbreviations = _value(glossary, "abbreviations")
            if abbreviations is not None:
                self._after[path] = document.append_pair(abbreviations, word, meaning)
            else:
                self._after[path] = document.append_pair(glossary, "abbreviations", {word: meaning})
            return
        path = self._directory / GLOSSARY_FILE
        if path.exists():
            raise EditRefused(f"{path} exists already, and has no glossary.")
        self._before[path] = None
        self._after[path] = _dump({"glossary": {"abbreviations": {word: meaning}}}).encode()

    def add_entry(self, knowledge: KnowledgeBase, beside: Entry, title: str, phrasings: Sequence[str]) -> str:
        """Add the draft of an entry to the file of another one, and return its id. Raises `EditRefused`.

        The draft says that its steps and its destination are still to be written.
        """
        path = Path(beside.location.file)
        document = _Document(self._read(path))
        entries = _value(document.root, "entries")
        if entries is None:
            raise EditRefused(f"{path} has no entries.")
        prefix = f"{beside.id.rpartition('/')[0]}/" if "/" in beside.id else ""
        id = unique(f"{prefix}{slug(title) or 'suggested'}", knowledge.entries)
        draft = {
            "id": id,
            "title": _one_line(title)[:150],
            "concerns": [_one_line(text) for text in phrasings],
            "path": ["The steps are not written yet: ask your team lead."],
            "to": _destination(knowledge, beside),
            "todo": "Write the steps, and decide where it goes: this entry was suggested by questions.",
        }
        self._after[path] = document.append_items(entries, [draft])
        return id

    def write(self) -> None:
        """Write the changed files. Raises `EditRefused` if one cannot be written; then none is changed."""
        for path, content in self._after.items():
            try:
                path.write_bytes(content)
            except OSError as error:
                self.undo()
                raise EditRefused(f"{path} cannot be written: {error.strerror}.") from error

    def undo(self) -> None:
        """Restore the files as they were."""
        for path, content in self._before.items():
            if content is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != content:
                path.write_bytes(content)

    def _read(self, path: Path) -> bytes:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise EditRefused(f"{path} cannot be read: {error.strerror}.") from error
        self._before[path] = content
        return content


class _Document:
    """One YAML file as text, with the nodes of its parser."""

    def __init__(self, content: bytes) -> None:
        self._has_mark = content.startswith(b"\xef\xbb\xbf")
        text = content.decode("utf-8-sig")
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._lines = text.replace("\r\n", "\n").split("\n")
        self.root: Any = yaml.compose("\n".join(self._lines), Loader=_LOADER)

    def concerns(self, id: str) -> Any:
        """Return the node of an entry's phrasings. Raises `EditRefused` if there is none."""
        entries = _value(self.root, "entries")
        for entry in entries.value if entries is not None else ():
            found = _value(entry, "id")
            concerns = _value(entry, "concerns")
            if found is not None and found.value.strip() == id and concerns is not None:
                return concerns
        raise EditRefused(f"The phrasings of {id} are not in its file as a list: add it yourself.")

    def append_items(self, node: yaml.Node, values: Sequence[object]) -> bytes:
        """Return the file with more items at the end of a list."""
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise EditRefused("It is not written as a list: add it yourself.")
        if node.flow_style:
            return self._insert_flow(node.value[-1], _flow(values)[1:-1])
        return self._insert_block(node, _dump(values))

    def append_pair(self, node: yaml.Node, key: str, value: object) -> bytes:
        """Return the file with another key at the end of a mapping."""
        if not isinstance(node, yaml.MappingNode) or not node.value:
            raise EditRefused("The glossary is not written as keys with values: add it yourself.")
        if node.flow_style:
            return self._insert_flow(node.value[-1][1], _flow({key: value})[1:-1])
        return self._insert_block(node, _dump({key: value}))

    def _insert_flow(self, last: yaml.Node, text: str) -> bytes:
        line, column = last.end_mark.line, last.end_mark.column
        self._lines[line] = f"{self._lines[line][:column]}, {text}{self._lines[line][column:]}"
        return self._encoded()

    def _insert_block(self, node: yaml.Node, text: str) -> bytes:
        """Insert lines after the last one of a node, indented like its first one."""
        indent = node.start_mark.column
        at = min(node.end_mark.line + (node.end_mark.column > indent), len(self._lines))
        while at > 0 and self._is_beyond(self._lines[at - 1], indent):
            at -= 1
        new = [" " * indent + line if line else line for line in text.splitlines()]
        if at == len(self._lines):
            new.append("")
        if isinstance(node, yaml.SequenceNode) and isinstance(node.value[-1], yaml.MappingNode):
            new.insert(0, "")
        self._lines[at:at] = new
        return self._encoded()

    def _is_beyond(self, line: str, indent: int) -> bool:
        """Return whether a line before the end of a node is none of its own: blank, or a comment further out."""
        bare = line.strip()
        return not bare or (bare.startswith("#") and len(line) - len(line.lstrip()) < indent)

    def _encoded(self) -> bytes:
        text = self._newline.join(self._lines)
        return (b"\xef\xbb\xbf" if self._has_mark else b"") + text.encode()


def _dump(value: object) -> str:
    return yaml.dump(value, Dumper=KnowledgeDumper, sort_keys=False, allow_unicode=True, width=_LINE_LIMIT)


def _flow(value: object) -> str:
    text: str = yaml.dump(
        value, Dumper=KnowledgeDumper, sort_keys=False, allow_unicode=True, width=_LINE_LIMIT, default_flow_style=True
    )
    return text.strip()


def _value(node: Any, key: str) -> Any:
    """Return the node of a key of a mapping, or None."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _one_line(text: str) -> str:
    """Return a text without line breaks, tabs and characters that YAML does not allow."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _destination(knowledge: KnowledgeBase, beside: Entry) -> str:
    """Return the destination of a draft: the agent, or where the other entry goes."""
    own = [id for id, one in knowledge.destinations.items() if one.kind == "self"]
    theirs = [rule.target.id for rule in beside.rules if rule.target.id != NOT_ELIGIBLE]
    return next(iter((*own, *theirs, *knowledge.destinations)))
