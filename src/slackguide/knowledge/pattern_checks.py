"""Check the regular expressions of the knowledge base for syntax errors and catastrophic backtracking.

A pattern runs while a user waits for a form, and blocks the process meanwhile. A pattern with superlinear matching time
(ReDoS) is therefore an error.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from slackguide.errors import KnowledgeError
from slackguide.knowledge import pattern_timing
from slackguide.knowledge.pattern_timing import FAST, Use

PROCESS_TIMEOUT = 120.0
"""Seconds to wait for the process that times a pattern. It allows for a busy machine."""


def pattern_error(pattern: str, use: Use) -> str | None:
    """Return an error message for the author of the pattern, or None if the pattern is valid and fast."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"not a regular expression: {error}"
    except OverflowError:
        return "a number in { } is too large: use one below 1,000"
    except RecursionError:
        return "too many nested brackets: simplify the pattern"
    except Exception as error:  # `re.compile` also raises undocumented exceptions
        return f"not a regular expression: {error}"
    slow = slow_text(pattern, use)
    if slow is None:
        return None
    return (
        f"slow on long texts like {slow}, which would block slackguide for all users. Two parts that can match the "
        r"same characters repeat next to or inside each other. Limit the repetitions, for example `\s{0,3}` instead of "
        r"`\s*` and `[0-9]{1,20}` instead of `[0-9]+`, and remove a `+` or `*` after brackets that contain another one"
    )


_timed: dict[tuple[str, Use], str | None] = {}
"""The patterns that were timed in this process, with a text on which they are slow."""


def fast_patterns() -> list[tuple[str, Use]]:
    """Return the patterns that are known to be fast."""
    return sorted(key for key, slow in _timed.items() if slow is None)


def assume_fast(patterns: Iterable[tuple[str, Use]]) -> None:
    """Do not time these patterns: an earlier process did."""
    _timed.update((key, None) for key in patterns)


def slow_text(pattern: str, use: Use) -> str | None:
    """Return a description of a text on which the pattern is slow, or None if there is none.

    Takes a few tenths of a second the first time. Raises `KnowledgeError` if the pattern could not be timed.
    """
    if (pattern, use) not in _timed:
        _timed[pattern, use] = _time(pattern, use)
    return _timed[pattern, use]


def _time(pattern: str, use: Use) -> str | None:
    try:
        completed = subprocess.run(  # noqa: S603 - our own file; the pattern is on standard input
            [sys.executable, "-I", str(Path(pattern_timing.__file__))],
            input=json.dumps([pattern, use]),
            capture_output=True,
            text=True,
            timeout=PROCESS_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise KnowledgeError(f"{_NOT_TIMED} ({type(error).__name__}).") from None
    if completed.returncode not in (0, -signal.SIGXCPU, -signal.SIGKILL) or not completed.stdout:
        raise KnowledgeError(f"{_NOT_TIMED} (its process ended with status {completed.returncode}).")
    last = completed.stdout.splitlines()[-1]
    return None if last == FAST else last


_NOT_TIMED = "A pattern of the forms could not be timed, so the knowledge base was not loaded: try again"
