"""What Slack and other programs add around the words is removed before they are read."""

from __future__ import annotations

import pytest

from slackguide.text import normalize, normalize_characters, readings


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("follow up on CE ticket, *not* urgent", "follow up on CE ticket, not urgent"),
        ("_no_ funds in `escrow`, **closed**", "no funds in escrow, closed"),
        ("```paid 12 days ago```", "paid 12 days ago"),
        ("~hourly~ fixed price", "fixed price"),
        ("~20 days, ~30 at most", "~20 days, ~30 at most"),
        ("user_name_1 has 2*3*4 hours", "user_name_1 has 2*3*4 hours"),
        ("29\u201131 days, 29\u201331 days, 29\u221231 days", "29-31 days, 29-31 days, 29-31 days"),
        ("ended\u2014where to", "ended - where to"),
        ("isn\u2019t \u201cended\u201d", 'isn\'t "ended"'),
        ("con\u200btract en\u00added \u202d1234\u202c\ufeff", "contract ended 1234"),
        ("no\u00a0funds\u2003in\u3000escrow", "no funds in escrow"),
        ("\u3164", ""),
        ("\uff11\uff12 days", "12 days"),
        ("call <tel:31415926|31415926> or <mailto:a@b.example|a@b.example>", "call 31415926 or a@b.example"),
        ("<https://x.example/t/5|ticket 5>", "ticket 5 https://x.example/t/5"),
        ("<https://x.example/t/5>", "https://x.example/t/5"),
        ("ask <#C012|ask-disputes> or <@U1|marek> or <!subteam^S1|@leads> today", "ask or or today"),
        ("ask #ask-disputes or @marek, ticket #4711", "ask or , ticket #4711"),
        ("a &lt; b &amp; c", "a < b & c"),
        (":wave: refund :slightly_smiling_face: :+1::skin-tone-3:", "refund"),
        ("at 10:30:45 ratio 3:2:1", "at 10:30:45 ratio 3:2:1"),
        ("> quoted\n> text. End.\nMore", "quoted\ntext. End.\nMore"),
        ("sent\r\n\r\nagain", "sent\n\nagain"),
    ],
)
def test_what_is_added_around_the_words_is_removed(written: str, read: str) -> None:
    assert normalize(written) == read
    assert normalize(read) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("not\nurgent", "not urgent"),
        ("the contract isn't\nended", "the contract isn't ended"),
        (
            "the client says that the freelancer did\nnot deliver and the contract was closed",
            "the client says that the freelancer did not deliver and the contract was closed",
        ),
        ("hourly\nended\npaid 3 days ago", "hourly\nended\npaid 3 days ago"),
        ("Contract: hourly\nStatus: ended", "Contract: hourly\nStatus: ended"),
        ("- hourly\n- not urgent", "- hourly\n- not urgent"),
        ("it has ended.\nit was hourly", "it has ended.\nit was hourly"),
        ("is it\n\nhourly", "is it\n\nhourly"),
    ],
)
def test_wrapped_lines_are_joined_and_statements_are_not(written: str, read: str) -> None:
    assert normalize(written) == read


def test_a_break_that_may_be_a_wrap_is_read_in_both_ways() -> None:
    torn = "the client asked if the contract\nended last week or goes on"
    assert readings(torn) == (torn, torn.replace("\n", " "))
    assert readings("hourly\nended") == ("hourly\nended",)


def test_accents_and_joined_emoji_are_no_invisible_characters() -> None:
    assert normalize_characters("José does not answer") == "José does not answer"
