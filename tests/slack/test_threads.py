"""Long threads: what counts of them is bounded, and an answer can hold up nobody else."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from slackguide.guide import TURNS, Asker, ConversationState, Guide, Reply, Turn
from slackguide.knowledge import KnowledgeBase
from slackguide.sandbox import Message
from slackguide.slack.answer_service import TEXT_LIMIT
from slackguide.slack.ids import Action
from slackguide.storage.tables import drafts
from tests.support.app_harness import AppHarness
from tests.support.escalations import posts, sent
from tests.support.questions import MEDIATION, UNKNOWN
from tests.support.rendered import fields, words

FACT = "it was a payment for work"
HANGS = "this one takes for ever"


class ProbedGuide(Guide):
    """Counts the turns that it reads, and does what a test wants done meanwhile."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        super().__init__(knowledge)
        self.triage.precompute()
        self.reset()

    def reset(self) -> None:
        """Forget what was read."""
        self.read: Counter[Turn] = Counter()
        self.meanwhile: Callable[[Turn], object] = lambda _: None

    def reply(self, conversation: ConversationState, turn: Turn, asker: Asker, *, today: date) -> Reply:
        """Count the turns that are read."""
        self.read[turn] += 1
        self.meanwhile(turn)
        return super().reply(conversation, turn, asker, today=today)


@pytest.fixture(scope="module")
def module_guide(guide: Guide) -> ProbedGuide:
    """One for all tests here: the shipped knowledge."""
    return ProbedGuide(guide.knowledge)


@pytest.fixture
def probe(module_guide: ProbedGuide) -> Iterator[ProbedGuide]:
    """Yield the guide that answers."""
    module_guide.reset()
    yield module_guide
    module_guide.reset()


@pytest.fixture
def probed(probe: ProbedGuide, empty_database: Path, tmp_path: Path) -> Iterator[AppHarness]:
    """Yield a workspace with that guide."""
    database = tmp_path / "probed.db"
    database.write_bytes(empty_database.read_bytes())
    harness = AppHarness(guide=probe, database=database)
    yield harness
    probe.reset()
    harness.close()


def thread_of(harness: AppHarness, *texts: str) -> Message:
    """Write these messages in one thread, wait for each answer, and return the first."""
    first = harness.ask(texts[0])
    for text in texts[1:]:
        harness.ask(text, thread_ts=first.thread_ts)
    return first


def stored_drafts(harness: AppHarness) -> list[str]:
    """Return the texts that are kept for buttons."""
    with harness.repositories.database.read() as connection:
        return [content["text"] for content in connection.execute(select(drafts.c.content)).scalars()]


def test_the_last_ten_messages_count_and_each_is_read_once(probed: AppHarness, probe: ProbedGuide) -> None:
    texts = [f"{UNKNOWN} {'la ' * 250} {number}" for number in range(TURNS + 5)]
    first = thread_of(probed, *texts)
    probe.reset()
    before = len(stored_drafts(probed))

    probed.ask(FACT, thread_ts=first.thread_ts)

    assert set(probe.read) == {*(text.strip() for text in texts[-TURNS:]), FACT}
    assert set(probe.read.values()) == {1}
    assert len(stored_drafts(probed)) - before <= 1, "only what is shown is stored for its buttons"


def test_eight_thousand_characters_of_a_thread_count_the_newest_first(probed: AppHarness, probe: ProbedGuide) -> None:
    texts = [f"{number} {UNKNOWN} {'la ' * 1000}".strip() for number in range(6)]
    first = thread_of(probed, *texts)
    probe.reset()

    probed.ask(FACT, thread_ts=first.thread_ts)

    texts = [turn for turn in probe.read if isinstance(turn, str)]
    assert TEXT_LIMIT - 1 <= sum(map(len, texts)) <= TEXT_LIMIT, "white space at the cut does not count"
    assert {text.split()[0] for text in texts} == {"3", "4", "5", "it"}


def test_a_long_first_message_is_cut_wherever_it_is_stored(probed: AppHarness) -> None:
    first = thread_of(probed, f"{MEDIATION}{' ' * 30_000}x")

    follow_up = probed.ask(FACT, thread_ts=first.thread_ts)
    probed.click(follow_up, Action.ESCALATE)

    assert fields(probed.modal())["summary"].startswith(MEDIATION)
    assert all(len(text) <= TEXT_LIMIT for text in stored_drafts(probed))


def test_what_others_say_in_the_thread_does_not_count(probed: AppHarness, probe: ProbedGuide) -> None:
    probed.sandbox.mention("ben", "general", MEDIATION)
    probed.settle()
    root = probed.workspace.messages("general")[0]
    probe.reset()

    probed.sandbox.mention("ana", "general", FACT, thread_ts=root.ts)
    probed.settle()

    assert MEDIATION not in probe.read


def test_the_thread_is_not_read_from_slack(probed: AppHarness) -> None:
    first = thread_of(probed, MEDIATION)
    calls = len(probed.workspace.calls)

    second = probed.ask(FACT, thread_ts=first.thread_ts)

    assert "Send a case to Mediation" in words(second)
    assert "conversations.replies" not in [call.method for call in probed.workspace.calls[calls:]]


def test_a_thread_that_takes_too_long_to_read_is_a_failed_attempt_and_ends_in_a_line_that_says_so(
    probed: AppHarness, probe: ProbedGuide
) -> None:
    first = thread_of(probed, *[f"{UNKNOWN} {number}" for number in range(TURNS)])
    probed.settle()
    answers = len(probed.workspace.direct_messages("ana"))
    probe.meanwhile = lambda _: probed.clock.advance(1.5)

    probed.sandbox.message("ana", FACT, first.thread_ts)
    probed.until(lambda: len(probed.workspace.direct_messages("ana")) == answers + 2)
    probed.settle()

    assert probed.pending() == ()
    last = probed.workspace.direct_messages("ana")[-1]
    assert last.by_bot
    assert "reference" in last.text
    assert len(probed.workspace.direct_messages("ana")) == answers + 2, "the question and one reply"


def test_answers_that_hang_do_not_hold_up_escalations(probed: AppHarness, probe: ProbedGuide) -> None:
    go_on = threading.Event()
    hanging = threading.Semaphore(0)

    def meanwhile(turn: Turn) -> None:
        if turn == HANGS:
            hanging.release()
            assert go_on.wait(30)

    probe.meanwhile = meanwhile
    try:
        for who in ("ben", "marek", "lena", "priya"):
            probed.sandbox.message(who, HANGS)
        assert hanging.acquire(timeout=10)
        escalation = sent(probed)
        probed.until(lambda: posts(probed, escalation.channel))
        assert len(probed.active()) >= 4, "the answers are still pending"
    finally:
        go_on.set()
    probed.settle()
