"""The results of the checks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """The result of one check. The values are part of the JSON output."""

    OK = "ok"
    PROBLEM = "problem"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Finding:
    """The result of a check. `remedy` says what to do; it is None if nothing has to be done."""

    check: str
    status: Status
    message: str
    remedy: str | None = None


def ok(check: str, message: str) -> Finding:
    """Return a check that passed."""
    return Finding(check, Status.OK, message)


def problem(check: str, message: str, remedy: str) -> Finding:
    """Return a check that failed."""
    return Finding(check, Status.PROBLEM, message, remedy)


def not_checked(check: str, message: str, remedy: str | None = None) -> Finding:
    """Return a check that could not be made. It does not count as a problem."""
    return Finding(check, Status.NOT_CHECKED, message, remedy)
