"""Read questions that were asked: JSON Lines, or a CSV file of ticket subjects."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from slackguide.errors import UnusableInput

FILE_LIMIT = 50_000_000
"""Maximum bytes of a file."""

COLUMNS = ("text", "subject", "ticket subject", "question", "title", "summary", "concern", "description", "message")
"""The headings of a CSV file's column of questions, the most likely first."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question, and what is known of the entry that it is about."""

    text: str
    entry: str | None = None
    """The entry that a person opened, or that a label names."""
    rejected: str | None = None
    """The entry that was answered, and that a person marked as the wrong one."""
    out_of_scope: bool = False
    """Whether a label says that no entry has to answer it."""


@dataclass(frozen=True, slots=True)
class ReadQuestions:
    """The questions of a file, and the number of lines that hold none."""

    questions: tuple[AskedQuestion, ...]
    skipped: int


def read_asked(path: Path, column: str | None = None) -> ReadQuestions:
    """Read a file of questions by its ending. `column` is the heading of a CSV file's column of questions.

    Raises `UnusableInput` if it cannot be read.
    """
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise UnusableInput(f"{path} is larger than {FILE_LIMIT // 1_000_000} MB: split it.")
        raw = path.read_bytes()
    except OSError as error:
        raise UnusableInput(f"{path} cannot be read: {error.strerror}.") from error
    match path.suffix.casefold():
        case ".jsonl" | ".ndjson" | ".json":
            return _counted([_of_line(line) for line in _decoded(raw).split("\n") if line.strip()])
        case ".csv" | ".tsv":
            return _of_csv(_decoded(raw), path, column)
        case _:
            raise UnusableInput(f"{path} is neither JSON Lines (.jsonl) nor a CSV file (.csv).")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _counted(found: Sequence[AskedQuestion | None]) -> ReadQuestions:
    questions = tuple(one for one in found if one is not None)
    return ReadQuestions(questions, len(found) - len(questions))


def _of_line(line: str) -> AskedQuestion | None:
    """Return the question of a line: `text`, and `ids` as in files of labelled questions. None if it has no text."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    text = record.get("text") if isinstance(record, dict) else None
    if not isinstance(text, str) or not text.strip():
        return None
    ids = record.get("ids")
    if not isinstance(ids, list):
        return AskedQuestion(text)
    return AskedQuestion(text, ids[0] if len(ids) == 1 and isinstance(ids[0], str) else None, out_of_scope=not ids)


def _of_csv(text: str, path: Path, column: str | None) -> ReadQuestions:
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise UnusableInput(f"{path} is not a CSV file: {error}.") from error
    if not rows:
        raise UnusableInput(f"{path} has no rows.")
    at = _column_of(rows[0], path, column)
    cells = [row[at] if at < len(row) else "" for row in rows[1:]]
    return _counted([AskedQuestion(cell) if cell.strip() else None for cell in cells])


def _column_of(headings: Sequence[str], path: Path, column: str | None) -> int:
    names = [" ".join(heading.split()).casefold() for heading in headings]
    wanted: Iterable[str] = COLUMNS if column is None else (" ".join(column.split()).casefold(),)
    for name in wanted:
        if name in names:
            return names.index(name)
    if column is None and len(names) == 1:
        return 0
    raise UnusableInput(f"{path} has no column of questions: name it with --column, one of {', '.join(headings)}.")
