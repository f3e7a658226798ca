"""What a base of another trade declares: kinds of destinations, ways to reach them, roles; what it may leave out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from slackguide.guide import Answer, Asker, Concern, Guide, NoAnswer
from slackguide.knowledge import InvalidKnowledgeError, KnowledgeBase
from slackguide.triage import load_verified
from tests.support.cli_runner import Shell, shell

__all__ = ["shell"]

TODAY = date(2026, 11, 27)
BASE = """
team: Desk
owner: leads
reviewed: 2026-11-01
kinds:
  web_form: {label: web form, icon: ":memo:"}
  pager: {label: pager}
destinations:
  request: {kind: web_form, name: Request form, url: "https://forms.example/1", mailbox: desk@example.org}
  on-call: {kind: pager, name: On-call, pager: "service 17", command: "/page on-call"}
  self: {kind: self, name: You handle it}
roles:
  team_lead: [desk-leads]
  console: {label: Console access, groups: [console-a, console-b]}
entries:
  - id: laptop
    title: The laptop is broken
    concerns: [my laptop does not start]
    path: [Try another charger.]
    to: request
  - id: server
    title: A server is down
    concerns: [the server does not respond]
    path: [Restart it in the console.]
    to: on-call
    audience: console
"""


def load(tmp_path: Path, text: str = BASE) -> KnowledgeBase:
    (tmp_path / "base.yaml").write_text(text, "utf-8")
    return load_verified(tmp_path)


def errors(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InvalidKnowledgeError) as refused:
        load(tmp_path, text)
    return [diagnostic.message for diagnostic in refused.value.diagnostics]


def test_an_entry_needs_one_phrasing_no_source_and_no_team_in_its_id(tmp_path: Path) -> None:
    guide = Guide(load(tmp_path))
    outcome = guide.answer(Concern("my laptop does not start"), Asker(), today=TODAY)
    assert [match.id for match in outcome.matches][:1] == ["laptop"]
    answer = guide.answer(Concern(entry="laptop"), Asker(), today=TODAY)
    assert isinstance(answer, Answer)
    assert answer.entry.sources == ()


def test_a_destination_says_what_it_is_and_how_to_reach_it(tmp_path: Path) -> None:
    destinations = load(tmp_path).destinations
    assert (destinations["request"].kind_label, destinations["request"].icon) == ("web form", ":memo:")
    assert destinations["request"].contacts == {"url": "https://forms.example/1", "mailbox": "desk@example.org"}
    assert destinations["on-call"].contacts == {"pager": "service 17", "command": "/page on-call"}
    assert destinations["self"].kind_label == "you, the agent"


def test_the_ways_to_reach_it_are_in_the_json_and_on_the_terminal(tmp_path: Path, shell: Shell) -> None:
    load(tmp_path)
    document = shell("route", "--knowledge", tmp_path, "--entry", "laptop", "--json").document
    assert document["answer"]["destination"] == {
        "id": "request",
        "kind": "web_form",
        "name": "Request form",
        "url": "https://forms.example/1",
        "mailbox": "desk@example.org",
    }
    card = shell("route", "--knowledge", tmp_path, "--entry", "laptop").out
    assert "goes to (web form)" in card
    assert "mailbox: desk@example.org" in card
    assert "Source" not in card


def test_without_kinds_any_word_is_one(tmp_path: Path) -> None:
    text = BASE.replace('kinds:\n  web_form: {label: web form, icon: ":memo:"}\n  pager: {label: pager}\n', "")
    assert load(tmp_path, text).destinations["request"].kind_label == "web form"


def test_with_kinds_another_word_is_an_error(tmp_path: Path) -> None:
    found = errors(tmp_path, BASE.replace("kind: pager", "kind: pagr"))
    assert found == ["unknown kind `pagr`: did you mean `pager`?; add it to `kinds`"]


def test_a_role_of_the_base_sees_its_entries(tmp_path: Path, shell: Shell) -> None:
    knowledge = load(tmp_path)
    assert knowledge.role_names == ("agent", "team_lead", "console")
    assert knowledge.user_groups == ("desk-leads", "console-a", "console-b")
    guide = Guide(knowledge)
    for asker, visible in (
        (Asker(), False),
        (Asker("team_lead"), False),
        (Asker(more_roles=frozenset({"console"})), True),
        (Asker("team_lead", frozenset({"console"})), True),
    ):
        outcome = guide.answer(Concern(entry="server"), asker, today=TODAY)
        assert isinstance(outcome, Answer if visible else NoAnswer)
        assert isinstance(guide.answer(Concern(entry="laptop"), asker, today=TODAY), Answer)
    as_console = ("route", "--knowledge", tmp_path, "--entry", "server", "--json", "--as")
    assert shell(*as_console, "console").document["outcome"] == "answer"
    assert shell(*as_console, "agent").document["outcome"] == "none"
    refused = shell(*as_console, "consle")
    assert refused.status == 2
    assert "`consle` is not a role: use agent, team_lead or console." in refused.err


def test_an_unknown_role_in_an_audience_is_an_error(tmp_path: Path) -> None:
    found = errors(tmp_path, BASE.replace("audience: console", "audience: consle"))
    assert found == ["unknown role `consle`: did you mean `console`? (roles: agent, team_lead, console)"]


RENTAL = (
    BASE
    + """
