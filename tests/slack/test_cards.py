"""Every entry's card, in a message and in a window, with all that can make it long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from slackguide.guide import Answer, Asker, Concern, Guide
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.conditions import FactValue
from slackguide.runtime.container import build_guide
from slackguide.sandbox.block_kit.block_types import MESSAGE_BLOCKS
from slackguide.sandbox.block_kit.validation import MESSAGE_CHARACTERS, visible_text
from slackguide.slack.button_payloads import AnswerState, ChooseEntryPayload, Section
from slackguide.slack.ids import ASK_TEXT, Action
from slackguide.slack.mrkdwn import unescape
from slackguide.slack.views.answer_card import MOST_BUTTONS, answer_card
from slackguide.slack.views.blocks import RenderedMessage
from tests.support.app_harness import KNOWLEDGE, AppHarness
from tests.support.forged_requests import press_payload
from tests.support.questions import TODAY
from tests.support.rendered import labels, live, words

LONG = ("The client writes <!channel> that he wants all of his money back & the freelancer refuses. " * 90)[:8000]
LEAD = Asker("team_lead")

CASES_OF_A_RULE = 5
"""Maximum number of cases of one rule that are drawn."""

SENTENCES = 3
"""Maximum number of sentences of a fallback text."""


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
        assert guide.knowledge.entries[entry_id].title in words(card)
        assert len(card.blocks) <= MESSAGE_BLOCKS
        assert sum(len(text) for text in visible_text(list(card.blocks))) < MESSAGE_CHARACTERS
        assert "More" in labels(card)
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
    assert "More" in labels(office.modal(who))
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


def cases_of(guide: Guide, entry_id: str) -> list[dict[str, FactValue]]:
    """Return no facts, and for every rule of the entry's table some cases that it decides."""
    table = guide.triage.table(entry_id)
    cases: list[dict[str, FactValue]] = [{}]
    for rule in np.unique(table.rule_index) if table.facts else ():
        for position in np.argwhere(table.rule_index == rule)[::7][:CASES_OF_A_RULE]:
            chosen = zip(table.facts, table.cells, position, strict=True)
            cases.append({name: cells[number].sample_value for name, cells, number in chosen})
    return cases


def card_of(guide: Guide, entry_id: str, facts: dict[str, FactValue], **state: Any) -> tuple[Answer, RenderedMessage]:
    """Return the answer and the card for a phrasing of the entry and some clicked facts."""
    text = guide.knowledge.entries[entry_id].concerns[0]
    outcome = guide.answer(Concern(text, facts, entry_id), asker_of(guide, entry_id), today=TODAY)
    assert isinstance(outcome, Answer)
    asked = AnswerState("answer", text, facts=facts, **state)
    return outcome, answer_card(outcome, asked, guide.knowledge, guide.triage)


def parts(card: RenderedMessage, *types: str) -> list[str]:
    """Return the texts of the blocks of these types, in order."""
    texts: list[str] = []
    for block in (block.to_dict() for block in card.blocks):
        if block["type"] in types:
            texts += [block["text"]["text"]] if "text" in block else [element["text"] for element in block["elements"]]
    return texts


def words_of(card: RenderedMessage) -> int:
    """Return the number of words before anything is opened, without buttons."""
    return sum(len(re.findall(r"\w[\w'’/-]*", text)) for text in parts(card, "header", "section", "context"))


def buttons_of(card: RenderedMessage) -> list[str]:
    """Return the labels of the buttons."""
    rows = [block.to_dict() for block in card.blocks]
    buttons = [element for row in rows if row["type"] == "actions" for element in row["elements"]]
    return [
        element["text"]["text"] for element in (*buttons, *(row["accessory"] for row in rows if "accessory" in row))
    ]


@pytest.mark.parametrize("entry_id", entry_ids())
def test_the_card_of_every_case_is_whole_and_in_its_order(guide: Guide, entry_id: str) -> None:
    """The destination or the question, the reason, what to do instead and the warning stand in it in full."""
    for facts in cases_of(guide, entry_id):
        answer, card = card_of(guide, entry_id, facts)
        decision, entry = answer.decision, answer.entry
        text = unescape("\n".join(parts(card, "header", "section", "context")))
        if entry.act_now:
            expected = [*entry.act_now]
        elif decision.missing:
            expected = [guide.knowledge.facts[decision.missing[0]].ask, entry.title]
        else:
            assert decision.destination is not None
            expected = [decision.destination.name, entry.title, decision.reason.removesuffix(".")[1:]]
            expected += [decision.instead or ""]
        expected += [decision.top_warning or ""] if not entry.act_now else []
        at = 0
        for part in filter(None, expected):
            at = text.index(part, at) + len(part)
        assert "…" not in text.replace("You asked", "").split("\n", 1)[-1], "nothing but the question is cut"
        assert len(buttons_of(card)) <= MOST_BUTTONS
        assert len(set(buttons_of(card))) == len(buttons_of(card))
        assert card.text.startswith(beginning_of(answer, guide))
        assert len(re.findall(r"[.?!](?:\s|$)", card.text)) <= SENTENCES, card.text


