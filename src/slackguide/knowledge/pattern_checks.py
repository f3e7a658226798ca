"""Regular expressions in the knowledge base: whether Python takes them, and whether people's texts can make them slow.

A pattern runs while a person waits for a form, and nothing else of the process runs meanwhile. So one whose time grows
faster than the length of the text is a fault.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from slackguide.errors import KnowledgeError
from slackguide.knowledge import pattern_timing
from slackguide.knowledge.pattern_timing import SOUND, Use

PATIENCE = 120.0
"""Seconds to wait for the process that times a pattern, on a machine that has other things to do."""


def pattern_fault(pattern: str, use: Use) -> str | None:
    """Return what is wrong with a pattern, in words for whoever wrote it; None where nothing is."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"not a regular expression: {error}"
    except OverflowError:
        return "a number in { } is too large: write one below 1,000"
    except RecursionError:
        return "too many brackets inside each other: write it without most of them"
    except Exception as error:  # whatever else Python's compiler stumbles over
        return f"not a regular expression: {error}"
    slow = slow_text(pattern, use)
    if slow is None:
        return None
    return (
        f"slow on long texts: one like {slow} would stop slackguide for everybody. Two parts that can match the same "
        r"characters repeat beside or inside each other. Say how often they may repeat, as in `\s{0,3}` for `\s*` and "
        "`[0-9]{1,20}` for `[0-9]+`, and take out a `+` or `*` behind brackets that hold another one"
    )


@lru_cache(maxsize=1000)
def slow_text(pattern: str, use: Use) -> str | None:
    """Return, in words, a text on which the pattern is slow; None where none was found.

    Takes a tenth of a second or a few. Raises `KnowledgeError` where the pattern could not be timed at all.
    """
    try:
        tried = subprocess.run(  # noqa: S603 - our own file; the pattern is on standard input
            [sys.executable, "-I", str(Path(pattern_timing.__file__))],
            input=json.dumps([pattern, use]),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise KnowledgeError(f"{_NOT_TIMED} ({type(error).__name__}).") from None
    if tried.returncode not in (0, -signal.SIGXCPU, -signal.SIGKILL) or not tried.stdout:
        raise KnowledgeError(f"{_NOT_TIMED} (its process ended with status {tried.returncode}).")
    last = tried.stdout.splitlines()[-1]
    return None if last == SOUND else last


_NOT_TIMED = "A pattern of the forms could not be timed, so nothing was loaded: try again"
