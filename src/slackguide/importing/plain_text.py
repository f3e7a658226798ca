"""Turn an article that was saved as plain text into HTML: bullets, numbers, headings, and tables of concerns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import TypeAlias

_BULLET = re.compile(r"^\s*(?:[•●▪◦*‣–-]|\d{1,2}[.)]|[a-z][.)])\s+(?P<text>.*)$")
_ENDS = (".", "!", "?", ",", ";", "”", ")")
_MACHINE = re.compile(r"^[\[{].*[\]}]$")
_NOTHING = re.compile(r"^(?:loading|[-–•*]+)$", re.IGNORECASE)
_END = re.compile(r"^was this (?:article|page) helpful", re.IGNORECASE)
_RUN_TOGETHER = re.compile(
    r"^(?P<concern>[A-Z].{4,80}?)\s(?P<step>(?:If|Re-?assign|Assign|Send|Escalate|Transfer|Forward|Route)\s.*)$"
)
"""A concern and its first step on one line: `Broken screens Assign to Hardware`."""

_FILE = re.compile(r"^[\w.%-]+\.(?:png|jpe?g|gif|svg|pdf)$", re.IGNORECASE)
_HEADER = re.compile(r"^(?:concern|problem|issue|question|scenario)s?$", re.IGNORECASE)
_ANSWER = re.compile(r"^(?:process path|process|solution|what to do|action|steps|answer)s?$", re.IGNORECASE)

_Row: TypeAlias = tuple[str, list[str]]
"""A concern and the lines of its process path."""

HEADING_LENGTH = 90
"""Maximum characters of a line that can be a heading."""


def html_of_text(text: str) -> str:
    """Return HTML for a plain text. Lines of machines (JSON, names of pictures) are left out."""
    lines = [line.replace("\xa0", " ").rstrip() for line in text.splitlines()]
    end = next((at for at, line in enumerate(lines) if _END.match(line.strip())), len(lines))
    lines = [line for line in lines[:end] if not _NOTHING.match(line.strip())]
    lines = [line for line in lines if not _MACHINE.match(line.strip()) and not _FILE.match(line.strip())]
    return "\n".join(_html(lines))


def _html(lines: list[str]) -> Iterator[str]:
    at = 0
    concerns: set[str] = set()
    while at < len(lines):
        line = lines[at].strip()
        if _is_table_header(lines, at):
            rows, at = _table(lines, at)
            concerns.update(concern for concern, _ in rows)
            yield from _as_html(rows)
            continue
        bullet = _BULLET.match(lines[at])
        if bullet and not _MACHINE.match(line):
            yield f"<ul><li>{escape(bullet['text'])}</li></ul>"
        elif line:
            yield f"<h2>{escape(line)}</h2>" if line in concerns or _is_heading(lines, at) else f"<p>{escape(line)}</p>"
        at += 1


def _is_heading(lines: list[str], at: int) -> bool:
    """Return whether a line can be a heading: short, without a full stop, and with something below it."""
    line = lines[at].strip()
    if len(line) > HEADING_LENGTH or line.endswith(_ENDS) or line.endswith(":") or not line[:1].isupper():
        return False
    below = next((one.strip() for one in lines[at + 1 :] if one.strip()), "")
    alone = (
        at == 0
        or not lines[at - 1].strip()
        or bool(_BULLET.match(lines[at - 1]))
        or lines[at - 1].strip().endswith(".")
    )
    return bool(below) and alone and not line.startswith(("[", "http"))


# -- tables -----------------------------------------------------------------------------------------------------------


def _is_table_header(lines: list[str], at: int) -> bool:
    """Return whether a table begins here: `Concern | Process Path |`, or both on lines of their own."""
    cells = [cell.strip() for cell in lines[at].split("|") if cell.strip()]
    if len(cells) == 2:
        return bool(_HEADER.match(cells[0]) and _ANSWER.match(cells[1]))
    if not _HEADER.match(lines[at].strip()):
        return False
    below = next((one.strip() for one in lines[at + 1 :] if one.strip()), "")
    return bool(_ANSWER.match(below))


def _table(lines: list[str], at: int) -> tuple[list[_Row], int]:
    """Return the rows of the table that begins at a line, and the line after it."""
    if "|" in lines[at]:
        return _table_with_bars(lines, at + 1)
    at = next(number for number in range(at + 1, len(lines)) if _ANSWER.match(lines[number].strip())) + 1
    return _table_by_lines(lines, at)


def _table_with_bars(lines: list[str], at: int) -> tuple[list[_Row], int]:
    """Read rows such as `Concern |`, then lines of its process path up to one that ends with `|`."""
    rows: list[_Row] = []
    pending: list[str] = []
    while at < len(lines):
        line = lines[at].strip()
        first, bar, rest = line.partition("|")
        if bar and rest.strip():  # the whole row on one line
            rows.append((" ".join([*pending, first.strip()]).strip(), [rest.strip().rstrip("|").strip()]))
            pending, at = [], at + 1
        elif bar:
            path, at = _until_bar(lines, at + 1)
            if path is None:
                break
            rows.append((" ".join([*pending, first.strip()]).strip(), path))
            pending = []
        else:
            if line:
                pending.append(line)
            at += 1
            if len(pending) > 3:  # the table has ended
                at -= len(pending)
                break
    return rows, at


def _until_bar(lines: list[str], at: int) -> tuple[list[str] | None, int]:
    path: list[str] = []
    for number in range(at, len(lines)):
        line = lines[number].strip()
        if line.endswith("|"):
            if line.rstrip("|").strip():
                path.append(line.rstrip("|").strip())
            return path, number + 1
        if line:
            path.append(line)
    return None, at


def _table_by_lines(lines: list[str], at: int) -> tuple[list[_Row], int]:
    """Read rows of lines: a concern is a heading-like line, what follows it is its process path.

    The table ends at a heading that repeats one of its concerns: there the sections about each of them begin.
    """
    rows: list[_Row] = []
    while at < len(lines):
        line = lines[at].strip()
        together = _RUN_TOGETHER.match(line)
        if together and not _BULLET.match(lines[at]) and ":" not in together["concern"]:
            rows.append((together["concern"], [together["step"]]))
        elif line and _is_concern(line) and (not rows or rows[-1][1]):
            if any(line == concern for concern, _ in rows):
                break
            rows.append((line, []))
        elif line and rows:
            rows[-1][1].append(line)
        at += 1
    return rows, at


def _is_concern(line: str) -> bool:
    if len(line) > HEADING_LENGTH or line.endswith((*_ENDS, ":")) or ": " in line or _BULLET.match(line):
        return False
    return line[:1].isupper()


def _as_html(rows: list[_Row]) -> list[str]:
    if not rows:
        return []
    body = [
        f"<tr><td>{escape(concern)}</td><td>{''.join(f'<p>{escape(_unmarked(step))}</p>' for step in path)}</td></tr>"
        for concern, path in rows
    ]
    return ["<table><tr><th>Concern</th><th>Process Path</th></tr>", *body, "</table>"]


def _unmarked(line: str) -> str:
    bullet = _BULLET.match(line)
    return bullet["text"] if bullet else line
