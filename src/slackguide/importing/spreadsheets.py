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
    "concern": ("concern", "title", "topic", "problem", "issue", "question", "scenario", "subject", "request", "case"),
    "examples": ("examples", "example questions", "phrasings", "questions", "what people ask", "how people ask",
                 "how people say it", "wording", "keywords"),
    "steps": ("steps", "process path", "process", "what to do", "action", "actions", "solution", "procedure", "answer",
              "resolution", "instructions"),
    "goes to": ("goes to", "send to", "destination", "queue", "team", "owner team", "assign to", "route to", "group",
                "escalate to", "who", "who handles it", "handled by", "owner", "contact", "where to", "where"),
    "when": ("when", "if", "condition", "only if", "criteria"),
    "link": ("link", "url", "article", "reference", "more", "see"),
}  # fmt: skip
"""The columns, each with the headings that are understood."""

UNKNOWN_COLUMN = f"this column is not understood (known: {', '.join(COLUMNS)})"

_LISTED = re.compile(r"(?:^|\s)(?:\d{1,2}[.)]|[•*-])\s+")
ROW_LIMIT = 5_000


def known_columns(header: Sequence[str]) -> dict[str, int]:
    """Return the positions of the columns that are understood. A plural or other case does not matter."""
    found: dict[str, int] = {}
    for position, heading in enumerate(header):
        name = clean(heading).casefold().strip(" ?:*")
        for column, names in COLUMNS.items():
            if column not in found and (name in names or name.rstrip("s") in names):
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
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), ROW_LIMIT))
    except csv.Error as error:
        raise UnreadableImport(f"{name} is not a CSV file: {error}.") from error
    return _read_rows(rows, name)


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


def _read_rows(rows: Sequence[Sequence[str]], name: str) -> Draft:
    for number, row in enumerate(rows):
        if any(clean(cell) for cell in row):
            columns = known_columns(row)
            if "concern" in columns:
                return entries_of_rows(rows[number + 1 :], columns, name, first_row=number + 2, header=row)
            break
    headings = ", ".join(clean(cell) for cell in rows[0])[:200] if rows else ""
    reason = "there is no column “concern”: the first row has to name the columns"
    return Draft(skipped=[Skipped(name, headings, reason)])


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
    entry.examples += [one for one in _parts(cells.get("examples", "")) if one not in entry.examples]
    entry.steps += [one for one in _parts(cells.get("steps", "")) if one not in entry.steps]
    goes_to, when = clean(cells.get("goes to")), clean(cells.get("when"))
    if goes_to or when or not entry.routes:
        entry.routes.append(DraftRoute(goes_to, when))
    for link in cells.get("link", "").split():
        if link.startswith(("http://", "https://")):
            entry.links.append((link, link))


def _parts(text: str) -> list[str]:
    """Split a cell into its lines, or else at numbers and bullets, or at semicolons."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        listed = [part for part in _LISTED.split(lines[0]) if part.strip()]
        lines = listed if len(listed) > 1 else lines[0].split(";")
    return [part for line in lines if (part := clean(_LISTED.sub("", line, count=1) if _LISTED.match(line) else line))]
