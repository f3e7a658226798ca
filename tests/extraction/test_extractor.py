"""Facts extracted from text: those that are known, ignored, and asked for."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.extraction.extractor import MAX_SPAN_LENGTH, ExtractedFacts, FactExtractor
from slackguide.extraction.tokenizer import MAX_TOKENS, tokenize
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.knowledge.facts import FactSpec, FactValueSpec
from slackguide.knowledge.loader import load
from slackguide.matching.wordlist import common_words

KNOWLEDGE = load(Path(__file__).parents[2] / "knowledge")
READER = FactExtractor(KNOWLEDGE.facts, FactVocabulary.of_base(KNOWLEDGE), common_words())
TODAY = date(2026, 11, 20)  # a Friday


def read(text: str, today: date = TODAY) -> ExtractedFacts:
    return READER.extract(text, today=today)


def test_the_line_of_the_requirement() -> None:
    reading = read("CL enterprise, FP, paid 20 days ago, TR+ freelancer")
    assert reading.facts == {
        "client_segment": "enterprise",
        "contract_type": "fixed_price",
        "days_since_last_payment": 20,
        "freelancer_tier": "top_rated_plus",
    }
    assert reading.unclear == {}
    assert reading.spans == {
        "client_segment": "enterprise",
        "contract_type": "FP",
        "days_since_last_payment": "paid 20 days ago",
        "freelancer_tier": "TR+",
    }


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        # the longest phrase wins
        ("top rated plus FL", "freelancer_tier", "top_rated_plus"),
        ("top rated FL", "freelancer_tier", "top_rated"),
        ("VSB+ client", "client_segment", "vsb_plus"),
        ("VSB client", "client_segment", "vsb"),
        ("very small business", "client_segment", "vsb"),
        ("VSB+TR FL", "client_segment", "vsb"),
        ("VSB + regular FL", "client_segment", "vsb"),
        ("fixed-price direct contract", "contract_type", "direct_contract"),
        # shorthand
        ("PC order", "contract_type", "project_catalog"),
        ("pc contract", "contract_type", "project_catalog"),
        ("the pc is slow", "contract_type", None),
        ("mm client", "client_segment", "mid_market"),
        ("mm, let me think", "client_segment", None),
        ("HR, paid by the client", "contract_type", "hourly"),
        ("ask HR about it", "contract_type", None),
        ("ask my HR about it", "contract_type", None),
        # negation
        ("not enterprise", "client_segment", None),
        ("isn't hourly", "contract_type", None),
        ("isn’t hourly", "contract_type", None),
        ("not urgent", "urgent_or_escalated", "no"),
        ("is not urgent at all", "urgent_or_escalated", "no"),
        ("contract isn't active", "contract_status", "ended"),
        ("the contract has not ended", "contract_status", "active"),
        ("no bonus", "payment_kind", None),
        ("not hourly but fixed price", "contract_type", "fixed_price"),
        ("client is not VSB or SB", "client_segment", None),
        ("there are no funds held in escrow", "funds_in_escrow", "no"),
        ("they didn't put any money in escrow", "funds_in_escrow", "no"),
        ("escrow isn't empty", "funds_in_escrow", "yes"),
        ("nobody suspended him manually, it was an automated hold", "suspended_by", "automation"),
        ("the suspending ticket isn't solved yet", "suspending_ticket", "open"),
        ("no open mediation ticket", "mediation_ticket", None),
        ("client has not released part of the milestone", "milestone", None),
        ("I don't think the contract is closed", "contract_status", None),
        # other words in a gap, a `not` among them
        ("the client refused flatly to release it", "milestone", "refused"),
        ("escrow still holds a little money", "funds_in_escrow", "yes"),
        ("escrow does not really hold any money", "funds_in_escrow", "no"),
        # doubts, what held once, and a question in quotes
        ("sounds like hourly to me", "contract_type", None),
        ("somebody said UIR, I'm not convinced", "concern_is_uir", None),
        ("UIR, but I'm not sure who takes it", "concern_is_uir", "yes"),
        ('he wrote "urgent?" in the subject', "urgent_or_escalated", None),
        ("used to be Small Business, upgraded to Mid-Market", "client_segment", "mid_market"),
        ("the mediation ticket was solved, now it is open again", "mediation_ticket", "open"),
        ("her brother is Top Rated Plus, she herself is Top Rated", "freelancer_tier", "top_rated"),
        # a subject and its predicate
        ("the contract is hourly, and it has ended", "contract_status", "ended"),
        ("hourly contract, closed last week", "contract_status", "ended"),
        ("the mediation ticket for this dispute has been solved", "mediation_ticket", "solved"),
        ("the account is closed, the contract is not", "contract_status", None),
        ("the contract will be closed tomorrow", "contract_status", None),
        ("I open the contract page", "contract_status", None),
        # corrections, answers and ellipses
        ("FP - scratch that, hourly", "contract_type", "hourly"),
        ("top rated, no, top rated plus", "freelancer_tier", "top_rated_plus"),
        ("the contract is open. Oh wait, it's closed.", "contract_status", "ended"),
        ("has the mediation ticket been solved? No.", "mediation_ticket", "open"),
        ("if it was urgent I'd call, but it isn't", "urgent_or_escalated", "no"),
        ("I thought it was hourly but it's fixed price", "contract_type", "fixed_price"),
        # several cases
        ("the other client is VSB, ours is VSB+", "client_segment", "vsb_plus"),
        ("two contracts: one open, one closed", "contract_status", None),
        ("client has 2 contracts, hourly", "contract_type", None),
        ("FL writes about two contracts. The one in question is hourly.", "contract_type", "hourly"),
        # who says it, about whom
        ("either the client or the freelancer asks", "reporter", None),
        ("the client asked the freelancer to refund", "reporter", None),
        ("enterprise client dispute", "reporter", None),
        ("CL on an hourly contract asks for a refund", "reporter", "client"),
        ("the freelancer, not the client, is asking", "reporter", "freelancer"),
        ("the client says so", "reporter", "client"),
        ("the freelancer has been asked by the client", "reporter", None),
        ("freelancer says the client wants more", "reporter", "freelancer"),
        ("the client is angry", "reporter", None),
        ("freelancer runs a small business", "client_segment", None),
        ("our client is a small business", "client_segment", "small_business"),
        ("client needs an enterprise plan", "client_segment", None),
        ("enterprise account", "client_segment", "enterprise"),
        # escrow
        ("$500 in escrow", "funds_in_escrow", "yes"),
        ("$0 in escrow", "funds_in_escrow", "no"),
        ("nothing left in escrow", "funds_in_escrow", "no"),
        ("it was released from escrow", "funds_in_escrow", None),
        ("funds in escrow: no", "funds_in_escrow", "no"),
        # whole words only
        ("the enterprises of hourlyness", "contract_type", None),
        ("sbc", "client_segment", None),
        # misspellings
        ("sendt by mail, contract is actve", "contract_status", "active"),
        ("medaition tiket is slved", "mediation_ticket", "solved"),
        ("the clients are in contact", "contract_type", None),
        ("enterprize client", "client_segment", "enterprise"),
        ("dircet contract", "contract_type", "direct_contract"),
        ("contact closed", "contract_status", None),
        # opinions of others, wishes and comparisons
        ("user thinks a robot suspended him", "suspended_by", None),
        ("client wants his escrow refunded", "funds_in_escrow", None),
        ("client wants a refund, escrow was refunded", "funds_in_escrow", "no"),
        ("it is as urgent as any other ticket", "urgent_or_escalated", None),
        ("FL lost his top rated badge last month", "freelancer_tier", None),
        ("FL has a top rated badge", "freelancer_tier", "top_rated"),
        ("client looks for a top rated freelancer", "freelancer_tier", None),
        ("what's a UIR", "concern_is_uir", None),
        ("open contract page in OBO", "contract_status", None),
        # said to the other party, or at another time
        ("FL told the client that he wants a refund", "reporter", None),
        ("client complained to FL", "reporter", None),
        ("FL calls her names when she asked where the app is", "reporter", None),
        ("client requested changes 5 times", "reporter", None),
        ("client wants to change the job title", "reporter", "client"),
        ("his client side is suspended and he wants to withdraw freelancer earnings", "reporter", None),
        # speakers
        ("freelancer: client never answers me, contract hourly is open", "reporter", "freelancer"),
        ("client: I paid him 9 days ago and nothing came", "reporter", "client"),
        ("Client: Enterprise. FL: regular. Hourly.", "reporter", None),
        ("Hi, client Rita here. Can I change the terms?", "reporter", "client"),
        ("client is not here", "reporter", None),
        ("FL reports, hourly", "reporter", "freelancer"),
        ("client report", "reporter", None),
        # what the payment was for
        ("hourly, paid 12 days ago, for work", "payment_kind", "work"),
        ("payment for work, hourly", "payment_kind", "work"),
        ("the freelancer is looking for work", "payment_kind", None),
        ("client wants to dispute a bonus", "payment_kind", "bonus"),
        # who is asking, left out or somebody else's
        ("FL missed the video call twice, wants a new slot", "reporter", "freelancer"),
        ("12 days without response from the client. He's a freelancer and wrote to us", "reporter", "freelancer"),
        ("She sent the freelancer a bonus and wants it back", "reporter", None),
        ("lost his freelancer, wants somebody to find him a new one", "reporter", None),
        ("Ticket 551 | Open | Tags: fl, login\nGood day, a client invited me", "reporter", "freelancer"),
        # not said of the case now
        ("hourly contracts are fine, it's about hours", "contract_type", None),
        ("do contracts keep running when the account is blocked", "contract_status", None),
        ("client would refuse the milestone if he could", "milestone", None),
        ("the client did not release part of it, he released everything", "milestone", None),
        ("escrow will be released on Friday", "days_since_last_payment", None),
        ("the last payment should be 12 days ago", "days_since_last_payment", None),
        ("last payment was 40 days ago on the other contract", "days_since_last_payment", None),
        ("Payment on Oct 30 failed", "days_since_last_payment", None),
        ("payment pending since Monday", "days_since_last_payment", None),
        ("according to the FL the escrow is empty", "funds_in_escrow", None),
        ("say the client is enterprise, where does it go", "client_segment", None),
        ("so if the client paid 3 days ago, the contract is ended", "contract_status", None),
        ("can contract be ended", "contract_status", None),
        ("the client would never release the milestone", "milestone", None),
        ("hourly, make that fixed-price", "contract_type", "fixed_price"),
        ("Escrow holds nothing anymore", "funds_in_escrow", "no"),
        ("she didn't understand why", "insists_after_explanation", None),
        ("don't treat it as urgent", "urgent_or_escalated", "no"),
        ("was urgent, not any more", "urgent_or_escalated", "no"),
        ("the next steps are done but the notes say they're not", "next_steps_met", "no"),
        ("hourly: no, DC: yes", "contract_type", "direct_contract"),
        ("only rude messages, work was ok", "payment_kind", None),
        ("last pmt 10/15, hr, act", "days_since_last_payment", 36),
        ("client waits, f/u again, 30h w/ CE", "hours_since_sent_to_ce", 30),
        # absences for a time, payments of another kind
        ("nothing has been paid since 20 October", "days_since_last_payment", None),
        ("nothing paid yet on this contract", "days_since_last_payment", "never"),
        ("client never paid a freelancer before", "days_since_last_payment", None),
        ("client promised a bonus but never paid it", "days_since_last_payment", None),
        ("paid the balance 4 days ago", "days_since_last_payment", None),
        ("refund was paid 4 days ago", "days_since_last_payment", None),
        ("client wants a refund, paid 4 days ago", "days_since_last_payment", 4),
        ("freelancer got paid by another client 4 days ago", "days_since_last_payment", None),
        ("paid him 3 times: 1 Oct, 15 Oct and 1 Nov", "days_since_last_payment", 19),
        ("apart from the insults everything is fine", "only_problem", "yes"),
        # a form copied in
        ("Contract status: ended", "contract_status", "ended"),
        ("mediation ticket: solved", "mediation_ticket", "solved"),
        # what a question asks, what is only possible, and what was once
        ("Is the abuse the only problem?", "only_problem", None),
        ("Does the client refuse the milestone?", "milestone", None),
        ("Was the payment for the work or something else?", "payment_kind", None),
        ("Perhaps this is a Direct Contract", "contract_type", None),
        ("The client may be a Small Business", "client_segment", None),
        ("It might have been an expense payment", "payment_kind", None),
        ("The Mediation ticket was open last week", "mediation_ticket", None),
        ("There was money in escrow back in August", "funds_in_escrow", None),
        ("The contract was closed last week", "contract_status", "ended"),
        ("The suspension ticket was open when I looked", "suspending_ticket", None),
        # words beside a name
        ("The hiring company is in the small business segment", "client_segment", "small_business"),
        ("We have this client in the Small Biz group", "client_segment", "small_business"),
        ("LB next to the client's name", "client_segment", "large_business"),
    ],
)
def test_phrases(text: str, fact: str, value: str | int | None) -> None:
    assert read(text).facts.get(fact) == value


@pytest.mark.parametrize(
    "text",
    [
        "is it hourly or fixed price?",
        "is it an hourly contract",
        "which queue if hourly",
        "does enterprise count as high value",
        "what is top rated plus",
        "maybe it's a direct contract",
        "hourly?",
        "was it paid 20 days ago?",
        "if it was paid 20 days ago, is he eligible?",
        "on another contract he was paid 5 days ago",
        "mediation within 30 days of the last payment",
        "up to 60 days after the last payment",
        "FL has 7 days to respond",
        "contract #12 of client 40",
        "released",
        "",
        "🤷",
    ],
)
def test_what_is_not_stated_is_not_read(text: str) -> None:
    reading = read(text)
    assert (reading.facts, reading.unclear) == ({}, {})


@pytest.mark.parametrize(
    ("text", "fact", "words"),
    [
        ("hourly fixed price", "contract_type", "The text says Hourly and Fixed-price."),
        ("paid 5 days ago. Last payment 9 days ago.", "days_since_last_payment", "The text says 5 days and 9 days."),
        ("never paid, last payment 9 days ago", "days_since_last_payment", "The text says no payment yet and 9 days."),
        ("last payment 03/04", "days_since_last_payment", "“03/04” can be March 4 or April 3."),
        ("paid on 2027-01-02", "days_since_last_payment", "January 2, 2027 is in the future."),
        ("paid a couple of weeks ago", "days_since_last_payment", "“a couple of weeks” is not an exact number."),
        ("paid more than 30 days ago", "days_since_last_payment", "“more than 30 days” is not an exact number."),
        ("paid 20-25 days ago", "days_since_last_payment", "“20-25 days” is not an exact number."),
        ("last payment -5 days ago", "days_since_last_payment", "“-5 days” is negative."),
        ("paid on 02/30", "days_since_last_payment", "“02/30” is not a valid date."),
        ("it isn't not urgent", "urgent_or_escalated", "The text has a double negation."),
        ("last payment about a month ago", "days_since_last_payment", "“about a month” is not an exact number."),
        ("last payment < 30 days", "days_since_last_payment", "“30 days” is not an exact number."),
        ("sent to CE tomorrow", "hours_since_sent_to_ce", "“tomorrow” is in the future."),
    ],
)
def test_what_is_unclear_is_asked(text: str, fact: str, words: str) -> None:
    reading = read(text)
    assert fact not in reading.facts
    assert reading.unclear == {fact: f"{words} {KNOWLEDGE.facts[fact].ask}"}


@pytest.mark.parametrize(("days", "read_out"), [(100_000, True), (100_001, False), (10**30, False)])
def test_a_number_beyond_the_maximum_is_asked(days: int, read_out: bool) -> None:
    reading = read(f"paid {days} days ago")
    assert ("days_since_last_payment" in reading.facts) is read_out
    assert ("days_since_last_payment" in reading.unclear) is not read_out


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("last payment 10 days ago, sorry, 12 days ago", 12),
        ("10 days, sorry, 12", 12),
        ("would it help if the last payment was 31 days ago? It was 29 days ago", 29),
        ("days since the last payment: 12", 12),
        ("bonus of $50 paid 5 days ago", 5),
        ("balance paid 5 days ago", None),
    ],
)
def test_numbers_are_corrected_and_continued(text: str, days: int | None) -> None:
    assert read(text).facts.get("days_since_last_payment") == days


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("sent to CE 6h ago", 6),
        ("with CE for 36 hours", 36),
        ("ticket with CE 2 days", 48),
        ("CE has had it since yesterday", 24),
        ("CE has had it since this morning", None),
        ("sent 6h ago", None),
        ("the client waits for 6 hours", None),
    ],
)
def test_hours_count_only_where_they_are_ces(text: str, hours: int | None) -> None:
    assert read(text).facts.get("hours_since_sent_to_ce") == hours


@pytest.mark.parametrize(
    ("text", "days"),
    [("12 days", 12), ("fixed price, 12 days", 12), ("FL is angry, 12 days", None), ("30-day window", None)],
)
def test_a_bare_number_counts_beside_nothing_but_facts(text: str, days: int | None) -> None:
    assert read(text).facts.get("days_since_last_payment") == days


def test_a_reader_reads_the_facts_it_was_given() -> None:
    fact = FactSpec(
        label="Colour",
        ask="Which colour?",
        kind="choice",
        values={
            "red": FactValueSpec(label="Red", words=("red", "deep|bright crimson")),
            "blue": FactValueSpec(label="Blue"),
        },
    )
    reader = FactExtractor({"colour": fact}, FactVocabulary.of())
    assert reader.extract("a bright crimson, paid 3 days ago", today=TODAY).facts == {"colour": "red"}
    assert reader.extract("not red", today=TODAY).facts == {"colour": "blue"}
    assert reader.extract("hourly", today=TODAY).facts == {}


PIECES = ("hourly", "enterprise client", "TR+ freelancer", "paid 20 days ago", "no funds in escrow")


@given(order=st.permutations(PIECES))
def test_the_order_of_statements_changes_nothing(order: list[str]) -> None:
    assert read(", ".join(order)).facts == read(", ".join(PIECES)).facts
    assert len(read(", ".join(order)).facts) == len(PIECES)


FRAGMENTS = st.sampled_from(
    (
        *PIECES, "fixed price", "not", "no", "or", "is it", "if", "?", ",", ".", "/", "+", "-", "never paid", "$0", "a",
        "10/28", "03/04", "2026-13-45", "the 31st", "31/02", "last Tuesday", "couple of weeks", "99999999999 days ago",
        "since the last payment", "with CE for", "twenty", "and a half", "28.10.", "'", "’s", "n't", "\x00", "👋",
        "٣ days",
    )
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(FRAGMENTS, max_size=12).map(" ".join))


@given(text=TEXTS, today=st.dates())
def test_any_text_on_any_day_gives_a_reading_that_the_facts_allow(text: str, today: date) -> None:
    reading = read(text, today)
    assert reading.spans.keys() == reading.facts.keys()
    assert reading.facts.keys().isdisjoint(reading.unclear)
    for name, value in reading.facts.items():
        fact = KNOWLEDGE.facts[name]
        assert value in fact.choices if isinstance(value, str) else 0 <= value <= fact.maximum
        assert 0 < len(reading.spans[name]) <= MAX_SPAN_LENGTH


@given(text=TEXTS, today=st.dates(), blank=st.sampled_from(["", " ", "\n", "\t \n"]))
def test_reading_again_reads_the_same(text: str, today: date, blank: str) -> None:
    first = read(text, today)
    assert read(text, today) == first
    assert read(blank + text + blank, today) == first


@given(days=st.integers(0, 5000))
def test_a_date_and_its_distance_are_the_same(days: int) -> None:
    dated = read(f"last paid on {(TODAY - timedelta(days=days)).isoformat()}").facts
    assert dated == read(f"last paid {days} days ago").facts == {"days_since_last_payment": days}


@pytest.mark.parametrize("word", ["hourly ", "the ", "VSB+ ", "not ", "on ", "is it ", "or ", "a", "1", "12 days ago "])
def test_what_stands_past_the_limit_changes_nothing(word: str) -> None:
    long = word * (200_000 // len(word))
    assert read(long) == read(long[:12_000])


@pytest.mark.parametrize(
    "unit", ["1234567890", "12 ", "not ", ",", "a, ", "paid 10 days ago ", "a", "TR+ ", "escow ", "hourly or ", "n't "]
)
def test_the_number_of_tokens_is_bounded(unit: str) -> None:
    assert len(tokenize(unit * 12_000)) <= MAX_TOKENS + 1
    assert read(unit * 12_000) == read((unit * 12_000)[:12_000])
