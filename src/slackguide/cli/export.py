"""Export any number of escalations: as CSV for spreadsheets, or as one JSON document."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from slackguide.cli.escalation_output import Names, escalation_json
from slackguide.cli.output import info
from slackguide.escalation.models import Escalation
from slackguide.text import replace_surrogates

LONG = 2_000
"""Report progress at every tenth from this many escalations on."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins like this for a formula, which may do harm (OWASP, CSV injection)."""

COLUMNS = (
    "reference", "form", "desk", "channel", "state", "requester", "requester_name", "claimed_by", "claimed_by_name",
    "sent_at", "changed_at", "closed_at", "overdue_at", "erased_at", "entry", "question", "destination", "anyway",
    "ending", "which", "decided", "link",
)  # fmt: skip


class ExportFormat(StrEnum):
    """How escalations are written."""

    CSV = "csv"
    JSON = "json"


Found = Callable[[], Iterable[Escalation]]
"""Gives the same escalations every time."""


def export_to(file: Path | None, found: Found, total: int, format_: ExportFormat, names: Names) -> int:
    """Writes what is found to a file, whole or not at all, or to standard output; returns how many there were.

    Raises OSError where the file cannot be written.
    """
    with _opened(file) as stream:
        if format_ is ExportFormat.JSON:
            return _write_json(stream, found, total, names)
        return _write_csv(stream, found, total, names)


def _write_json(stream: TextIO, found: Found, total: int, names: Names) -> int:
    count = 0
    stream.write("[")
    for escalation in _counted(found(), total, "written"):
        text = json.dumps(escalation_json(escalation, names), ensure_ascii=False)
        stream.write(replace_surrogates(f"{',' if count else ''}\n{text}"))
        count += 1
    stream.write("\n]\n")
    return count


def _write_csv(stream: TextIO, found: Found, total: int, names: Names) -> int:
    """Two walks: the columns of the form fields stand in the first line."""
    fields = dict.fromkeys(
        name for escalation in _counted(found(), total, "looked through") for name in escalation.values
    )
    writer = csv.writer(stream)
    writer.writerow([*COLUMNS, *(f"fields.{name}" for name in fields)])
    count = 0
    for escalation in _counted(found(), total, "written"):
        count += 1
        writer.writerow([_cell(value) for value in _row(escalation_json(escalation, names), fields)])
    return count


def _row(one: dict[str, Any], fields: Iterable[str]) -> list[Any]:
    requester, claimant = one["requester"], one["claimed_by"] or {}
    advice, resolution = one["advice"] or {}, one["resolution"] or {}
    flat = {
        **one,
        "requester": requester["id"],
        "requester_name": requester["name"],
        "claimed_by": claimant.get("id"),
        "claimed_by_name": claimant.get("name"),
        "destination": advice.get("destination"),
        **{name: resolution.get(name) for name in ("ending", "which", "decided")},
    }
    return [*(flat[name] for name in COLUMNS), *(one["fields"].get(name) for name in fields)]


def _cell(value: Any) -> str:
    text = replace_surrogates(", ".join(value) if isinstance(value, list) else "" if value is None else str(value))
    return f"'{text}" if isinstance(value, str | list) and text.startswith(FORMULA) else text


def _counted(found: Iterable[Escalation], total: int, what: str) -> Iterator[Escalation]:
    """The same, with progress on standard error where there are many."""
    step = max(1, total // 10)
    for count, escalation in enumerate(found, 1):
        yield escalation
        if total >= LONG and count % step == 0:
            info(f"{count:,} of {total:,} {what}")


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    """Text in UTF-8 with its line ends as written; a file takes its name only when it is whole."""
    if file is None:
        stream = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
        try:
            yield stream
        finally:
            stream.detach()
        return
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
