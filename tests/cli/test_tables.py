"""Tables fit 80 columns without a broken time or reference, and progress bars stay out of pipes."""

from __future__ import annotations

import pytest

from slackguide.cli.output import print_table, track, working

HEADS = ("ref", "form", "state", "requester", "claimed by", "sent", "age", "entry", "resolution")
ROW = ("D-1001", "ask-disputes", "awaiting_requester", "Ana Lima", "", "2026-11-27 05:43", "3h",
       "disputes/send-to-mediation", "wrong queue: hv-mediation")  # fmt: skip


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    return capsys


def test_in_a_pipe_each_row_is_one_line_with_aligned_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(HEADS, [ROW, ("A-7", *ROW[1:])])
    head, first, second = capsys.readouterr().out.splitlines()
    assert first == "D-1001  ask-disputes  awaiting_requester  Ana Lima   2026-11-27 05:43  3h   " + "  ".join(ROW[-2:])
    assert head.index("form") == first.index("ask-disputes") == second.index("ask-disputes")


def test_a_table_that_does_not_fit_is_printed_row_by_row(terminal: pytest.CaptureFixture[str]) -> None:
    print_table(HEADS, [ROW, ROW])
    lines = terminal.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("D-1001  form ask-disputes · state") for line in lines) == 2
    assert sum("2026-11-27" in line for line in lines) == 2
    assert "claimed by" not in "\n".join(lines)


def test_a_long_cell_is_wrapped_and_short_ones_are_not(terminal: pytest.CaptureFixture[str]) -> None:
    print_table(("time", "entry", "note", "question"), [("2026-11-27 05:43", "help/badge", "", "lost my badge " * 9)])
    lines = [line.rstrip() for line in terminal.readouterr().out.splitlines()]
    assert max(map(len, lines)) <= 80
    assert any("2026-11-27 05:43   help/badge   lost my badge" in line for line in lines)
    assert "note" not in "\n".join(lines)


def test_progress_is_shown_in_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    with working("Reading"):
        assert list(track([1, 2], "Asking")) == [1, 2]
    assert capsys.readouterr() == ("", "")
