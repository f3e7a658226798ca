"""Messages with several concerns, and in other languages, on the shipped knowledge base."""

from __future__ import annotations

from datetime import date

import pytest

from slackguide.guide import Asker, Choices, Concern, Guide, NoAnswer, Outcome, outcome_json

TODAY = date(2026, 11, 20)

TWO_CONCERNS = [
    (
        "The Hire button is grey for this user & she wants a link to her Zendesk ticket",
        {"suspensions/greyed-out-buttons", "disputes/ticket-link"},
    ),
    (
        "Direct Contract, escrow released 5 days ago, client wants mediation. He also keeps swearing at me, hang up?",
        {"disputes/direct-contract", "conduct/verbally-abusive"},
    ),
    (
        "The FL failed the video verification call twice. Besides, another client of hers wants our office address.",
        {"ce/video-verification", "conduct/office-address"},
    ),
]


def ask(guide: Guide, text: str) -> Outcome:
    return guide.answer(Concern(text), Asker(), today=TODAY)


@pytest.mark.parametrize(("text", "ids"), TWO_CONCERNS)
def test_two_concerns_are_named_with_their_parts(guide: Guide, text: str, ids: set[str]) -> None:
    outcome = ask(guide, text)
    assert isinstance(outcome, Choices)
    assert {concern.entry.id for concern in outcome.concerns} == ids
    assert ids <= {match.id for match in outcome.matches[: outcome.offered]}
    assert all(concern.text in text for concern in outcome.concerns)


def test_each_concern_has_the_destination_for_the_facts_of_its_part(guide: Guide) -> None:
    concerns = outcome_json(ask(guide, TWO_CONCERNS[1][0]))["concerns"]
    assert [set(concern) for concern in concerns] == [{"text", "id", "confidence", "destination"}] * 2
    destinations = {concern["id"]: concern["destination"] for concern in concerns}
    assert destinations["disputes/direct-contract"]["name"] == "Mediation_ Direct_Contracts_CX420"
    assert destinations["conduct/verbally-abusive"]["kind"] == "self"


@pytest.mark.parametrize(
    "text",
    [
        "CL wants mediation, hourly, contract ended, paid 12 days ago, and both sides have been contacted.",
        "Client asks why he was charged although a dispute is open. He paid by card and he is upset about it.",
        "FL accepted the dispute this morning. When does the client see the refund on his account?",
        "She isn't asking for a refund, she only wants to know where the case stands that went to Mediation last week.",
    ],
)
def test_one_concern_is_not_split(guide: Guide, text: str) -> None:
    assert "concerns" not in outcome_json(ask(guide, text))


def test_a_critical_concern_stays_first_beside_another_one(guide: Guide) -> None:
    text = "A freelancer writes that she will kill herself tonight. Also another client wants a link to his ticket."
    outcome = ask(guide, text)
    assert outcome.matches[0].id == "conduct/self-harm"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (
            "Yung client po gave bonus last week tapos na, pwede ba sa mediation?",
            "client gave bonus last week, mediation?",
        ),
        (
            "CE ticket since yesterday lang po, client is asking na naman for news",
            "CE ticket since yesterday, client asking for news",
        ),
    ],
)
def test_function_words_of_other_languages_are_no_evidence(guide: Guide, text: str, plain: str) -> None:
    mixed, english = ask(guide, text), ask(guide, plain)
    assert mixed.matches[0].id == english.matches[0].id
    assert type(mixed) is type(english)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("El cliente quiere un reembolso porque el freelancer no entregó nada, qué hago?", "Spanish"),
        ("Yung client po gusto niya ng refund kasi hindi natapos yung contract", "Tagalog"),
        ("mera client refund maang raha hai, kya karna chahiye", "Hindi"),
    ],
)
def test_a_message_in_another_language_gets_the_nearest_entries(guide: Guide, text: str, language: str) -> None:
    outcome = ask(guide, text)
    assert isinstance(outcome, Choices)
    assert outcome.offered >= 2
    assert outcome_json(outcome)["language"] == language


@pytest.mark.parametrize("text", ["客户要求退款", "wie koche ich weiche Eier", "kumusta ka na? kumain ka na ba"])
def test_another_language_without_known_words_is_named(guide: Guide, text: str) -> None:
    outcome = ask(guide, text)
    assert isinstance(outcome, NoAnswer)
    assert outcome.language


@pytest.mark.parametrize(
    "text", ["clsoe acct pls", "FL msgd CL abt rfnd", "mediaton for a clinet", "NEAC UFL NDF UIR?"]
)
def test_shorthand_and_misspellings_are_english(guide: Guide, text: str) -> None:
    assert "language" not in outcome_json(ask(guide, text))
