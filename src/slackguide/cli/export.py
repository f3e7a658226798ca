"""Export escalations as CSV for spreadsheets, or as one JSON document, without holding all in memory."""

from __future__ import annotations

import csv
import io
import json
import os
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

PROGRESS_THRESHOLD = 2_000
"""Report progress after every tenth of the export if there are at least this many escalations."""

FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet evaluates a cell that begins with one of these as a formula (OWASP, CSV injection)."""

COLUMNS = (
    "reference", "form", "desk", "channel", "state", "requester", "requester_name", "claimed_by", "claimed_by_name",
    "sent_at", "changed_at", "closed_at", "overdue_at", "erased_at", "entry", "question", "destination", "anyway",
    "ending", "which", "decided", "link",
)  # fmt: skip


class ExportFormat(StrEnum):
    """The file format of an export."""

    CSV = "csv"
    JSON = "json"


EscalationSource = Callable[[], Iterable[Escalation]]
"""Returns an iterable over the same escalations on every call."""


def export_to(file: Path | None, source: EscalationSource, total: int, format_: ExportFormat, names: Names) -> int:
    """Write the escalations to a file, completely or not at all, or to standard output. Return their number.

    Raises OSError if the file cannot be written.
    """
    with _opened(file) as stream:
        if format_ is ExportFormat.JSON:
            return _write_json(stream, source, total, names)
        return _write_csv(stream, source, total, names)


def _write_json(stream: TextIO, source: EscalationSource, total: int, names: Names) -> int:
    count = 0
    stream.write("[")
    for escalation in _counted(source(), total, "written"):
        text = json.dumps(escalation_json(escalation, names), ensure_ascii=False)
        stream.write(replace_surrogates(f"{',' if count else ''}\n{text}"))
        count += 1
    stream.write("\n]\n")
    return count


def _write_csv(stream: TextIO, source: EscalationSource, total: int, names: Names) -> int:
    """Write CSV in two passes: the header row needs the names of all form fields."""
    fields = dict.fromkeys(name for escalation in _counted(source(), total, "read") for name in escalation.values)
    writer = csv.writer(stream)
    writer.writerow([*COLUMNS, *(f"fields.{name}" for name in fields)])
    count = 0
    for escalation in _counted(source(), total, "written"):
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
    return f"'{text}" if isinstance(value, str | list) and text.startswith(FORMULA_PREFIXES) else text


def _counted(escalations: Iterable[Escalation], total: int, verb: str) -> Iterator[Escalation]:
    """Yield the escalations and report progress on standard error if there are many."""
    step = max(1, total // 10)
    for count, escalation in enumerate(escalations, 1):
        yield escalation
        if total >= PROGRESS_THRESHOLD and count % step == 0:
            info(f"{count:,} of {total:,} {verb}")


def _private(path: str, flags: int) -> int:
    """Create a file that only its owner can read: it holds what people wrote."""
    return os.open(path, flags, 0o600)


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    """Open a UTF-8 text stream without newline translation. The file gets its name after a complete write."""
    if file is None:
        stream = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
        try:
            yield stream
        finally:
            stream.detach()
        return
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        with open(part, "x", encoding="utf-8", newline="", opener=_private) as stream:
            yield stream
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
