"""Format numbers and outcomes, the same in the terminal and in the HTML report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from slackguide.evaluation.prediction import Prediction


def short_names(files: Sequence[str]) -> dict[str, str]:
    """Return file names without folder and suffix, if they remain unique."""
    stems = [PurePath(file).stem for file in files]
    return {file: stem if stems.count(stem) == 1 else file for file, stem in zip(files, stems, strict=True)}


def percent(value: float | None) -> str:
    """`97.1%`; `–` where there is nothing to take it of."""
    return "–" if value is None else f"{value:.1%}"


def format_expected(ids: tuple[str, ...]) -> str:
    """Return the acceptable entries, or `out of scope`."""
    return " or ".join(ids) or "out of scope"


def format_got(id: str | None) -> str:
    """Return the first entry, or `none`."""
    return id or "nothing"


def format_outcome(prediction: Prediction) -> str:
    """Return what the person saw: `answer a/b`, `choices a/b, c/d`, `none`."""
    return f"{prediction.outcome} {', '.join(prediction.shown)}".rstrip()
