"""More text than a message takes: every card fits, nothing is lost, and all of it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from slackguide.escalation.models import Escalation
from slackguide.guide import Guide
from slackguide.runtime.container import build_guide
from slackguide.sandbox import Message
from slackguide.sandbox.block_kit.validation import MESSAGE_CHARACTERS, visible_text
from slackguide.slack.ids import Action
from tests.support.app_harness import AppHarness
from tests.support.escalations import notices, posts, thread
from tests.support.rendered import fields, options, words

LONG_FIELDS = 6


@pytest.fixture(scope="module")
def talkative_guide(tmp_path_factory: pytest.TempPathFactory) -> Guide:
    """One entry, and a form with six long texts and forty short ones."""
    directory = tmp_path_factory.mktemp("talkative")
    concerns = "\n".join(f"      - the chair number {word} is broken" for word in "abcdefghijkl")
    long = "\n".join(
        f"      long{n}: {{label: Long text {n}, kind: long_text, required: true}}" for n in range(LONG_FIELDS)
    )
    short = "\n".join(f"      short{n}: {{label: {'Short text ' * 5}{n}, kind: short_text}}" for n in range(30))
    (directory / "small.yaml").write_text(
        "team: small\nowner: facilities\nreviewed: 2026-01-01\ndocument: manual\n"
        "documents:\n  manual: {title: The manual}\n"
        "destinations:\n  desk: {kind: team, name: Front desk}\n"
        f"entries:\n  - id: small/chair\n    title: A broken chair\n    concerns:\n{concerns}\n"
        "    path: Tell the front desk.\n    to: desk\n    form: talk\n    source: Chairs\n"
        "forms:\n  talk:\n    title: Talk\n    prefix: T\n    channel: ask-disputes\n    fields:\n"
        f"{long}\n{short}\n",
        encoding="utf-8",
    )
    return build_guide(directory)


@pytest.fixture
def talking(talkative_guide: Guide, empty_database: Path, tmp_path: Path) -> Iterator[AppHarness]:
    """Yield a workspace with that form."""
    database = tmp_path / "talking.db"
    database.write_bytes(empty_database.read_bytes())
    made = AppHarness(guide=talkative_guide, database=database)
    yield made
    made.close()


def typed(letter: str, length: int = 3000) -> str:
    """Return a text of that length which says where it ends."""
    return f"{letter * (length - 4)} end"


def submitted(harness: AppHarness) -> tuple[Escalation, Message]:
    """Everything filled in to the brim, and posted."""
    harness.command("escalate talk")
    view_id = harness.modal().id
    values = {f"long{n}": typed("abcdef"[n]) for n in range(LONG_FIELDS)}
    values |= {f"short{n}": typed("s", 300) for n in range(30)}
    exchange = harness.submit(values)
    assert exchange.ok, exchange
    harness.workspace.views.clear(harness.workspace.person("ana").id)
    harness.settle()
    (post,) = posts(harness)
    stored = harness.repositories.escalations.by_view(view_id)
    assert stored is not None
    return stored, post


def size(message: Message) -> int:
    """Characters in all blocks."""
    return sum(len(text) for text in visible_text(list(message.blocks)))


def test_27000_characters_fit_the_card_and_are_read_whole_in_a_window(talking: AppHarness) -> None:
    _, post = submitted(talking)

    assert size(post) <= MESSAGE_CHARACTERS
    for n in range(LONG_FIELDS - 1):
        assert f"Long text {n}: \n{'abcdef'[n] * 40}" in words(post), "something of every field is shown"
    assert words(post).startswith(f"*{'f' * 40}"), "the last one is the title"
    talking.click(post, Action.READ, "marek")

    whole = words(talking.modal("marek"))
    for n in range(LONG_FIELDS):
        assert typed("abcdef"[n]) in whole
    assert whole.count(typed("s", 300)) == 30


def test_such_a_card_is_still_redrawn_up_to_a_long_decision(talking: AppHarness) -> None:
    escalation, post = submitted(talking)
    talking.click(post, Action.CLAIM, "marek")
    talking.settle()
    assert "Claimed" in words(talking.workspace.message(post.ts))

    talking.click(talking.workspace.message(post.ts), Action.RESOLVE, "marek")
    talking.submit({"ending": "right_place", "decided": typed("z")}, "marek")
    talking.settle()

    card = talking.workspace.message(post.ts)
    assert "Resolved" in words(card)
    assert size(card) <= MESSAGE_CHARACTERS
    assert typed("z") in thread(talking, post), "in the thread it stands whole"
    assert typed("z") in words(notices(talking)[-1]), "and in what the requester is told"
    talking.click(card, Action.CARD_MENU, "marek", options(card, Action.CARD_MENU)["Read it all"])
    assert typed("z") in words(talking.modal("marek"))
    assert talking.pending() == ()
    assert escalation.reference in words(card)


def test_questions_and_details_of_3000_characters_arrive_whole(talking: AppHarness) -> None:
    _, post = submitted(talking)
    talking.click(post, Action.CLAIM, "marek")
    talking.settle()
    talking.click(talking.workspace.message(post.ts), Action.ASK_MORE, "marek")
    talking.submit({"words": typed("q")}, "marek")
    talking.settle()
    (asked,) = [notice for notice in notices(talking) if typed("q") in words(notice)]

    talking.click(asked, Action.ADD_DETAILS)
    talking.submit({"words": typed("d")})
    talking.settle()

    assert typed("d") in thread(talking, post)


def test_with_one_form_alone_it_is_handed_over_to_colleagues(talking: AppHarness) -> None:
    _, post = submitted(talking)
    talking.click(post, Action.CLAIM, "marek")
    talking.settle()

    talking.click(talking.workspace.message(post.ts), Action.HAND_OVER, "marek")

    assert fields(talking.modal("marek")).keys() == {"colleague", "words"}
    assert talking.submit({}, "marek").errors.keys() == {"colleague"}
