"""The log, from a process of its own: kinds and places of faults, and never what they say."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from tests.support.processes import ExitedProcess, clean_environment, run_to_exit

FAULTS = """
    import logging, sys, threading, warnings
    from slackguide.logging_config import configure_logging, log_fatal

    configure_logging(sys.argv[1], sys.argv[2])
    log = logging.getLogger("slackguide.tests")
    log.debug("a detail")
    log.info("%d of %s", 2, "three")
    logging.getLogger("slack_sdk").info("a payload of somebody's words")
    logging.getLogger("waitress").warning("a worry")
    try:
        raise ValueError("somebody's words")
    except ValueError:
        log.exception("it goes on")
    warnings.warn("a warning", stacklevel=1)
    thread = threading.Thread(target=lambda: {}["somebody's words"], name="busy")
    thread.start()
    thread.join()
    log_fatal("the end: why")
    raise RuntimeError("somebody's words")
"""


def logged(tmp_path: Path, level: str, form: str) -> ExitedProcess:
    return run_to_exit(clean_environment(), tmp_path, ("-c", textwrap.dedent(FAULTS), level, form))


def test_a_json_log_is_json_whatever_happens(tmp_path: Path) -> None:
    run = logged(tmp_path, "DEBUG", "json")
    lines = [json.loads(line) for line in run.err.splitlines()]
    assert (run.status, run.out) == (1, "")
    assert [(line["level"], line["logger"]) for line in lines] == [
        ("debug", "slackguide.tests"),
        ("info", "slackguide.tests"),
        ("warning", "waitress"),
        ("error", "slackguide.tests"),
        ("warning", "py.warnings"),
        ("critical", "slackguide.logging_config"),
        ("critical", "slackguide.logging_config"),
        ("critical", "slackguide.logging_config"),
    ]
    messages = [line["message"] for line in lines]
    assert messages[1] == "2 of three"
    assert messages[3] == "it goes on (ValueError at <string>:12)"
    assert messages[5] == "uncaught exception in thread busy: KeyError at <string>:16"
    assert messages[6] == "the end: why"
    assert messages[7] == "uncaught exception in the process: RuntimeError at <string>:20"
    assert "somebody" not in run.err


def test_a_console_log_has_the_same_lines_for_people(tmp_path: Path) -> None:
    run = logged(tmp_path, "INFO", "console")
    lines = run.err.splitlines()
    assert run.status == 1
    assert lines[0][19:] == " INFO    slackguide.tests: 2 of three"
    assert lines[2].endswith(" ERROR   slackguide.tests: it goes on (ValueError at <string>:12)")
    assert "slackguide: the end: why" in lines
    assert "a detail" not in run.err
    assert "somebody" not in run.err


@pytest.mark.parametrize("level", ["WARNING", "ERROR"])
def test_a_level_holds_back_what_is_below_it(tmp_path: Path, level: str) -> None:
    run = logged(tmp_path, level, "json")
    levels = {json.loads(line)["level"] for line in run.err.splitlines()}
    assert levels == {"error", "critical"} | ({"warning"} if level == "WARNING" else set())
