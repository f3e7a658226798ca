"""The commands that look after what is kept: feedback, escalations, the outbox."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from slackguide.delivery.jobs import Job
from slackguide.delivery.retry import Completed, DeadLettered, Retry
from slackguide.delivery.sender import PostedMessage
from slackguide.escalation.models import Escalation, Recommendation, Requester
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import Ask, Claim, Command, Resolve, Withdraw
from slackguide.storage.directory import DirectoryUser, UserDirectory
from slackguide.storage.feedback import FeedbackRepository, Verdict
from slackguide.storage.tables import escalations, feedback
from tests.support.cli_runner import Shell, shell
from tests.support.databases import Store, new_escalation, sqlite_url

__all__ = ["shell"]

LINK = "https://slack.test/archives/C1/p1"


def named(store: Store) -> None:
    """Add Ana and Marek to the directory."""
    people = UserDirectory(database=store.database, monotonic=lambda: 0.0)
    people.replace([DirectoryUser("U1", "T1", "Ana"), DirectoryUser("U2", "T1", "Marek \x1b[31m")], None)


def sent(store: Store, view: str, **changes: Any) -> Escalation:
    return store.escalations.submit(new_escalation(view, **changes)).escalation


def pressed(store: Store, escalation: Escalation, *presses: Command) -> None:
    for press in presses:
        store.escalations.apply(escalation.id, press)


def job(store: Store) -> Job:
    claimed = store.outbox.claim()
    assert claimed is not None
    return claimed


@pytest.fixture
def several(store: Store) -> Store:
    """Four escalations: open, claimed, resolved, withdrawn."""
    named(store)
    sent(
        store,
        "V1",
        question="what now",
        entry_id="disputes/x",
        recommendation=Recommendation("HV Mediation", ("because",)),
    )
    store.outbox.complete(job(store), Completed(PostedMessage("C1", "1.0", LINK)))
    claimed = sent(store, "V2", requester=Requester("U3", "T1"), values={"summary": "=2+5", "n": 7})
    pressed(store, claimed, Claim("U2"), Ask("U2", "which one?"))
    resolved = sent(store, "V3", prefix="CE", form_id="ask-ce", channel="ask-ce", values={"on": date(2026, 3, 1)})
    pressed(
        store, resolved, Claim("U2"), Resolve("U2", Resolution(ResolutionCode.WRONG_QUEUE, "elsewhere", "ce-tier-1"))
    )
    pressed(store, sent(store, "V4", values={"kinds": ("a", "b")}), Withdraw("U1"))
    return store


def references(shell: Shell, *arguments: object) -> list[str]:
    ran = shell("escalations", "list", "--json", *arguments)
    assert ran.status == 0, ran.err
    return sorted(one["reference"] for one in ran.document)


def aged(store: Store, reference: str, hours: float) -> None:
    with store.database.write() as connection:
        at = store.database.now(connection) - timedelta(hours=hours)
        connection.execute(update(escalations).where(escalations.c.reference == reference).values(created_at=at))


# Escalations


def test_escalations_are_filtered(several: Store, shell: Shell) -> None:
    assert references(shell) == ["CE-1001", "D-1001", "D-1002", "D-1003"]
    assert references(shell, "--form", "ask-ce") == ["CE-1001"]
    assert references(shell, "--form", "ask-ce", "--form", "ask-disputes") == ["CE-1001", "D-1001", "D-1002", "D-1003"]
    assert references(shell, "--state", "open") == ["D-1001", "D-1002"]
    assert references(shell, "--state", "asked", "--state", "withdrawn") == ["D-1002", "D-1003"]
    assert references(shell, "--person", "U2") == ["CE-1001", "D-1002"]
    assert references(shell, "--person", "U3") == ["D-1002"]
    assert references(shell, "--person", "U3", "--state", "resolved") == []
    assert references(shell, "--overdue") == []


def test_escalations_are_filtered_by_age(several: Store, shell: Shell) -> None:
    aged(several, "D-1001", 30)
    aged(several, "D-1002", 5)
    assert references(shell, "--older-than", "1d") == ["D-1001"]
    assert references(shell, "--older-than", "240m") == ["D-1001", "D-1002"]
    assert references(shell, "--newer-than", "1d") == ["CE-1001", "D-1002", "D-1003"]
    assert references(shell, "--newer-than", "2w", "--older-than", "4h") == ["D-1001", "D-1002"]
    yesterday = several.now().astimezone() - timedelta(days=1)
    assert references(shell, "--since", f"{yesterday:%Y-%m-%d}", "--newer-than", "6h") == [
        "CE-1001", "D-1002", "D-1003",
    ]  # fmt: skip
    tomorrow = several.now().astimezone() + timedelta(days=1)
    assert references(shell, "--since", f"{tomorrow:%Y-%m-%d}") == []


def test_people_read_a_table(several: Store, shell: Shell) -> None:
    aged(several, "D-1001", 50)
    ran = shell("escalations", "list", "--limit", "3")
    assert ran.err == "The latest 3 of 4. Use --limit for more, `slackguide escalations export` for all.\n"
    rows = {line.split()[0]: line for line in ran.out.splitlines() if "-100" in line}
    assert set(rows) == {"CE-1001", "D-1002", "D-1003"}
    assert "Marek" in rows["D-1002"]
    assert "asked" in rows["D-1002"]
    assert "\x1b" not in ran.out
    old = shell("escalations", "list", "--older-than", "1d").out
    assert {"Ana", "2d", "disputes/x"} <= set(old.split())


def test_what_a_newer_version_wrote_is_left_out_and_said(several: Store, shell: Shell) -> None:
    with several.database.write() as connection:
        connection.execute(update(escalations).where(escalations.c.reference == "D-1002").values(state="pondered"))
    ran = shell("escalations", "list")
    assert ran.status == 0
    assert [reference in ran.out for reference in ("D-1001", "D-1002", "D-1003", "CE-1001")] == [
        True,
        False,
        True,
        True,
    ]
    assert ran.err.splitlines()[-1] == "1 left out: written by a newer version of slackguide, not readable by this one."
    assert references(shell) == ["CE-1001", "D-1001", "D-1003"]
    ran = shell("escalations", "show", "D-1002")
    assert ran.status == 2
    assert "A newer version of slackguide has saved this" in ran.err
    assert "D-1002" in {one["reference"] for one in shell("outbox", "list", "--json").document}


def test_one_document_holds_everything(several: Store, shell: Shell) -> None:
    found = shell("escalations", "show", " d-1001 ", "--json").document
    assert found["requester"] == {"id": "U1", "name": "Ana"}
    assert (found["form"], found["channel"], found["state"]) == ("ask-disputes", "ask-disputes", "sent")
    assert (found["question"], found["entry"], found["link"]) == ("what now", "disputes/x", LINK)
    assert found["advice"] == {"destination": "HV Mediation", "because": ["because"]}
    assert found["fields"] == {"summary": "both sides disagree", "dispute_type": "hourly"}
    assert [event["kind"] for event in found["history"]] == ["submitted", "posted"]
    assert found["sent_at"].endswith("+00:00")
    closed = shell("escalations", "show", "CE-1001", "--json").document
    assert closed["resolution"] == {"ending": "wrong_queue", "which": "ce-tier-1", "decided": "elsewhere"}
    assert closed["fields"] == {"on": "2026-03-01"}
    assert closed["history"][-1]["who"] == {"id": "U2", "name": "Marek \x1b[31m"}


def test_people_read_one_whole(several: Store, shell: Shell) -> None:
    posted = shell("escalations", "show", "D-1001").out
    assert posted.startswith("D-1001  ask-disputes, sent\n")
    for words in (f"#ask-disputes: {LINK}", "Question: what now", "summary: both sides disagree", "submitted by Ana"):
        assert words in posted
    asked = shell("escalations", "show", "D-1002").out
    assert "#ask-disputes: not posted yet: see `slackguide outbox list`" in asked
    assert "asked by Marek �[31m: which one?" in asked
    assert "Resolution: wrong queue: ce-tier-1" in shell("escalations", "show", "CE-1001").out


def test_an_unknown_reference_is_reported(several: Store, shell: Shell) -> None:
    ran = shell("escalations", "show", "D-9")
    assert (ran.status, ran.out) == (2, "")
    assert "there is no escalation D-9" in ran.err


def test_a_spreadsheet_has_a_column_for_every_field(several: Store, shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    ran = shell("escalations", "export", file)
    assert (ran.status, ran.out, ran.err) == (0, "", f"4 escalations written to {file}.\n")
    with file.open(encoding="utf-8", newline="") as stream:
        rows = {row["reference"]: row for row in csv.DictReader(stream)}
    assert rows["D-1001"]["fields.dispute_type"] == "hourly"
    assert rows["D-1001"]["destination"] == "HV Mediation"
    assert (rows["D-1002"]["fields.summary"], rows["D-1002"]["fields.n"]) == ("'=2+5", "7")
    assert rows["D-1003"]["fields.kinds"] == "a, b"
    assert (rows["CE-1001"]["ending"], rows["CE-1001"]["which"]) == ("wrong_queue", "ce-tier-1")
    assert rows["CE-1001"]["fields.summary"] == ""
    assert list(tmp_path.glob("*.part")) == []


def test_an_export_is_one_json_document_on_request(several: Store, shell: Shell, tmp_path: Path) -> None:
    on_screen = shell("escalations", "export", "--json", "--state", "open").document
    assert sorted(one["reference"] for one in on_screen) == ["D-1001", "D-1002"]
    file = tmp_path / "all.json"
    assert shell("escalations", "export", file).status == 0
    assert len(json.loads(file.read_text(encoding="utf-8"))) == 4
    listed = list(csv.DictReader(io.StringIO(shell("escalations", "list", "--csv", "--form", "ask-ce").out)))
    assert [row["reference"] for row in listed] == ["CE-1001"]
    assert shell("escalations", "export", "--json", "--form", "none").document == []


def test_an_export_that_cannot_be_written_leaves_nothing(several: Store, shell: Shell, tmp_path: Path) -> None:
    ran = shell("escalations", "export", tmp_path / "nowhere" / "all.csv")
    assert ran.status == 2
    assert "cannot be written: No such file or directory. No partial file remains." in ran.err
    both = shell("escalations", "export", "--json", "--csv")
    assert (both.status, both.out) == (2, "")


def test_a_long_export_tells_how_far_it_is(store: Store, shell: Shell, tmp_path: Path) -> None:
    first = sent(store, "V0")
    with store.database.write() as connection:
        row = dict(connection.execute(escalations.select()).mappings().one())
        more = [
            {**row, "id": f"E{n}", "reference": f"D-{2000 + n}", "view_id": f"W{n}", "fields": [["f", f"v{n}"]]}
            for n in range(2099)
        ]
        connection.execute(escalations.insert(), more)
    ran = shell("escalations", "export", tmp_path / "all.csv")
    assert ran.err.splitlines() == [
        *(f"{n:,} of 2,100 read" for n in range(210, 2101, 210)),
        *(f"{n:,} of 2,100 written" for n in range(210, 2101, 210)),
        f"2,100 escalations written to {tmp_path / 'all.csv'}.",
    ]
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["reference"]: row["fields.f"] for row in csv.DictReader(stream)}
    assert len(rows) == 2100
    assert (rows["D-2000"], rows["D-4098"], rows[first.reference]) == ("v0", "v2098", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--state", "lost"], "`lost` is not a state"),
        (["--person", "ana"], "`ana` is not a Slack user id"),
        (["--older-than", "soon"], "`soon` is not an age"),
        (["--newer-than", "3y"], "`3y` is not an age"),
        (["--since", "monday"], "`monday` is not a date"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_wrong_filters_are_reported(shell: Shell, arguments: list[str], words: str) -> None:
    ran = shell("escalations", "list", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert words in " ".join(ran.err.replace("│", " ").split())


# Feedback


@pytest.fixture
def judged(store: Store) -> Store:
    named(store)
    book = FeedbackRepository(database=store.database)
    for number, (entry, verdict) in enumerate(
        [("help/a", Verdict.HELPFUL), ("help/b", Verdict.NOT_THIS), (None, Verdict.NOT_THIS)]
    ):
        book.record(answer_id=f"A{number}", user_id="U1", entry_id=entry, verdict=verdict, question=f"how {number}")
    with store.database.write() as connection:
        old = store.database.now(connection) - timedelta(days=3)
        connection.execute(update(feedback).where(feedback.c.answer_id == "A0").values(at=old, question=None))
    return store


def test_feedback_is_listed_and_filtered(judged: Store, shell: Shell) -> None:
    def given(*arguments: object) -> list[str]:
        return sorted(one["answer"] for one in shell("feedback", "list", "--json", *arguments).document)

    assert given() == ["A0", "A1", "A2"]
    assert given("--entry", "help/b") == ["A1"]
    assert given("--verdict", "not_this") == ["A1", "A2"]
    assert given("--verdict", "not_helpful") == []
    yesterday = judged.now().astimezone() - timedelta(days=1)
    assert given("--since", f"{yesterday:%Y-%m-%d}") == ["A1", "A2"]
    assert len(given("--limit", "1")) == 1
    (one,) = shell("feedback", "list", "--json", "--entry", "help/a").document
    assert one["at"].endswith("+00:00")
    assert {**one, "at": None} == {
        "at": None, "verdict": "helpful", "reason": None, "entry": "help/a", "question": None, "user": "U1",
        "answer": "A0",
    }  # fmt: skip


def test_people_read_feedback_in_a_table(judged: Store, shell: Shell) -> None:
    ran = shell("feedback", "list")
    assert ran.err == "2 not this, 1 helpful.\n"
    rows = [line.split() for line in ran.out.splitlines()]
    assert ["not", "this", "help/b", "Ana", "how", "1"] in [row[2:] for row in rows]
    assert "(no answer)" in ran.out
    assert "(erased or none)" in ran.out
    nothing = shell("feedback", "list", "--entry", "help/none")
    assert (nothing.status, nothing.out, nothing.err) == (0, "", "No feedback matches.\n")


def test_a_wrong_verdict_names_the_right_ones(shell: Shell) -> None:
    ran = shell("feedback", "list", "--verdict", "good")
    assert ran.status == 2
    assert "use helpful, not_helpful, not_this." in " ".join(ran.err.replace("│", " ").split())


# The outbox


def pending_jobs(shell: Shell, *arguments: object) -> list[tuple[str, str, str]]:
    listed = shell("outbox", "list", "--json", *arguments).document
    return [(one["kind"], one["reference"], one["state"]) for one in listed]


def test_what_is_pending_is_listed_tried_again_and_dropped(store: Store, shell: Shell) -> None:
    sent(store, "V1")
    store.outbox.complete(job(store), DeadLettered("is_archived"))
    assert pending_jobs(shell) == pending_jobs(shell, "--parked") == [("post_escalation", "D-1001", "parked")]
    table = shell("outbox", "list")
    assert {"D-1001", "#ask-disputes", "parked", "is_archived"} <= set(table.out.split())
    assert table.err == "1 parked in the outbox.\n"

    ran = shell("outbox", "retry", "d-1001")
    assert (ran.status, ran.out, ran.err) == (0, "", "1 job will be retried now.\n")
    assert pending_jobs(shell) == [("post_escalation", "D-1001", "due")]
    assert pending_jobs(shell, "--parked") == []

    ran = shell("outbox", "drop", "D-1001")
    assert (ran.status, ran.err) == (0, "1 job dropped.\n")
    assert pending_jobs(shell) == [("tell_person", "D-1001", "due")]

    ran = shell("outbox", "resync", "D-1001")
    assert (ran.status, ran.err) == (0, "D-1001 will be posted.\n")
    assert sorted(pending_jobs(shell)) == [("post_escalation", "D-1001", "due"), ("tell_person", "D-1001", "due")]


def test_everything_dead_lettered_is_tried_again_at_once(store: Store, shell: Shell) -> None:
    for view in ("V1", "V2"):
        sent(store, view)
        store.outbox.complete(job(store), DeadLettered("is_archived"))
        store.elapse(2)
    assert shell("outbox", "retry", "--parked").err == "2 jobs will be retried now.\n"
    assert [state for _, _, state in pending_jobs(shell)] == ["due", "due"]
    for arguments in ([], ["D-1001", "--parked"]):
        ran = shell("outbox", "retry", *arguments)
        assert ran.status == 2
        assert "pass either REF or --parked" in ran.err


def test_what_is_being_sent_is_left_alone(store: Store, shell: Shell) -> None:
    sent(store, "V1")
    held = job(store)
    for command in ("drop", "retry"):
        for name in ("D-1001", str(held.id)):
            ran = shell("outbox", command, name)
            assert (ran.status, ran.out) == (1, "")
            assert f"nothing was changed for {name}. It is being sent right now" in ran.err
    assert pending_jobs(shell) == [("post_escalation", "D-1001", "sending")]
    assert shell("outbox", "list").err == "1 being sent in the outbox.\n"
    store.outbox.complete(held, Retry(60, 0, False, "unreachable"))
    assert shell("outbox", "retry", held.id).status == 0


def test_nothing_pending_is_fine_and_an_unknown_one_is_not(store: Store, shell: Shell) -> None:
    posted = sent(store, "V1")
    store.outbox.complete(job(store), Completed(PostedMessage("C1", "1.0")))
    for command in ("retry", "drop"):
        ran = shell("outbox", command, posted.reference)
        assert (ran.status, ran.err) == (0, "Nothing is pending for D-1001.\n")
        for unknown in ("D-9", "4711", "'; DROP TABLE outbox"):
            ran = shell("outbox", command, unknown)
            assert ran.status == 2
            assert "there is no escalation or pending job" in ran.err
    assert shell("outbox", "resync", "D-9").status == 2
    ran = shell("outbox", "resync", "D-1001")
    assert (ran.status, ran.err) == (0, "The card of D-1001 will be updated.\n")
    assert [kind for kind, _, _ in pending_jobs(shell)] == ["update_card", "refresh_home"]


def test_an_empty_outbox_says_so(store: Store, shell: Shell) -> None:
    ran = shell("outbox", "list")
    assert (ran.status, ran.out, ran.err) == (0, "", "Nothing in the outbox.\n")
    assert shell("outbox", "list", "--json").document == []


# Where it is kept


@pytest.mark.parametrize("url", [None, "sqlite:///{folder}/other.db"])
def test_no_database_is_said_and_none_is_made(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str | None
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if url is not None:
        monkeypatch.setenv("DATABASE_URL", url.format(folder=tmp_path))
    monkeypatch.setenv("SLACKGUIDE_HOME", str(tmp_path / "home"))
    for command in (["feedback", "list"], ["escalations", "list"], ["outbox", "list"], ["outbox", "retry", "D-1"]):
        ran = shell(*command)
        assert (ran.status, ran.out) == (2, "")
        assert "There is no database: " in ran.err
        assert str(tmp_path) in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_ours_is_found_in_the_home_folder(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Path(sqlite_url(tmp_path).removeprefix("sqlite:///"))
    made.rename(tmp_path / "slackguide.db")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("SLACKGUIDE_HOME", str(tmp_path))
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-alone-which-a-start-would-refuse")
    assert shell("escalations", "list", "--json").document == []


def test_what_is_no_database_of_ours_is_reported(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slackguide.db").write_text("hello " * 1000)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("SLACKGUIDE_HOME", str(tmp_path))
    ran = shell("outbox", "list")
    assert (ran.status, ran.out) == (2, "")
    assert "The database file is damaged." in ran.err
