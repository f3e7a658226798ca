"""The knowledge is reloaded, whatever was wrong with it before."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from slackguide.errors import StorageError
from slackguide.guide import Guide
from slackguide.guide.reloading import ReloadableGuide
from slackguide.knowledge import InvalidKnowledgeError, load
from slackguide.matching.scoring import shipped_weights
from slackguide.runtime.container import build_guide
from slackguide.runtime.knowledge_watcher import KnowledgeWatcher
from tests.knowledge.conftest import VALID, Copy
from tests.support.waiting import wait_until


@pytest.mark.parametrize("pattern", ["a{99999999999}", "(" * 500 + ")" * 500, "(a+)+$"])
def test_a_pattern_that_cannot_be_used_is_shown_and_the_mended_one_is_taken(copy: Copy, pattern: str) -> None:
    guide = ReloadableGuide(directory=copy.directory, build=build_guide)
    first = guide()
    field = "{label: Summary, kind: long_text, required: true}"
    spoilt = field.replace("}", f", pattern: '{pattern}'}}")
    copy.edit("shared.yaml", field, spoilt)

    assert not guide.reload()
    assert isinstance(guide.fault, InvalidKnowledgeError)
    assert "shared.yaml" in str(guide.fault)
    assert guide() is first

    copy.edit("shared.yaml", spoilt, field)
    assert guide.reload()
    assert guide.fault is None


class Stumbling:
    """Builds guides, until it stumbles over something that nobody has thought of."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __call__(self, directory: Path) -> Guide:
        """Return the guide, or the error."""
        if self.error is not None:
            raise self.error
        return build_guide(directory)


@pytest.mark.parametrize("error", [RecursionError(), MemoryError(), OverflowError("secret words"), KeyError("x")])
def test_a_fault_of_our_own_in_reading_is_shown_and_the_last_good_one_stays(
    copy: Copy, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    build = Stumbling()
    guide = ReloadableGuide(directory=copy.directory, build=build)
    first = guide()
    build.error = error

    assert not guide.reload()
    assert guide() is first
    assert type(error).__name__ in str(guide.fault)
    assert "The last valid knowledge base stays active" in str(guide.fault)

    build.error = None
    assert guide.reload()
    assert guide.fault is None


def test_the_sandbox_goes_on_looking_at_the_files_after_such_a_fault(copy: Copy) -> None:
    build = Stumbling()
    guide = ReloadableGuide(directory=copy.directory, build=build)
    watch = KnowledgeWatcher(guide, copy.directory)
    watch.start()
    try:
        build.error = RecursionError()
        (copy.directory / "more.yaml").write_text("destinations:\n  more: {kind: team, name: More}\n", "utf-8")
        assert becomes(lambda: guide.fault is not None)
        build.error = None
        (copy.directory / "more.yaml").write_text("destinations:\n  moreover: {kind: team, name: More}\n", "utf-8")
        assert becomes(lambda: "moreover" in guide().knowledge.destinations)
    finally:
        watch.stop()


def becomes(met: Callable[[], bool], timeout: float = 20.0) -> bool:
    """Whether it comes to that in time."""
    waiting = threading.Condition()
    with waiting:
        deadline = timeout / 0.05
        while not met() and deadline > 0:
            waiting.wait(0.05)
            deadline -= 1
    return met()


def test_a_file_whose_name_is_not_utf8_is_read(tmp_path: Path) -> None:
    directory = tmp_path / "knowledge"
    shutil.copytree(VALID, directory)
    odd = os.fsdecode(b"odd-\xff.yaml")
    (directory / odd).write_text("destinations:\n  more: {kind: team, name: More}\n", "utf-8")
    assert "more" in load(directory).destinations
    assert load(directory).fingerprint != load(VALID).fingerprint


def test_a_pipe_among_the_questions_does_not_stop_the_check(copy: Copy) -> None:
    os.mkfifo(copy.directory / "questions" / "pipe.jsonl")
    assert copy.check().status == 0


def test_a_file_of_the_kernel_is_not_read(copy: Copy) -> None:
    """Reading some of them, such as /proc/kmsg, never ends. None has a size."""
    (copy.directory / "kernel.yaml").symlink_to("/proc/version")
    (copy.directory / "questions" / "kernel.jsonl").symlink_to("/proc/version")
    checked = copy.check()
    assert checked.status == 1
    assert "kernel.yaml:1:1: the file is empty" in checked.out
    assert "kernel.jsonl" not in checked.out


class Calibrating:
    """Calibrates a guide when it is allowed to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.allowed = threading.Event()
        self.finished = threading.Event()
        self.error = error

    def __call__(self, guide: Guide) -> Guide:
        """Return the calibrated guide, or raise the error."""
        assert self.allowed.wait(30)
        self.finished.set()
        if self.error is not None:
            raise self.error
        return guide.with_calibration(shipped_weights().calibration)


def test_the_guide_answers_while_it_is_calibrated_in_background(copy: Copy) -> None:
    calibrate = Calibrating()
    guide = ReloadableGuide(directory=copy.directory, build=build_guide, calibrate=calibrate)
    first = guide()
    assert not first.is_calibrated
    calibrate.allowed.set()
    wait_until(lambda: guide().is_calibrated, "the calibration")
    assert guide().knowledge is first.knowledge


def test_a_calibration_of_replaced_knowledge_is_dropped(copy: Copy) -> None:
    slow, guides = Calibrating(), []

    def calibrate(guide: Guide) -> Guide:
        guides.append(guide)
        return slow(guide) if len(guides) == 1 else guide.with_calibration(shipped_weights().calibration)

    guide = ReloadableGuide(directory=copy.directory, build=build_guide, calibrate=calibrate)
    wait_until(lambda: len(guides) == 1, "the calibration")
    assert guide.reload()
    wait_until(lambda: guide().is_calibrated, "the calibration")
    second = guide()
    slow.allowed.set()
    assert slow.finished.wait(30)
    wait_until(lambda: all(thread.name != "calibration" for thread in threading.enumerate()), "the calibration")
    assert guide() is second


def test_a_calibration_that_fails_leaves_the_guide(copy: Copy, caplog: pytest.LogCaptureFixture) -> None:
    calibrate = Calibrating(KeyError("x"))
    guide = ReloadableGuide(directory=copy.directory, build=build_guide, calibrate=calibrate)
    first = guide()
    calibrate.allowed.set()
    wait_until(lambda: "not calibrated" in caplog.text, "the calibration")
    assert guide() is first


def test_labels_shift_a_calibrated_guide_only_and_outlive_what_cannot_be_read(copy: Copy) -> None:
    calibrate, shifts = Calibrating(), [2.0]

    def read_shift() -> float:
        if not shifts:
            raise StorageError("no answer")
        return shifts[0]

    guide = ReloadableGuide(directory=copy.directory, build=build_guide, calibrate=calibrate)
    first = guide()
    guide.follow_labels(read_shift)
    assert guide() is first, "labels shift no confidence that is estimated from other knowledge bases"
    calibrate.allowed.set()
    wait_until(lambda: guide().is_calibrated, "the calibration")
    shifted = guide()
    assert not shifted.has_shipped_calibration
    shifts.clear()
    guide.refresh_labels()
    assert guide() is shifted
    assert guide.reload()
    wait_until(lambda: guide().is_calibrated, "the calibration")
    assert not guide().has_shipped_calibration
    shifts.append(0.0)
    guide.refresh_labels()
    assert guide().has_shipped_calibration