def beginning_of(answer: Answer, guide: Guide) -> str:
    """Return what the fallback text begins with (CONTRACT.md, section 5)."""
    decision, entry = answer.decision, answer.entry
    if entry.act_now:
        return entry.act_now[0]
    if entry.urgent:
        return decision.top_warning or decision.path[0]
    if decision.missing:
        return guide.knowledge.facts[decision.missing[0]].ask
    assert decision.destination is not None
    return decision.destination.name


def test_a_card_is_read_in_five_seconds(guide: Guide) -> None:
    """At most 60 words in the median and 100 for the longest tenth, by default; nearly so in every case."""
    default = sorted(words_of(card_of(guide, id, {})[1]) for id in guide.knowledge.entries)
    every = sorted(
        words_of(card_of(guide, id, facts)[1]) for id in guide.knowledge.entries for facts in cases_of(guide, id)[1:]
    )

    assert default[len(default) // 2] <= 60
    assert default[-1] <= 100
    assert every[len(every) * 9 // 10] <= 100


@pytest.mark.parametrize("entry_id", entry_ids())
def test_one_click_opens_each_section(guide: Guide, entry_id: str) -> None:
    facts = known_facts_for(guide, entry_id)
    answer, _ = card_of(guide, entry_id, facts)
    decision = answer.decision

    def shown(section: Section) -> str:
        _, card = card_of(guide, entry_id, facts, section=section)
        return "\n".join(visible_text([block.to_dict() for block in card.blocks]))

    steps, details = shown(Section.STEPS), shown(Section.DETAILS)
    positions = [steps.rindex(step) for step in decision.path]
    assert positions == sorted(positions)
    card = shown(Section.MORE)
    assert all(warning in details + card for warning in decision.warnings)
    assert all(caution in details for caution in decision.cautions)
    assert all(source.section in details for source in answer.entry.sources)
    assert answer.entry.owner in details
    assert answer.entry.title in details
    if answer.note:
        assert answer.note in shown(Section.NOTE)
    if answer.entry.script:
        assert guide.knowledge.notes[answer.entry.script].text in shown(Section.SCRIPT)
    assert {"Helpful", "Not helpful", "Cautions and sources"} <= set(card.split("\n"))


def test_nobody_is_asked_about_a_case_that_is_not_eligible(guide: Guide) -> None:
    facts: dict[str, FactValue] = {
        "contract_type": "hourly", "contract_status": "ended", "reporter": "client", "client_segment": "vsb",
        "freelancer_tier": "regular", "days_since_last_payment": 200,
    }  # fmt: skip

    _, card = card_of(guide, "disputes/send-to-mediation", facts, section=Section.MORE)

    assert parts(card, "header") == ["Not eligible"]
    assert not [label for label in buttons_of(card) if label.startswith("Ask #")]
    assert any(text.startswith("*Instead:*") for text in parts(card, "section"))


def test_asking_is_the_primary_action_only_where_it_is_the_next_step(guide: Guide) -> None:
    primary = {
        (target.name, element["text"]["text"])
        for id in guide.knowledge.entries
        for facts in cases_of(guide, id)
        for answer, card in [card_of(guide, id, facts, section=Section.MORE)]
        for block in (block.to_dict() for block in card.blocks)
        for element in block.get("elements", ())
        if element.get("style") == "primary" and (target := answer.decision.destination) is not None
    }

    assert {(name, f"Ask #{name}") for name, _ in primary} == primary
    assert "ask-disputes" in dict(primary)


def test_a_screen_reader_tells_the_buttons_apart(guide: Guide) -> None:
    facts: dict[str, FactValue] = {"contract_type": "hourly"}
    _, card = card_of(guide, "disputes/send-to-mediation", facts, section=Section.FACTS)

    elements: list[dict[str, Any]] = [e for b in card.blocks for e in b.to_dict().get("elements", ())]
    (change,) = [e for e in elements if e.get("action_id") == f"{Action.REMOVE_FACT}:contract_type"]
    assert change["text"]["text"] == "Contract type: Hourly"
    assert change["accessibility_label"] == "Change Hourly"


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

    assert card.text == "Front desk. A broken chair."
