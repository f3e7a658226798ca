"""Block Kit's limits: content at a limit is accepted, content over it is rejected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slackguide.sandbox.block_kit.validation import check_message_blocks, check_view, too_long, view_too_large
from tests.support.bolt_app import actions, button, field, modal, section

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def option(value: str = "v", text: str = "Text", **more: Any) -> Block:
    return {"text": plain(text), "value": value, **more}


def options(count: int) -> list[Block]:
    return [option(str(number)) for number in range(count)]


def select(**more: Any) -> Block:
    return {"type": "static_select", "action_id": "s", "options": options(2), **more}


def confirm(**parts: str) -> Block:
    words = {"title": "t", "text": "t", "confirm": "c", "deny": "d", **parts}
    return {key: plain(text) for key, text in words.items()}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text)}


def context(count: int) -> Block:
    return {"type": "context", "elements": [plain("x")] * count}


def fields(count: int, size: int = 1) -> Block:
    return {"type": "section", "fields": [plain("x" * size)] * count}


def buttons(count: int) -> Block:
    return actions(*(button(f"b{number}") for number in range(count)))


def text_input(**more: Any) -> Block:
    return field("f", {"type": "plain_text_input", **more})


# What fits, the same one over the limit, and the place the refusal points at.
MESSAGE_LIMITS: dict[str, tuple[Callable[[int], list[Block]], str]] = {
    "blocks": (lambda n: [section("x")] * (49 + n), "/blocks"),
    "section text": (lambda n: [section("x" * (2999 + n))], "/blocks/0/text/text"),
    "section fields": (lambda n: [fields(9 + n)], "/blocks/0/fields"),
    "section field": (lambda n: [fields(1, 1999 + n)], "/blocks/0/fields/0/text"),
    "header": (lambda n: [header("x" * (149 + n))], "/blocks/0/text/text"),
    "context elements": (lambda n: [context(9 + n)], "/blocks/0/elements"),
    "actions elements": (lambda n: [buttons(24 + n)], "/blocks/0/elements"),
    "block_id": (lambda n: [{**section("x"), "block_id": "i" * (254 + n)}], "/blocks/0/block_id"),
    "action_id": (lambda n: [actions(button("a" * (254 + n)))], "/blocks/0/elements/0/action_id"),
    "button text": (lambda n: [actions(button("a", "x" * (74 + n)))], "/blocks/0/elements/0/text/text"),
    "button value": (lambda n: [actions(button("a", value="x" * (1999 + n)))], "/blocks/0/elements/0/value"),
    "button url": (lambda n: [actions(button("a", url="x" * (2999 + n)))], "/blocks/0/elements/0/url"),
    "select options": (lambda n: [actions(select(options=options(99 + n)))], "/blocks/0/elements/0/options"),
    "option text": (
        lambda n: [actions(select(options=[option(text="x" * (74 + n))]))],
        "/blocks/0/elements/0/options/0/text/text",
    ),
    "option value": (
        lambda n: [actions(select(options=[option("x" * (149 + n))]))],
        "/blocks/0/elements/0/options/0/value",
    ),
    "option description": (
        lambda n: [actions(select(options=[option(description=plain("x" * (74 + n)))]))],
        "/blocks/0/elements/0/options/0/description/text",
    ),
    "placeholder": (
        lambda n: [actions(select(placeholder=plain("x" * (149 + n))))],
        "/blocks/0/elements/0/placeholder/text",
    ),
    "checkboxes": (
        lambda n: [actions({"type": "checkboxes", "action_id": "c", "options": options(9 + n)})],
        "/blocks/0/elements/0/options",
    ),
    "radio buttons": (
        lambda n: [actions({"type": "radio_buttons", "action_id": "c", "options": options(9 + n)})],
        "/blocks/0/elements/0/options",
    ),
    "overflow": (
        lambda n: [actions({"type": "overflow", "action_id": "o", "options": options(4 + n)})],
        "/blocks/0/elements/0/options",
    ),
    "confirm title": (
        lambda n: [actions(button("a", confirm=confirm(title="x" * (99 + n))))],
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "confirm text": (
        lambda n: [actions(button("a", confirm=confirm(text="x" * (299 + n))))],
        "/blocks/0/elements/0/confirm/text/text",
    ),
    "confirm button": (
        lambda n: [actions(button("a", confirm=confirm(confirm="x" * (29 + n))))],
        "/blocks/0/elements/0/confirm/confirm/text",
    ),
}


@pytest.mark.parametrize("limit", MESSAGE_LIMITS)
def test_limits_of_messages(limit: str) -> None:
    make, at = MESSAGE_LIMITS[limit]
    assert check_message_blocks(make(1)) == []
    assert at in [problem.at for problem in check_message_blocks(make(2))]


VIEW_LIMITS: dict[str, tuple[Callable[[int], Block], str]] = {
    "blocks": (lambda n: modal(*[section("x")] * (99 + n)), "/view/blocks"),
    "title": (lambda n: modal(title=plain("x" * (23 + n))), "/view/title/text"),
    "submit": (lambda n: modal(submit=plain("x" * (23 + n))), "/view/submit/text"),
    "close": (lambda n: modal(close=plain("x" * (23 + n))), "/view/close/text"),
    "private_metadata": (lambda n: modal(private_metadata="x" * (2999 + n)), "/view/private_metadata"),
    "callback_id": (lambda n: modal(callback_id="x" * (254 + n)), "/view/callback_id"),
    "label": (
        lambda n: modal({**text_input(), "label": plain("x" * (1999 + n))}),
        "/view/blocks/0/label/text",
    ),
    "hint": (lambda n: modal({**text_input(), "hint": plain("x" * (1999 + n))}), "/view/blocks/0/hint/text"),
    "max_length": (lambda n: modal(text_input(max_length=2999 + n)), "/view/blocks/0/element/max_length"),
    "initial value": (
        lambda n: modal(text_input(max_length=10, initial_value="x" * (9 + n))),
        "/view/blocks/0/element/initial_value",
    ),
}


@pytest.mark.parametrize("limit", VIEW_LIMITS)
def test_limits_of_views(limit: str) -> None:
    make, at = VIEW_LIMITS[limit]
    assert check_view(make(1)) == []
    assert at in [problem.at for problem in check_view(make(2))]


def messages(blocks: Any) -> list[str]:
    return [problem.message for problem in check_message_blocks(blocks)]


BROKEN = {
    "no type": ([{}], "unsupported type: None"),
    "image": ([{"type": "image", "image_url": "x", "alt_text": "x"}], "unsupported type: image"),
    "not an object": (["x"], "must be an object"),
    "empty text": ([section("")], "must be more than 0 characters"),
    "no text": ([{"type": "section"}], "missing required field: text"),
    "mrkdwn header": (
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "unsupported type: mrkdwn",
    ),
    "unknown property": ([{**section("x"), "colour": "red"}], "invalid additional property: colour"),
    "no elements": ([{"type": "actions"}], "must be an array"),
    "empty actions": ([actions()], "no fewer than 1 items allowed"),
    "text input outside input": (
        [actions({"type": "plain_text_input", "action_id": "x"})],
        "unsupported type: plain_text_input",
    ),
    "style": ([actions(button("a", style="loud"))], "must be a valid enum value"),
    "same block_id": (
        [{**section("x"), "block_id": "b"}, {**section("y"), "block_id": "b"}],
        "block_id `b` already exists at /blocks/0/block_id",
    ),
    "same action_id in one block": (
        [actions(button("a"), button("a"))],
        "action_id `a` already exists at /blocks/0/elements/0/action_id",
    ),
    "initial option unknown": (
        [actions(select(initial_option=option("zzz")))],
        "initial_option must match one of the options",
    ),
    "options and groups": (
        [actions(select(option_groups=[{"label": plain("g"), "options": options(1)}]))],
        "either options or option_groups is required",
    ),
    "verbatim is a boolean": (
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "verbatim": "yes"}}],
        "must be a boolean",
    ),
    "button without text": ([actions({"type": "button", "action_id": "a"})], "missing required field: text"),
    "date": (
        [actions({"type": "datepicker", "action_id": "d", "initial_date": "1 May"})],
        "must be in the format YYYY-MM-DD",
    ),
    "rich text piece": (
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "shout", "text": "x"}]}],
            }
        ],
        "unsupported type: shout",
    ),
    "rich text url": (
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": 1}]}],
            }
        ],
        "must be a string",
    ),
    "option with a type": ([actions(select(options=[option(type="x")]))], "invalid additional property: type"),
    "half a character": ([section("\ud800")], "must be a string"),
    "null": ([actions(button("a", confirm=None))], "must be an object"),
    "whole number": (
        [field("m", {"type": "multi_static_select", "options": options(1), "max_selected_items": True})],
        "must be an integer",
    ),
    "rich text list without style": (
        [{"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": []}]}],
        "missing required field: style",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_blocks(case: str) -> None:
    blocks, message = BROKEN[case]
    assert message in messages(blocks)


def test_the_same_action_id_in_two_blocks_is_fine() -> None:
    assert messages([actions(button("a"), block_id="one"), actions(button("a"), block_id="two")]) == []


def test_a_form_needs_a_submit_label() -> None:
    view = modal(text_input())
    del view["submit"]
    assert [problem.message for problem in check_view(view)] == ["missing required field: submit"]


def test_a_view_has_a_size() -> None:
    view = modal(*(section("é" * 2000) for _ in range(60)))
    assert not view_too_large(view)
    assert view_too_large(modal(*(section("é" * 2000) for _ in range(63))))


def test_only_what_is_read_counts_towards_a_message_s_length() -> None:
    long_values = [actions(*(button(f"b{n}", value="v" * 2000) for n in range(20)))]
    assert not too_long(long_values)


GOOD = [
    header("Title"),
    {"type": "divider"},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*x*", "verbatim": True}, "accessory": select()},
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": True}}]},
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "link", "url": "https://x.y", "text": "z"}]}
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": "U1"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
        ],
    },
    actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-05-01"}, block_id="dates"),
    field("n", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}),
    field("u", {"type": "url_text_input"}),
    field("m", {"type": "multi_static_select", "options": options(3), "max_selected_items": 2}),
    field("p", {"type": "users_select"}),
    field("e", {"type": "external_select", "min_query_length": 0}),
]


def test_what_the_bot_uses_is_taken_everywhere() -> None:
    assert messages(GOOD) == []
    assert check_view(modal(*GOOD)) == []
    assert check_view({"type": "home", "blocks": GOOD}) == []