parties:
  tenant: [renter, lodger]
  landlord: [owner]
nouns: [flat, lease]
facts:
  asks:
    label: Who asks
    ask: Who asks?
    kind: choice
    values:
      tenant: {label: Tenant, words: [tenant wants|says|asks]}
      landlord: {label: Landlord, words: [landlord wants|says|asks]}
  plan:
    label: Plan
    about: landlord
    ask: Which plan has the landlord?
    kind: choice
    values:
      basic: {label: Basic, words: [basic]}
      gold: {label: Gold, words: [gold]}
  paid:
    label: Days since the rent
    ask: How many days ago was the rent paid?
    kind: number
    unit: days
    never: never
    never_words: [never paid]
    unless: [deposit]
    read: ["paid {n} ago"]
"""
)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Renter says the heating is cold", {"asks": "tenant"}),
        ("told the owner that the lodger wants a key", {}),
        ("owner: I paid the plumber", {"asks": "landlord"}),
        ("gold landlord", {"plan": "gold"}),
        ("gold tenant", {}),
        ("gold flat", {"plan": "gold"}),
        ("gold watches", {}),
        ("her other flat is gold", {}),
        ("paid 12 days ago", {"paid": 12}),
        ("paid the deposit 12 days ago", {}),
        ("never paid", {"paid": "never"}),
        ("never paid a deposit", {}),
    ],
)
def test_the_words_of_its_trade_are_those_of_the_base(tmp_path: Path, text: str, facts: dict[str, object]) -> None:
    assert dict(Guide(load(tmp_path, RENTAL)).facts_in(text, today=TODAY)) == facts


def test_a_fact_about_an_unknown_party_is_an_error(tmp_path: Path) -> None:
    found = errors(tmp_path, RENTAL.replace("about: landlord", "about: landlrd"))
    assert found == ["unknown party `landlrd`: did you mean `landlord`?"]


def test_a_denied_phrase_is_the_other_value_unless_that_has_phrases_of_its_own(tmp_path: Path) -> None:
    heated = {
        "label": "Heated",
        "ask": "Heated?",
        "kind": "yes_no",
        "values": {"no": {"label": "No", "words": ["cold"]}},
    }
    one = f"{RENTAL}  heated: {json.dumps(heated)}\n"
    both = one.replace('"values": {', '"values": {"yes": {"label": "Yes", "words": ["warm"]}, ')
    assert dict(Guide(load(tmp_path, one)).facts_in("the flat is not cold", today=TODAY)) == {"heated": "yes"}
    guide = Guide(load(tmp_path, both))
    assert dict(guide.facts_in("the flat is not cold", today=TODAY)) == {}
    assert dict(guide.facts_in("the flat is not warm", today=TODAY)) == {"heated": "no"}
