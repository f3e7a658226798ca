"""Read a file of any supported format."""

from __future__ import annotations

from pathlib import Path

from slackguide.importing.articles import read_html, read_markdown
from slackguide.importing.entry_drafts import Draft, UnreadableImport
from slackguide.importing.plain_text import html_of_text
from slackguide.importing.spreadsheets import read_csv, read_workbook
from slackguide.importing.zendesk import read_zendesk

FORMATS = ".csv, .xlsx, .md, .html, .txt or .json"
FILE_LIMIT = 20_000_000
"""Maximum bytes of a file."""


def read_file(path: Path) -> Draft:
    """Read one file by its ending. Raises `UnreadableImport` if that is not possible."""
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise UnreadableImport(f"{path} is larger than {FILE_LIMIT // 1_000_000} MB: split it.")
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableImport(f"{path} cannot be read: {error.strerror}.") from error
    name = path.name
    match path.suffix.casefold():
        case ".csv" | ".tsv":
            return read_csv(raw, name)
        case ".xlsx" | ".xlsm":
            return read_workbook(path, name)
        case ".json":
            return read_zendesk(raw, name)
        case ".md" | ".markdown":
            return read_markdown(_text(raw), name)
        case ".html" | ".htm":
            return read_html(_text(raw), name)
        case ".txt":
            return read_html(html_of_text(_text(raw)), name)
        case _:
            raise UnreadableImport(f"{name} has none of the known endings: {FORMATS}.")


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
