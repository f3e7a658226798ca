"""The text of a message payload, and what the app makes of messages whose words are not in `text`."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.sandbox import Exchange, Message, Person, PersonRole
from slackguide.slack.ids import Action, Callback
from slackguide.slack.message_text import MESSAGE_LIMIT, message_text, plain_text
from tests.support.app_harness import STAFF, AppHarness
from tests.support.questions import MEDIATION
from tests.support.rendered import fields, headline, live, words

Json = dict[str, Any]


def rich(*elements: Json, kind: str = "rich_text_section") -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}


def typed(text: str) -> Json:
    return {"type": "text", "text": text}


def section(text: str, *columns: str) -> Json:
    fields = {"fields": [mrkdwn(column) for column in columns]} if columns else {}
    return {"type": "section", "text": mrkdwn(text), **fields}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def read(message: Json) -> str:
    return plain_text(message_text(message))


LIST = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [typed("Two things:")]},
        {
            "type": "rich_text_list",
            "style": "ordered",
            "elements": [
                {"type": "rich_text_section", "elements": [typed("a refund")]},
                {"type": "rich_text_section", "elements": [typed("a ban")]},
            ],
        },
        {"type": "rich_text_quote", "elements": [typed("pay me")]},
        {"type": "rich_text_preformatted", "elements": [typed("error 5 < 6")]},
    ],
}

STYLED = rich(
    typed("Not"),
    typed(" urgent, see "),
    {"type": "channel", "channel_id": "C1"},
    typed(" "),
    {"type": "emoji", "name": "wave"},
)

TABLE = {
    "type": "table",
    "rows": [
        [{"type": "raw_text", "text": "Contract"}, {"type": "raw_text", "text": "Status"}],
        [{"type": "raw_text", "text": "31415926"}, rich(typed("paused"))],
    ],
}

BLOCKS: dict[str, tuple[Json, str]] = {
    "section": (section("*A* &amp; B", "*Type*\nHourly", "*Urgent*\nNo"), "*A* & B\n*Type*\nHourly\n*Urgent*\nNo"),
    "header": ({"type": "header", "text": {"type": "plain_text", "text": "A &amp; B <now>"}}, "A & B <now>"),
    "context": ({"type": "context", "elements": [mrkdwn("by us"), {"type": "image", "alt_text": "x"}]}, "by us"),
    "rich text": (LIST, "Two things:\na refund\na ban\npay me\nerror 5 < 6"),
    "markdown": ({"type": "markdown", "text": "**refund** wanted"}, "**refund** wanted"),
    "table": (TABLE, "Contract, Status\n31415926, paused"),
    "buttons": ({"type": "actions", "elements": [{"type": "button", "text": mrkdwn("Assign")}]}, ""),
    "unknown": ({"type": "hologram", "text": "boo"}, ""),
}  # fmt: skip


@pytest.mark.parametrize("what", BLOCKS)
def test_blocks_are_read(what: str) -> None:
    block, expected = BLOCKS[what]

    assert read({"text": "", "blocks": [block]}) == expected


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (typed("5 < 6 & <@U1>"), "5 < 6 & <@U1>"),
        ({"type": "link", "url": "https://x.example/a?b&c"}, "https://x.example/a?b&c"),
        ({"type": "link", "url": "https://x.example/1", "text": "the ticket"}, "the ticket https://x.example/1"),
        ({"type": "user", "user_id": "U1"}, ""),
        ({"type": "channel", "channel_id": "C1"}, ""),
        ({"type": "usergroup", "usergroup_id": "S1"}, ""),
        ({"type": "broadcast", "range": "here"}, "@here"),
        ({"type": "emoji", "name": "wave", "skin_tone": 3}, ":wave::skin-tone-3:"),
        ({"type": "date", "timestamp": 1, "format": "{date}", "fallback": "3 March"}, "3 March"),
        ({"type": "color", "value": "#F00"}, ""),
    ],
)
def test_elements_of_rich_text_are_read(element: Json, expected: str) -> None:
    assert read({"blocks": [rich(element)]}) == expected


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("*Not* urgent, see <#C1|ask-ce> :wave:", STYLED),
        ("Two things:\n1. a refund\n2. a ban\n&gt; pay me\n```error 5 &lt; 6```", LIST),
        ("<https://x.example>", rich({"type": "link", "url": "https://x.example"})),
        ("<@U1> <!subteam^S1|@leads>", rich({"type": "user", "user_id": "U1"})),
        ("refund of 5 &lt; 6", section("refund of 5 &lt; 6")),
    ],
)
def test_what_slack_repeats_is_read_once(text: str, block: Json) -> None:
    assert message_text({"text": text, "blocks": [block]}) == text


def test_a_word_within_another_is_no_repetition() -> None:
    assert read({"text": "A notary asks", "blocks": [section("no", "not a")]}) == "A notary asks\nno\nnot a"


SHARE: Json = {
    "is_share": True,
    "is_msg_unfurl": True,
    "author_name": "Ben Okafor",
    "footer": "Posted in #general",
    "text": "client &amp; freelancer disagree",
    "fallback": "[March 4th, 2026 4:00 PM] ben: client &amp; freelancer disagree",
}
INNER = [{"message": {"blocks": [rich(typed("client & freelancer disagree"))]}}]
NOTHING = "This content can’t be displayed."


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"attachments": [SHARE]}, "client & freelancer disagree"),
        ({"attachments": [SHARE | {"message_blocks": INNER}]}, "client & freelancer disagree"),
        ({"attachments": [SHARE | {"text": "", "message_blocks": INNER}]}, "client & freelancer disagree"),
        ({"attachments": [SHARE | {"text": NOTHING, "message_blocks": INNER}]}, "client & freelancer disagree"),
        ({"attachments": [SHARE | {"text": ""}]}, "client & freelancer disagree"),
        ({"attachments": [{"is_share": True, "attachments": [{"text": "a refund"}]}]}, "a refund"),
        ({"text": "where to?", "attachments": [SHARE]}, "where to?\nclient & freelancer disagree"),
        (
            {"text": "where to?", "blocks": [rich(typed("where to?"))], "attachments": [SHARE, {"title": "Refund"}]},
            "where to?\nclient & freelancer disagree\nRefund",
        ),
        (
            {"blocks": [section("Ticket 4711")], "attachments": [{"text": "Details"}, SHARE]},
            "client & freelancer disagree\nTicket 4711\nDetails",
        ),
    ],
)
def test_a_forwarded_message_is_read_after_the_comment(message: Json, expected: str) -> None:
    assert read(message) == expected


PREVIEW = {"original_url": "https://x.example", "title": "Refund policy", "text": "All about refunds"}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            {
                "pretext": "New ticket",
                "title": "Refund",
                "text": "Client is angry",
                "fallback": "New ticket: Refund",
                "fields": [{"title": "Urgent", "value": "No"}, {"value": "Hourly"}],
            },
            "New ticket\nRefund\nClient is angry\nUrgent: No\nHourly",
        ),
        ({"fallback": "[no preview available]", "blocks": [section("Refund")]}, "Refund"),
        ({"fallback": "[ERROR] api: refund failed"}, "[ERROR] api: refund failed"),
        ({"fallback": "[no preview available]", "actions": [{"text": "Assign"}]}, ""),
        (PREVIEW, "Refund policy\nAll about refunds"),
    ],
)
def test_an_attachment_is_read(message: Json, expected: str) -> None:
    assert read({"text": NOTHING, "attachments": [message]}) == expected


def test_the_preview_of_a_link_is_not_read_beside_a_message() -> None:
    assert read({"text": "client wants a ban, not <https://x.example>", "attachments": [PREVIEW]}) == (
        "client wants a ban, not https://x.example"
    )


def test_a_long_message_is_cut_between_references_and_entities() -> None:
    for width in range(1, 12):
        text = message_text(
            {"text": "x" * (MESSAGE_LIMIT - width) + "&amp;<https://x.example|y>", "blocks": [section("z")]}
        )
        assert len(text) <= MESSAGE_LIMIT
        assert set(plain_text(text)) <= set("x&y https://x.example")
        assert "<" not in plain_text(text)
    many = [section(f"number {number}") for number in range(5000)]
    assert len(message_text({"blocks": many})) <= MESSAGE_LIMIT


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "elements", "blocks", "fields", "attachments", "message_blocks", "message"]
            ),
            inner | st.sampled_from(["section", "rich_text", "context", "header", "table", "rich_text_list", "link"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments", "subtype"]), ANYTHING))
def test_a_malformed_payload_is_read_as_far_as_possible(message: Json) -> None:
    assert isinstance(json.dumps(message_text(message)), str)


# -- through the app --------------------------------------------------------------------------------------------------

CONCERN = MEDIATION
ZENDESK = Person(name="zendesk", real_name="Zendesk", role=PersonRole.AGENT, bot=True)
TICKET = [{"type": "header", "text": {"type": "plain_text", "text": "Ticket 4711"}}, section(CONCERN)]


def answers(harness: AppHarness, channel: str) -> list[Message]:
    return [message for message in harness.workspace.all_messages(channel) if message.by_bot]


def direct(harness: AppHarness) -> str:
    return harness.workspace.direct_message("ana").id


@pytest.fixture
def ticket(harness: AppHarness) -> Message:
    """Return a ticket that another app posted, in blocks alone."""
    harness.workspace.add_person(ZENDESK)
    staff = harness.workspace.conversation(STAFF)
    harness.workspace.change_channel(STAFF, members=staff.members | {ZENDESK.id})
    harness.sandbox.post_as_app("zendesk", STAFF, blocks=TICKET)
    return harness.workspace.messages(STAFF)[-1]


def ask_shortcut(harness: AppHarness, message: Message) -> str:
    assert harness.sandbox.message_shortcut("ana", message.ts, Callback.MESSAGE_SHORTCUT).ok
    return words(harness.modal())


@pytest.mark.parametrize("comment", ["", "where does this go?"])
def test_a_forwarded_message_is_answered_with_its_words(harness: AppHarness, comment: str) -> None:
    harness.sandbox.say("ben", "general", CONCERN)
    original = harness.workspace.messages("general")[-1]

    exchange = harness.sandbox.forward("ana", direct(harness), original.ts, comment)
    harness.settle()

    assert exchange.sent["event"]["text"] == comment
    (answer,) = answers(harness, direct(harness))
    assert "Send a case to Mediation" in words(answer)
    assert live(answer) == set()
    harness.click(answer, Action.ESCALATE)
    assert fields(harness.modal())["summary"] == "\n".join(filter(None, [comment, CONCERN]))


def test_a_forwarded_ticket_is_answered(harness: AppHarness, ticket: Message) -> None:
    harness.sandbox.forward("ana", direct(harness), ticket.ts)
    harness.settle()

    (answer,) = answers(harness, direct(harness))
    assert "Send a case to Mediation" in words(answer)
    harness.click(answer, Action.ESCALATE)
    assert fields(harness.modal())["summary"] == f"Ticket 4711\n{CONCERN}"


def test_facts_of_a_forwarded_message_count_in_the_thread(harness: AppHarness) -> None:
    first = harness.ask(CONCERN)
    harness.sandbox.say("ben", "general", "it was a payment for work, for a mid-market client")
    facts = harness.workspace.messages("general")[-1]

    harness.sandbox.forward("ana", direct(harness), facts.ts, thread_ts=first.thread_ts)
    harness.settle()

    assert headline(answers(harness, direct(harness))[-1]) == "HV Mediation Tier 1"


def test_a_mention_that_forwards_a_message_is_answered_with_its_words(harness: AppHarness, ticket: Message) -> None:
    comment = f"@{harness.workspace.app.name} where does this go?"

    harness.sandbox.forward("ana", STAFF, ticket.ts, comment)
    harness.settle()

    (answer,) = answers(harness, STAFF)
    assert "Send a case to Mediation" in words(answer)


def test_the_shortcut_reads_a_message_that_forwards_another(harness: AppHarness) -> None:
    harness.sandbox.say("ben", "general", CONCERN)
    harness.sandbox.forward("ben", STAFF, harness.workspace.messages("general")[-1].ts)

    assert "Send a case to Mediation" in ask_shortcut(harness, harness.workspace.messages(STAFF)[-1])


def test_the_shortcut_reads_a_ticket_in_blocks(harness: AppHarness, ticket: Message) -> None:
    assert ticket.text == "This content can't be displayed."
    assert "Send a case to Mediation" in ask_shortcut(harness, ticket)


def test_the_shortcut_reads_a_ticket_in_attachments(harness: AppHarness, ticket: Message) -> None:
    harness.sandbox.post_as_app("zendesk", STAFF, attachments=[{"fallback": "A ticket", "text": CONCERN}])

    assert "Send a case to Mediation" in ask_shortcut(harness, harness.workspace.messages(STAFF)[-1])


PARTS: dict[str, Json] = {
    "blocks": {"blocks": TICKET, "attachments": []},
    "attachments": {"blocks": [], "attachments": [{"title": "Ticket 4711", "text": CONCERN}]},
}


def resend(harness: AppHarness, exchange: Exchange, changes: Json) -> None:
    """Send the event of another message of the same person, with some changes."""
    payload = copy.deepcopy(exchange.sent)
    event = payload["event"]
    message = Message(channel=event["channel"], ts=harness.workspace.next_ts(), user=event["user"], text="-")
    payload["event"] |= {"ts": harness.workspace.post(message).ts, **changes}
    payload["event_id"] = "EvShape"
    assert harness.send("events_api", payload).status == 200
    harness.settle()


@pytest.mark.parametrize("where", PARTS)
def test_a_direct_message_of_one_part_is_answered(harness: AppHarness, where: str) -> None:
    exchange = harness.sandbox.message("ana", "help")
    harness.settle()

    resend(harness, exchange, {"text": "", **PARTS[where]})

    assert "Send a case to Mediation" in words(answers(harness, direct(harness))[-1])


@pytest.mark.parametrize("where", PARTS)
def test_a_mention_beside_one_part_is_answered(harness: AppHarness, where: str) -> None:
    exchange = harness.sandbox.mention("ana", STAFF, "")
    harness.settle()
    assert "That message has no text" in answers(harness, STAFF)[-1].text

    resend(harness, exchange, PARTS[where])

    assert "Send a case to Mediation" in words(answers(harness, STAFF)[-1])


def test_me_is_a_message(harness: AppHarness) -> None:
    exchange = harness.sandbox.command("ana", direct(harness), "/me", CONCERN)
    harness.settle()

    assert exchange.sent["event"]["subtype"] == "me_message"
    (answer,) = answers(harness, direct(harness))
    assert "Send a case to Mediation" in words(answer)
    assert "Send a case to Mediation" in ask_shortcut(harness, harness.workspace.direct_messages("ana")[0])


def test_a_mention_in_a_me_message_is_answered(harness: AppHarness) -> None:
    exchange = harness.sandbox.mention("ana", STAFF, CONCERN)
    harness.settle()
    before = len(answers(harness, STAFF))

    resend(harness, exchange, {"subtype": "me_message"})

    assert len(answers(harness, STAFF)) == before + 1
