"""Every entry's card, in a message and in a window, with all that can make it long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slackguide.guide import Answer, Asker, Concern, Guide
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.conditions import FactValue
from slackguide.runtime.container import build_guide
from slackguide.sandbox.block_kit.block_types import MESSAGE_BLOCKS
from slackguide.sandbox.block_kit.validation import MESSAGE_CHARACTERS, visible_text
from slackguide.slack.button_payloads import AnswerState, ChooseEntryPayload
from slackguide.slack.ids import ASK_TEXT, Action
from slackguide.slack.views.answer_card import answer_card
from tests.support.app_harness import KNOWLEDGE, AppHarness
from tests.support.forged_requests import press_payload
from tests.support.questions import TODAY
from tests.support.rendered import labels, live, said, words

LONG = ("The client writes <!channel> that he wants all of his money back & the freelancer refuses. " * 90)[:8000]
LEAD = Asker("team_lead")


def entry_ids() -> list[str]:
    """Return the entries of the shipped knowledge, read from its files alone: tests are named after them."""
    import yaml

    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(KNOWLEDGE.glob("*.yaml"))]
    return [entry["id"] for document in documents for entry in (document or {}).get("entries", ())]


def some_facts(knowledge: KnowledgeBase) -> dict[str, FactValue]:
    """Return a value of every fact there is: the longest label of each."""
    return {
        name: 12 if fact.kind == "number" else max(fact.choices, key=lambda choice: len(fact.value_label(choice)))
        for name, fact in knowledge.facts.items()
    }


@pytest.fixture(scope="module")
def office(guide: Guide, empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppHarness]:
    """One workplace for all cards; Lena, a team lead, may see every entry."""
    import shutil

    database = tmp_path_factory.mktemp("cards") / "slackguide.db"
    shutil.copy(empty_database, database)
    made = AppHarness(guide=guide, database=database)
    yield made
    made.close()


def test_every_entry_is_tested(guide: Guide) -> None:
    assert sorted(entry_ids()) == sorted(guide.knowledge.entries)
    assert len(guide.knowledge.entries) >= 91


def asker_of(guide: Guide, entry_id: str) -> Asker:
    """Return an asker who sees the entry: a team lead, or an agent where leads have an entry of their own."""
    return LEAD if LEAD.role in guide.knowledge.entries[entry_id].audience else Asker()


def reader_of(guide: Guide, entry_id: str) -> str:
    """Return a person who sees the entry."""
    return "lena" if asker_of(guide, entry_id) == LEAD else "ana"


@pytest.mark.parametrize("entry_id", entry_ids())
def test_slack_takes_the_card_of_every_entry(office: AppHarness, guide: Guide, entry_id: str) -> None:
    who = reader_of(guide, entry_id)
    token = office.repositories.drafts.put(office.workspace.person(who).id, {"text": LONG})
    for facts in ({}, some_facts(guide.knowledge)):
        asked = AnswerState(
            "answer", LONG[:300], token, facts=facts, rejected_entries=tuple(list(guide.knowledge.entries)[:5])
        )
        payload = press_payload(office, f"{Action.CHOOSE}:0", ChooseEntryPayload(asked, entry_id).encode(), who)
        before = {message.ts for message in office.workspace.ephemerals(who)}

        assert office.send("interactive", payload).status == 200

        office.until(lambda before=before: len(office.workspace.ephemerals(who)) > len(before))  # type: ignore[misc]
        (card,) = [message for message in office.workspace.ephemerals(who) if message.ts not in before]
        assert guide.knowledge.entries[entry_id].title in said(card)
        assert len(card.blocks) <= MESSAGE_BLOCKS
        assert sum(len(text) for text in visible_text(list(card.blocks))) < MESSAGE_CHARACTERS
        assert {"Not this", "Helpful", "Not helpful"} <= labels(card).keys()
        assert live(card) == set()


@pytest.mark.parametrize("entry_id", entry_ids())
def test_a_window_takes_the_card_of_every_entry(office: AppHarness, guide: Guide, entry_id: str) -> None:
    who = reader_of(guide, entry_id)
    office.command("", who)
    assert office.submit({ASK_TEXT: "xyzzy"}, who).ok
    window = office.modal(who)
    token = office.repositories.drafts.put(window.person, {"text": LONG})
    asked = AnswerState("answer", LONG[:300], token, facts=some_facts(guide.knowledge))
    payload = press_payload(office, f"{Action.CHOOSE}:0", ChooseEntryPayload(asked, entry_id).encode(), who, window)

    assert office.send("interactive", payload).status == 200

    office.until(lambda: office.modal(who).hash != window.hash)
    assert guide.knowledge.entries[entry_id].title.replace("*", "") in words(office.modal(who))
    assert {"Not this", "Helpful", "Not helpful"} <= labels(office.modal(who)).keys()
    office.workspace.views.clear(window.person)


def known_facts_for(guide: Guide, entry_id: str) -> dict[str, FactValue]:
    """Facts that decide an entry, found by answering its questions with the first answer each time."""
    facts: dict[str, FactValue] = {}
    for _ in range(20):
        outcome = guide.answer(Concern("", facts, entry_id), asker_of(guide, entry_id), today=TODAY)
        assert isinstance(outcome, Answer)
        if not outcome.decision.missing:
            return facts
        name = outcome.decision.missing[0]
        fact = guide.knowledge.facts[name]
        cells = guide.triage.cells(entry_id, name)
        facts[name] = cells[0].sample_value if fact.kind == "number" else fact.choices[0]
    raise AssertionError(f"{entry_id} is never decided")


@pytest.mark.parametrize("entry_id", entry_ids())
def test_a_decided_card_has_everything_in_its_order_on_the_screen_and_read_aloud(guide: Guide, entry_id: str) -> None:
    concern = Concern("some words", known_facts_for(guide, entry_id), entry_id)
    outcome = guide.answer(concern, asker_of(guide, entry_id), today=TODAY)
    assert isinstance(outcome, Answer)
    decision = outcome.decision
    assert decision.destination is not None

    card = answer_card(outcome, AnswerState("answer", "some words"), guide.knowledge, guide.triage)

    shown = "\n".join(visible_text([block.to_dict() for block in card.blocks]))
    goes = "Not eligible" if decision.destination.kind == "not_eligible" else f"Goes to: {decision.destination.name}"
    for text in (shown, card.text):
        warnings = [text.index(warning) for warning in decision.warnings]
        steps = [text.index(step) for step in decision.path]
        assert [*warnings, text.index(goes), *steps] == sorted([*warnings, text.index(goes), *steps])
        assert all(caution in text for caution in decision.cautions)
        assert all(reason in text for reason in decision.because)
        assert all(source.section in text for source in outcome.entry.sources)
        assert outcome.entry.owner in text
        assert f"{outcome.entry.reviewed:%d %B %Y}" in text
        if outcome.note:
            assert outcome.note in text


def test_no_meaning_hangs_on_an_emoji_or_a_colour(guide: Guide) -> None:
    """A pressed fact carries ✕ for the eye: what it does is said beside it and to a screen reader."""
    facts: dict[str, FactValue] = {"contract_type": "hourly"}
    outcome = guide.answer(Concern("", facts, "disputes/send-to-mediation"), LEAD, today=TODAY)
    assert isinstance(outcome, Answer)

    card = answer_card(outcome, AnswerState("answer", facts=facts), guide.knowledge, guide.triage)

    elements: list[dict[str, Any]] = [e for b in card.blocks for e in b.to_dict().get("elements", ())]
    (forget,) = [e for e in elements if e.get("action_id") == f"{Action.REMOVE_FACT}:contract_type"]
    assert "click to remove it" in forget["accessibility_label"]
    assert "Click a fact to remove it" in "\n".join(visible_text([block.to_dict() for block in card.blocks]))


def test_a_small_knowledge_base_is_drawn_too(tmp_path: Path) -> None:
    """The shortest entry that is allowed: no warnings, no note, no form, one step."""
    concerns = "\n".join(f"      - the chair number {word} is broken" for word in "abcdefghijkl")
    (tmp_path / "small.yaml").write_text(
        "team: small\nowner: facilities\nreviewed: 2026-01-01\ndocument: manual\n"
        "documents:\n  manual: {title: The manual}\n"
        "destinations:\n  desk: {kind: team, name: Front desk}\n"
        f"entries:\n  - id: small/chair\n    title: A broken chair\n    concerns:\n{concerns}\n"
        "    path: Tell the front desk.\n    to: desk\n    source: Chairs\n",
        encoding="utf-8",
    )
    guide = build_guide(tmp_path)
    outcome = guide.answer(Concern("", {}, "small/chair"), Asker(), today=TODAY)
    assert isinstance(outcome, Answer)

    card = answer_card(outcome, AnswerState("answer"), guide.knowledge, guide.triage)

    assert "Goes to: Front desk" in card.text
