"""Pasted tickets, mails and transcripts without what says nothing about the concern."""

from __future__ import annotations

import pytest

from slackguide.matching import Matcher
from slackguide.matching.passages import is_long, read_passages

MAIL = """From: Ada Quill <ada@quill.example>
To: help desk
Date: Wed 16:02
Ticket #4417730
Subject: Re: the money of my milestone

Good morning,

my writer accepted the dispute on Tuesday and I cannot see the money back on my account yet. How long will that take?

Kind regards,
Ada Quill
Quill & Sons
Tel. 555 0100

> On 7 May, Support wrote:
> Hello Ada, the suspension of your account was lifted.

is this us or mediation?"""

CHAT = """Chat with visitor Bo, agent: Ivy
14:02 Bo: hello, my account is locked since this morning
14:03 Ivy: Hi Bo, do you want a refund?
14:05 Bo: no. tell me the reason for the block please
[14:06] Agent Ivy: Let me check with mediation."""


def test_a_mail_is_read_without_headers_signature_and_earlier_mails() -> None:
    passages = read_passages(MAIL)
    assert passages.sentences == (
        "the money of my milestone",
        "my writer accepted the dispute on Tuesday and I cannot see the money back on my account yet.",
        "How long will that take?",
    )
    assert passages.is_pasted


def test_a_transcript_is_read_without_times_names_and_the_support_side() -> None:
    assert read_passages(CHAT).sentences == (
        "my account is locked since this morning",
        "no.",
        "tell me the reason for the block please",
    )


@pytest.mark.parametrize(
    ("own", "kept"),
    [("so where do i send this?", False), ("who owns this", False), ("can i lift it myself?", True)],
)
def test_the_agents_own_line_stays_unless_it_only_asks_for_the_destination(own: str, kept: bool) -> None:
    sentences = read_passages(
        f"Requester: Bo\nStatus: Open\n\nHello, my card was updated this morning.\n\n{own}"
    ).sentences
    assert sentences[0].endswith("my card was updated this morning.")
    assert (own in sentences) is kept


def test_notes_of_the_agent_are_no_turns_of_the_support_side() -> None:
    assert (
        "last payment 52 days ago"
        in read_passages("hello there\n\nAgent note (Bea): last payment 52 days ago").sentences
    )


@pytest.mark.parametrize("text", ["", "\n\n", "From: a\nTo: b", "> > >", "14:02 Bo:", "a" * 20_000, "x: y\n" * 3_000])
def test_any_text_can_be_read(text: str) -> None:
    read_passages(text)


def test_a_question_is_no_long_text() -> None:
    assert not is_long("FL accepted the dispute, when does the refund appear")
    assert is_long(MAIL)


def test_a_sentence_far_down_in_a_long_text_counts(matcher: Matcher) -> None:
    chatter = "We met in spring and talked about gardens and the weather, which was lovely for weeks. " * 8
    matching = matcher.match(f"{chatter}\n\nHe is locked out and asks for the reason why the account is suspended.")
    assert matching.matches[0].id == "suspensions/find-reason"


def test_what_support_says_in_a_transcript_does_not_count(matcher: Matcher) -> None:
    support = "16:00 Agent Ivy: a case for the mediators? both sides want mediation, the queue takes it\n" * 4
    chat = f"chat transcript\n{support}16:05 Bo: where do I see why the account is suspended\n16:06 Bo: I wait, thanks"
    assert matcher.match(chat).matches[0].id == "suspensions/find-reason"
