"""Read tables of concerns: CSV and Excel files with columns such as concern, examples, steps, goes to, when, link."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from slackguide.importing.entry_drafts import Draft, DraftEntry, DraftRoute, Skipped, UnreadableImport, clean

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "concern": ("concern", "title", "topic", "problem", "issue", "question", "scenario", "subject", "request", "case",
                "situation"),
    "examples": ("examples", "example questions", "phrasings", "questions", "what people ask", "how people ask",
                 "how people say it", "how they say it", "wording", "keywords"),
    "steps": ("steps", "process path", "process", "what to do", "what we do", "action", "actions", "solution",
              "procedure", "answer", "resolution", "instructions"),
    "goes to": ("goes to", "send to", "destination", "queue", "team", "owner team", "assign to", "route to", "group",
                "escalate to", "who", "who handles it", "handled by", "owner", "contact", "where to", "where"),
    "when": ("when", "if", "condition", "only if", "criteria"),
    "link": ("link", "url", "article", "reference", "more", "see"),
}  # fmt: skip
"""The columns, each with the headings that are understood."""

UNKNOWN_COLUMN = f"this column is not understood (known: {', '.join(COLUMNS)})"

_SAYING = re.compile(r"(?:how|what) [\w ]{2,40} (?:say|ask|write)s?(?: it)?")
"""A heading of the examples that names the people: `How riders say it`, `What customers ask`."""

_NUMBER = re.compile(r"\s*(?P<number>\d{1,2})[.)]\s+")
_BULLET = re.compile(r"\s*(?P<bullet>[•*-])\s+")
_OTHERWISE = frozenset(("otherwise", "else", "default", "any other case", "all other cases", "in all other cases"))
"""Conditions that hold for all other cases."""

ROW_LIMIT = 5_000
HEADING_ROWS = 5
"""The row of headings is one of so many first rows."""


def known_columns(header: Sequence[str]) -> dict[str, int]:
    """Return the positions of the columns that are understood. A plural or other case does not matter."""
    found: dict[str, int] = {}
    for position, heading in enumerate(header):
        name = clean(heading).casefold().strip(" ?:*")
        for column, names in COLUMNS.items():
            said = column == "examples" and _SAYING.fullmatch(name)
            if column not in found and (name in names or name.rstrip("s") in names or said):
                found[column] = position
                break
    return found


def read_csv(raw: bytes, name: str) -> Draft:
    """Read a CSV file in UTF-8 or, if it is not, in Windows-1252, with commas, semicolons or tabs."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    try:
        read = {mark: _csv_rows(text, mark, HEADING_ROWS) for mark in ",;\t"}
        delimiter = max(read, key=lambda mark: (len(_header(read[mark])[1]), first.count(mark)))
        rows = _csv_rows(text, delimiter, ROW_LIMIT)
    except csv.Error as error:
        raise UnreadableImport(f"{name} is not a CSV file: {error}.") from error
    return _read_rows(rows, name)


def _csv_rows(text: str, delimiter: str, limit: int) -> list[list[str]]:
    return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), limit))


def read_workbook(path: Path, name: str) -> Draft:
    """Read all sheets of an Excel workbook (.xlsx)."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise UnreadableImport(f"{name} is not an Excel workbook (.xlsx).") from error
    draft = Draft()
    for sheet in book.worksheets:
        rows = [
            ["" if value is None else str(value) for value in row]
            for row in sheet.iter_rows(values_only=True, max_row=ROW_LIMIT)
        ]
        where = f"{name}, {sheet.title}" if len(book.worksheets) > 1 else name
        read = _read_rows(rows, where)
        draft.entries += read.entries
        draft.skipped += read.skipped
    book.close()
    return draft


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the position of the row of headings, and its columns: none if no row has a column of concerns."""
    read = enumerate(map(known_columns, rows[:HEADING_ROWS]))
    return max((one for one in read if "concern" in one[1]), key=lambda one: len(one[1]), default=(0, {}))


def _read_rows(rows: Sequence[Sequence[str]], name: str) -> Draft:
    at, columns = _header(rows)
    if not columns:
        headings = next((text for row in rows if (text := ", ".join(filter(None, map(clean, row))))), "")[:200]
        reason = f"none of the first {HEADING_ROWS} rows names a column of concerns ({', '.join(COLUMNS['concern'])})"
        return Draft(skipped=[Skipped(name, headings, reason)])
    draft = entries_of_rows(rows[at + 1 :], columns, name, first_row=at + 2, header=rows[at])
    above = ((f"{name}, row {number}", clean(" ".join(row))) for number, row in enumerate(rows[:at], 1))
    draft.skipped += [Skipped(where, text, "it is above the headings") for where, text in above if text]
    draft.skipped += [
        Skipped(name, ", ".join(COLUMNS[column]), f"there is no column “{column}” under any of its names")
        for column in ("steps", "goes to")
        if column not in columns
    ]
    if "goes to" in columns:
        for entry in draft.entries:
            entry.todo += [_nowhere(route.when) for route in entry.routes if not route.goes_to]
    return draft


