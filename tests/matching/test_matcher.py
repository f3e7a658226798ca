"""The matcher's public interface."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackguide.matching import Alert, EntryDocument, Matcher, Vocabulary
from tests.matching.conftest import DOCUMENTS, SIGNS, VOCABULARY


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("CL wants mediation", "disputes/send-to-mediation"),
        ("mediaton for a clinet whose contract ended", "disputes/send-to-mediation"),
        ("when will he see his money back", "disputes/refund-timing"),
        ("profile frozen, what is the reason", "suspensions/find-reason"),
        ("lift the hold, he payed the past due balance", "suspensions/resume"),
        ("she swears at me on the phone", "conduct/verbally-abusive"),
    ],
)
def test_finds_the_entry_meant(matcher: Matcher, text: str, id: str) -> None:
    assert matcher.match(text).matches[0].id == id


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "\x00", "zxqv wvut", "buenos días", "pizza for lunch", "what is for dinner"]
)
def test_nothing_fits(matcher: Matcher, text: str) -> None:
    matching = matcher.match(text)
    assert matching.outcome == "none"
    assert matching.offered == 0
    assert not matching.urgent


def test_a_base_of_few_entries_answers_what_it_knows_and_nothing_else() -> None:
    entries = [
        EntryDocument("a/outage", "The service is down", ("nothing loads for anybody", "users get an error page")),
        EntryDocument(
            "a/refund", "A customer wants a refund", ("customer asks for the money back", "billed by mistake")
        ),
    ]
    matcher = Matcher(entries, Vocabulary())
    assert matcher.match("what is it for").outcome == "none"  # only function words in common
    assert matcher.match("is it down").matches[0].id == "a/outage"
    assert matcher.match("a user gets error pages").matches[0].id == "a/outage"  # stems in common


def test_matches_come_best_first_and_no_more_than_asked_for(matcher: Matcher) -> None:
    matching = matcher.match("account suspended", limit=3)
    assert len(matching.matches) == 3
    assert matching.confidence == matching.matches[0].confidence
    confidences = [match.confidence for match in matching.matches]
    assert confidences[1:] == sorted(confidences[1:], reverse=True)
    assert all(0.0 <= confidence <= 1.0 for confidence in confidences)


def test_offers_one_answer_or_two_to_four_choices(matcher: Matcher) -> None:
    offered = {"answer": {1}, "choices": {2, 3, 4}, "none": {0}}
    texts = ("suspended", "refund", "client paid the past due balance, unblock him", "lunch", "which queue", "chat")
    for text in texts:
        matching = matcher.match(text)
        assert matching.offered in offered[matching.outcome], text


def test_hidden_entries_are_not_there(matcher: Matcher) -> None:
    text = "ban this user from chat"
    assert matcher.match(text).matches[0].id == "lead/ban-from-chat"
    hidden = matcher.match(text, hidden=frozenset({"lead/ban-from-chat", "no/such-entry"}))
    assert "lead/ban-from-chat" not in {match.id for match in hidden.matches}


def test_a_hidden_entry_takes_nothing_from_the_lead_of_another() -> None:
    twin = replace(DOCUMENTS[1], id="lead/refund-timing")
    both = Matcher((*DOCUMENTS, twin), VOCABULARY)
    text = "FL accepted the dispute, when does the refund appear"
    open_, closed = both.match(text), both.match(text, hidden=frozenset({twin.id}))
    assert open_.outcome == "choices"
    assert closed.matches[0].id == "disputes/refund-timing"
    assert closed.confidence > open_.confidence


def test_all_hidden_is_none(matcher: Matcher) -> None:
    assert matcher.match("I want to die", hidden=frozenset(matcher.ids)).matches == ()


def test_a_clear_sign_comes_first_whatever_else_matches(matcher: Matcher) -> None:
    matching = matcher.match("CL wants mediation for the ended contract or he will kill himself")
    assert matching.outcome == "answer"
    assert matching.urgent
    assert [match.id for match in matching.matches[:2]] == ["conduct/self-harm", "disputes/send-to-mediation"]
    assert matching.alerts == ()


def test_a_weak_sign_leaves_an_answer_and_alerts(calibrated: Matcher) -> None:
    text = "client paid the past due balance, unblock him, take the hold off the account"
    assert calibrated.match(text).outcome == "answer"
    matching = calibrated.match(f"{text}, he cannot go on")
    assert matching.outcome == "answer"
    assert matching.matches[0].id == "suspensions/resume"
    assert matching.alerts == (Alert("conduct/self-harm", SIGNS.message),)
    assert not matching.urgent


def test_a_weak_sign_heads_the_choices_where_nothing_is_certain(matcher: Matcher) -> None:
    matching = matcher.match("nobody will miss me or my account")
    assert matching.outcome == "choices"
    assert matching.matches[0].id == "conduct/self-harm"
    assert matching.offered >= 2


def test_signs_of_a_hidden_entry_are_not_shown(matcher: Matcher) -> None:
    matching = matcher.match("he wants to die, which queue", hidden=frozenset({"conduct/self-harm"}))
    assert not matching.urgent
    assert matching.alerts == ()


def test_the_words_that_speak_for_an_entry_are_corrected(matcher: Matcher) -> None:
    text = "bloked profile, reason?"
    assert {"blocked", "reason", "profile"} <= set(matcher.explain(text, matcher.match(text).matches[0].id))


def test_explains_any_entry(matcher: Matcher) -> None:
    words = matcher.explain("refund for a blocked client", "disputes/refund-timing")
    assert words[0] == "refund"
    assert "blocked" not in words
    with pytest.raises(KeyError):
        matcher.explain("refund", "no/such-entry")


def test_ids_must_differ_and_signs_have_an_entry() -> None:
    with pytest.raises(ValueError, match="duplicate entry ids"):
        Matcher((DOCUMENTS[0], DOCUMENTS[0]), Vocabulary())
    with pytest.raises(ValueError, match="conduct/self-harm"):
        Matcher(DOCUMENTS[:2], Vocabulary(), signs=[SIGNS])


@pytest.mark.parametrize(
    "documents",
    [
        (),
        (EntryDocument("a", "Refund", ()),),
        (EntryDocument("a", "", ()), EntryDocument("b", "", ("",))),
        (EntryDocument("a", "!!!", ("???",)), EntryDocument("b", "Refund", ("money back",), body="body")),
    ],
)
def test_a_knowledge_base_may_be_nearly_empty(documents: tuple[EntryDocument, ...]) -> None:
    built = Matcher(documents, Vocabulary())
    for text in ("", "refund", "money back", "!"):
        assert len(built.match(text).matches) <= len(documents)


def test_more_phrasings_than_a_regression_is_learnt_for() -> None:
    documents = [
        EntryDocument(f"entry/{n}", f"thing {n:04d}x", (f"alpha{n} beta{n} gamma{n % 7}", f"delta{n} alpha{n}"))
        for n in range(1_100)
    ]
    built = Matcher(documents, Vocabulary())
    assert built.match("beta77 alpha77").matches[0].id == "entry/77"
    assert built.match("alpha1050 delta1050 gamma0").matches[0].id == "entry/1050"


def test_entries_to_tell_apart_are_offered_together() -> None:
    documents = [
        EntryDocument("a/hold", "Account hold", ("the hold of my account",), distinguish_from=("a/freeze", "no/such")),
        EntryDocument("a/freeze", "Earnings frozen", ("my earnings are frozen, hold",)),
        EntryDocument("a/open", "Account opened", ("a client opens an account",)),
    ]

    def confidence_in(id: str, known: list[EntryDocument]) -> float:
        matching = Matcher(known, Vocabulary()).match("hold my account")
        return next(match.confidence for match in matching.matches if match.id == id)

    strangers = [replace(one, distinguish_from=()) for one in documents]
    assert confidence_in("a/hold", documents) == confidence_in("a/hold", strangers)
    assert confidence_in("a/freeze", documents) > confidence_in("a/freeze", strangers)
    assert confidence_in("a/open", documents) <= confidence_in("a/open", strangers)


def test_evidence_outside_the_text_shifts_the_ranking(matcher: Matcher) -> None:
    text = "account suspended"
    first, second, *_ = matcher.match(text).matches
    for adjustments in ({second.id: 30.0}, {first.id: -30.0}):
        assert matcher.match(text, adjustments=adjustments).matches[0].id != first.id
    assert matcher.match(text, adjustments={second.id: 30.0}).matches[0].id == second.id
    assert matcher.match(text, adjustments={}) == matcher.match(text)


def test_an_entry_to_tell_apart_never_overtakes_the_first() -> None:
    """Its probability is raised to that of the first one at most, and equal ones are in order of position."""
    near = EntryDocument("a/near", "Payment late", ("payment is late", "late payment"))
    meant = EntryDocument("b/meant", "Payment lost", ("payment is lost", "lost payment"), distinguish_from=("a/near",))
    matcher = Matcher([near, meant, *DOCUMENTS], VOCABULARY)
    matching = matcher.match("is the payment late", adjustments={"b/meant": 10.0})
    assert [match.id for match in matching.matches[:2]] == ["b/meant", "a/near"]


def test_tickets_teach_the_words_of_a_concern() -> None:
    """A ticket ranks its entry, but its names and misspellings are not known words."""
    bare = [EntryDocument("a/parcel", "Lost parcel", ("the parcel is lost",)), *DOCUMENTS]
    ticket = "Hello, Wulfric here. The courier droped my box at the wrong porch and it never came. Please advise."
    taught = Matcher([replace(bare[0], tickets=(ticket,)), *DOCUMENTS], VOCABULARY)
    text = "the courier left it on another porch"
    assert taught.match(text).matches[0].id == "a/parcel"
    before = next(
        (one.confidence for one in Matcher(bare, VOCABULARY).match(text).matches if one.id == "a/parcel"), 0.0
    )
    assert taught.match(text).matches[0].confidence > before
    assert not taught.knows("wulfric")
    assert not taught.knows("droped")
    assert taught.knows("parcel")