def _nowhere(when: str) -> str:
    return f"Where does it go{f' if “{when}”' if when else ''}? The table names no destination."


def entries_of_rows(
    rows: Sequence[Sequence[str]],
    columns: Mapping[str, int],
    where: str,
    *,
    first_row: int,
    header: Sequence[str] = (),
) -> Draft:
    """Return the entries of a table. Rows with the same concern, or without one, belong to the entry before."""
    draft = Draft()
    by_title: dict[str, DraftEntry] = {}
    entry: DraftEntry | None = None
    for number, row in enumerate(rows, first_row):
        cells = {column: row[at] if at < len(row) else "" for column, at in columns.items()}
        title, place = clean(cells["concern"]), f"{where}, row {number}"
        if not any(clean(cell) for cell in cells.values()):
            continue
        if title:
            entry = by_title.get(title.casefold())
            if entry is None:
                entry = by_title[title.casefold()] = DraftEntry(title, place)
                draft.entries.append(entry)
        if entry is None:
            draft.skipped.append(Skipped(place, clean(" ".join(row)), "the row has no concern"))
            continue
        _add_row(entry, cells)
    unknown = [clean(name) for at, name in enumerate(header) if clean(name) and at not in columns.values()]
    draft.skipped += [Skipped(where, name, UNKNOWN_COLUMN) for name in unknown]
    for entry in list(draft.entries):
        if not entry.steps and not any(route.goes_to for route in entry.routes):
            draft.entries.remove(entry)
            draft.skipped.append(Skipped(entry.where, entry.title, "it has neither steps nor a destination"))
    return draft


def _add_row(entry: DraftEntry, cells: Mapping[str, str]) -> None:
    examples = [part for text in _parts(cells.get("examples", "")) for part in _spoken(text)]
    entry.examples += [one for one in examples if one not in entry.examples]
    goes_to, condition = clean(cells.get("goes to")), clean(cells.get("when"))
    is_default = condition.casefold().strip(" .:") in _OTHERWISE
    when = "" if is_default else condition
    for step in _parts(cells.get("steps", "")):
        if step not in entry.steps:
            entry.steps.append(step)
            entry.conditions[step] = when
        elif entry.conditions[step] != when:
            entry.conditions[step] = ""
    if goes_to or condition or not entry.routes:
        entry.routes.append(DraftRoute(goes_to, when))
    for link in cells.get("link", "").split():
        if link.startswith(("http://", "https://")):
            entry.links.append((link, link))


def _spoken(text: str) -> list[str]:
    """Split the examples of a line at slashes between spaces, and remove the quotes around each."""
    return [part for piece in re.split(r"\s/\s", text) if (part := piece.strip(' "“”'))]


def _parts(text: str) -> list[str]:
    """Split a cell into its lines, or else at numbers or bullets, or at semicolons."""
    lines = [line for line in text.splitlines() if line.strip()]
    one = len(lines) == 1
    lines = _numbered(lines[0]) or _bulleted(lines[0]) or lines[0].split(";") if one else _unnumbered(lines)
    return [part for line in lines if (part := clean(_BULLET.sub("", line, count=1) if _BULLET.match(line) else line))]


def _numbered(line: str) -> list[str]:
    """Split a line at its numbers if they run 1., 2., … from its start. All other numbers belong to the text."""
    marks: list[re.Match[str]] = []
    while match := re.compile(rf"(?<!\S){len(marks) + 1}[.)]\s+").search(line, marks[-1].end() if marks else 0):
        marks.append(match)
    if len(marks) < 2 or line[: marks[0].start()].strip():
        return []
    ends = [*(mark.start() for mark in marks[1:]), len(line)]
    return [line[mark.end() : end].rstrip(" ;") for mark, end in zip(marks, ends, strict=True)]


def _bulleted(line: str) -> list[str]:
    """Split a line at the bullet that it begins with."""
    match = _BULLET.match(line)
    return re.split(rf"\s{re.escape(match['bullet'])}\s+", line[match.end() :]) if match else []


def _unnumbered(lines: Sequence[str]) -> list[str]:
    """Remove the numbers of lines as far as they run 1., 2., …"""
    texts: list[str] = []
    last = 0
    for line in lines:
        match = _NUMBER.match(line)
        if match and int(match["number"]) in (1, last + 1):
            last = int(match["number"])
            line = line[match.end() :]
        texts.append(line)
    return texts
