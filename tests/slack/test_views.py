"""Views and the state that travels in them: what is written is read back, and Slack's limits hold."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from slackguide.escalation.filters import PageCursor
from slackguide.escalation.form_validation import ValidForm, max_length, validate_form
from slackguide.escalation.models import Recommendation
from slackguide.guide import Guide
from slackguide.knowledge.forms import Form, FormField
from slackguide.sandbox.block_kit.state import choose, find, state_of
from slackguide.sandbox.block_kit.validation import check_view
from slackguide.slack.button_payloads import (
    ALL_FACTS,
    INLINE_LIMIT,
    VALUE_LIMIT,
    AnswerPayload,
    AnswerState,
    ChooseEntryPayload,
    ChooseFormPayload,
    EscalatePayload,
    EscalationPayload,
    FeedbackPayload,
    HomePagePayload,
    OutdatedActionError,
    RemoveFactPayload,
    Section,
    SetFactPayload,
    UnknownFactPayload,
)
from slackguide.slack.ids import Callback
from slackguide.slack.mrkdwn import bold, escape, escape_within, truncate, unescape
from slackguide.slack.views.ask_modal import ask_view
from slackguide.slack.views.blocks import TEXT_LIMIT, RenderedMessage, text_card
from slackguide.slack.views.escalation_form import (
    FormPrefill,
    FormState,
    ShownAnswer,
    form_view,
    initial_values,
    submitted_values,
)

# -- forms ------------------------------------------------------------------------------------------------------------

names = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
labels = st.text(min_size=1, max_size=75).filter(str.strip)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=400)


@st.composite
def form_fields(draw: st.DrawFn) -> FormField:
    """Any field that the knowledge format allows."""
    kind = draw(st.sampled_from(["short_text", "long_text", "choice", "choices", "date", "number", "link"]))
    options: dict[str, str] = {}
    if kind in ("choice", "choices"):
        options = draw(st.dictionaries(names, labels, min_size=1, max_size=15))
    return FormField(
        label=draw(labels),
        kind=kind,
        required=draw(st.booleans()),
        hint=draw(st.none() | labels),
        placeholder=draw(st.none() | labels) if kind != "choices" else None,
        max_length=draw(st.none() | st.integers(1, 3000)) if kind in ("short_text", "long_text") else None,
        minimum=draw(st.none() | st.integers(-1000, 0)) if kind == "number" else None,
        maximum=draw(st.none() | st.integers(0, 100_000)) if kind == "number" else None,
        options=options,
        prefill=draw(st.sampled_from([None, "concern", "entry", "destination"])),
    )


forms = st.builds(
    Form,
    title=st.text(min_size=1, max_size=24).filter(str.strip),
    prefix=st.just("D"),
    channel=st.just("ask-disputes"),
    intro=st.none() | labels,
    fields=st.dictionaries(names, form_fields(), min_size=1, max_size=12),
)


def typed_into(item: FormField) -> SearchStrategy[Any]:
    """Return what a person can put into a field."""
    match item.kind:
        case "choice":
            return st.sampled_from([*item.options])
        case "choices":
            return st.lists(st.sampled_from([*item.options]), unique=True, min_size=1)
        case "date":
            return st.dates().map(str)
        case "number":
            return st.integers(item.minimum or -9, item.maximum or 99).map(str)
        case "link":
            return names.map(lambda name: f"https://{name}.example/{name}")
        case _:
            return texts.map(lambda text: text[: max_length(item)]).filter(str.strip)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_form_is_drawn_filled_in_and_read_back(data: st.DataObject) -> None:
    """Through the sandbox's own screen: Slack's validation, then typing, then `state.values`."""
    form = data.draw(forms)
    view = form_view(form, FormState("some-form"), FormPrefill()).to_dict()
    assert check_view(view) == []
    assert view["callback_id"] == Callback.ESCALATION
    given_values = {id: data.draw(typed_into(item)) for id, item in form.fields.items()}
    states: dict[str, Any] = {}
    for id, value in given_values.items():
        block, element = find(view["blocks"], id)
        assert block["block_id"] == element["action_id"] == id
        states[id] = {id: choose(element, value)}

    read = submitted_values({"state": {"values": state_of(view["blocks"], states)}})

    assert read == given_values
    checked = validate_form(form, read)
    if isinstance(checked, ValidForm):
        for id, item in form.fields.items():
            if item.kind in ("choice", "link"):
                assert checked.values[id] == given_values[id]
            if item.kind == "choices":
                assert set(checked.values[id]) == set(given_values[id])  # type: ignore[arg-type]


@settings(max_examples=80, deadline=None)
@given(forms, texts, st.none() | labels, st.none() | labels)
def test_what_is_filled_in_beforehand_is_what_the_form_holds(
    form: Form, words: str, title: str | None, destination: str | None
) -> None:
    known = FormPrefill(words, {}, title, destination)
    view = form_view(form, FormState("some-form"), known).to_dict()
    assert check_view(view) == []

    read = submitted_values({"state": {"values": state_of(view["blocks"])}})

    filled_in = initial_values(form, known)
    for id in form.fields:
        expected = filled_in.get(id)
        assert (read[id] or None) == expected


def test_an_empty_field_is_read_as_nothing() -> None:
    form = Form.model_validate(
        {
            "title": "T", "prefix": "T", "channel": "c",
            "fields": {
                "a": {"label": "a", "kind": "short_text"}, "b": {"label": "b", "kind": "date"},
                "c": {"label": "c", "kind": "choice", "options": {"x": "X"}},
                "d": {"label": "d", "kind": "choices", "options": {"x": "X"}},
            },
        }
    )  # fmt: skip
    view = form_view(form, FormState("f"), FormPrefill()).to_dict()

    assert submitted_values({"state": {"values": state_of(view["blocks"])}}) == {
        "a": None,
        "b": None,
        "c": None,
        "d": [],
    }


def test_a_date_and_a_checklist_fill_in_their_fields() -> None:
    form = Form.model_validate(
        {
            "title": "T", "prefix": "T", "channel": "c",
            "fields": {
                "a": {"label": "a", "kind": "date", "fact": "signed"},
                "b": {"label": "b", "kind": "choices", "fact": "ready", "options": {"x": "X", "y": "Y", "z": "Z"}},
                "c": {"label": "c", "kind": "short_text", "fact": "signed"},
            },
        }
    )  # fmt: skip
    known = FormPrefill(facts={"signed": "2022-07-06", "ready": "z+x"})
    assert initial_values(form, known) == {"a": "2022-07-06", "b": ["x", "z"], "c": "2022-07-06"}
    for facts in ({"signed": "2022-07-01..2022-07-06", "ready": "none"}, {"signed": "never"}):
        assert initial_values(form, replace(known, facts=facts)).keys() <= {"c"}
    assert check_view(form_view(form, FormState("f"), known).to_dict()) == []


@pytest.mark.parametrize("view", [{}, {"state": None}, {"state": {"values": None}}, {"state": {"values": {"a": {}}}}])
def test_a_submission_without_values_holds_none(view: dict[str, Any]) -> None:
    assert submitted_values(view) == {}


def test_the_ask_form_is_one_that_slack_takes(guide: Guide) -> None:
    assert check_view(ask_view(guide.knowledge).to_dict()) == []


# -- the state in buttons and windows ---------------------------------------------------------------------------------

ids = st.from_regex(r"[a-z-]{1,20}/[a-z-]{1,40}", fullmatch=True)
asked_states = st.builds(
    AnswerState,
    answer=st.text(min_size=1, max_size=16),
    text=st.text(max_size=600),
    token=st.none() | st.text(min_size=1, max_size=16),
    entry=st.none() | ids,
    facts=st.dictionaries(names, st.integers(0, 10**6) | st.text(max_size=15), max_size=18),
    removed_facts=st.lists(names, max_size=6).map(tuple),
    rejected_entries=st.lists(ids, max_size=5).map(tuple),
    unknown_facts=st.lists(names, max_size=6).map(tuple),
    section=st.none() | st.sampled_from(Section),
    chosen=st.booleans(),
)


fact_values = st.integers(0, 10**6) | st.text(max_size=15)
answer_payloads: SearchStrategy[AnswerPayload] = st.one_of(
    st.builds(AnswerPayload, asked_states),
    st.builds(ChooseEntryPayload, asked_states, ids),
    st.builds(SetFactPayload, asked_states, names, fact_values),
    st.builds(RemoveFactPayload, asked_states, names),
    st.builds(UnknownFactPayload, asked_states, names),
    st.builds(FeedbackPayload, asked_states, names),
    st.builds(EscalatePayload, asked_states, ids),
)


@settings(deadline=None)
@given(answer_payloads)
def test_a_payload_is_read_back_as_it_was_written_or_with_less_of_the_question(payload: AnswerPayload) -> None:
    value = payload.encode()

    assert len(value) <= VALUE_LIMIT
    parsed, asked = type(payload).parse(value), payload.state
    back = parsed.state
    assert replace(parsed, state=asked) == payload
    assert AnswerPayload.parse(value).state == back, "each of them carries the state"
    assert asked.text.startswith(back.text)
    assert (back.answer, back.token, back.entry, back.facts) == (asked.answer, asked.token, asked.entry, asked.facts)
    assert (back.removed_facts, back.rejected_entries) == (asked.removed_facts, asked.rejected_entries)
    assert (back.unknown_facts, back.section, back.chosen) == (asked.unknown_facts, asked.section, asked.chosen)
    if len(json.dumps(asked.text)) <= INLINE_LIMIT and not asked.rejected_entries and len(asked.facts) < 8:
        assert back == asked


@settings(deadline=None)
@given(asked_states, names)
def test_a_form_remembers_what_a_button_carried_within_3000_characters(asked: AnswerState, form: str) -> None:
    carried = EscalatePayload.parse(EscalatePayload(asked, form).encode()).state
    state = FormState(form, carried, warned="D-1001", shown_token="x" * 16)

    assert len(state.encode()) <= 3000
    assert FormState.decode(state.encode()) == state


recommendations = st.builds(
    Recommendation, st.text(min_size=1, max_size=60), st.lists(st.text(max_size=90), max_size=4).map(tuple)
)


@settings(deadline=None)
@given(asked_states, names, st.builds(ShownAnswer, st.none() | ids.filter(bool), st.none() | recommendations))
def test_a_form_remembers_the_answer_that_was_shown(asked: AnswerState, form: str, shown: ShownAnswer) -> None:
    state = FormState(form, asked, shown=shown)

    assert FormState.decode(state.encode()) == state
    if state.fits:
        assert len(replace(state, warned="D" * 40 + "-1001").encode()) <= 3000


@pytest.mark.parametrize(
    "shown", ['{"destination":1}', '{"entry":[]}', '{"destination":"a","because":"b"}', "[]", "null"]
)
def test_a_garbled_answer_in_a_form_is_outdated(shown: str) -> None:
    with pytest.raises(OutdatedActionError):
        FormState.decode(f'{{"form":"ask-ce","asked":{{"a":"x"}},"shown":{shown}}}')


@settings(deadline=None)
@given(st.text(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*"aqtefxrkonvdm"]), inner, max_size=5),
).map(json.dumps))  # fmt: skip
def test_anything_else_is_stale_and_never_an_exception_of_another_kind(value: str) -> None:
    types: tuple[type[AnswerPayload], ...] = (
        AnswerPayload, ChooseEntryPayload, SetFactPayload, RemoveFactPayload, EscalatePayload
    )  # fmt: skip
    for payload_type in types:
        try:
            asked = payload_type.parse(value).state
        except OutdatedActionError:
            continue
        assert asked.answer
        assert all(isinstance(notified, str | int) for notified in asked.facts.values())


@given(st.builds(HomePagePayload, ids, st.none() | st.builds(PageCursor, st.datetimes(timezones=st.just(UTC)), ids)))
def test_a_page_of_app_home_is_read_back_as_it_was_written(payload: HomePagePayload) -> None:
    assert HomePagePayload.parse(payload.encode()) == payload


@given(ids)
def test_buttons_that_carry_an_id_are_read_back_as_they_were_written(id: str) -> None:
    assert EscalationPayload.parse(EscalationPayload(id).encode()) == EscalationPayload(id)
    assert ChooseFormPayload.parse(ChooseFormPayload(id).encode()) == ChooseFormPayload(id)


@pytest.mark.parametrize(
    ("value", "payload"),
    [
        ('{"a":"x","q":"refund"}', AnswerPayload(AnswerState("x", "refund"))),
        ('{"a":"x","o":"ce/ban"}', ChooseEntryPayload(AnswerState("x"), "ce/ban")),
        ('{"a":"x","n":"days","v":0}', SetFactPayload(AnswerState("x"), "days", 0)),
        ('{"a":"x","d":"days"}', RemoveFactPayload(AnswerState("x"), "days")),
        ('{"a":"x","m":"ask-ce"}', EscalatePayload(AnswerState("x"), "ask-ce")),
    ],
)
def test_the_keys_on_the_wire_are_those_of_0_1_0(value: str, payload: AnswerPayload) -> None:
    assert payload.encode() == value
    assert type(payload).parse(value) == payload


def test_telling_and_taking_back_undo_each_other() -> None:
    asked = AnswerState("x", "refund", facts={"contract_type": "hourly"}, unknown_facts=("contract_type", "days"))

    notified = asked.without_fact("contract_type").with_fact("contract_type", "hourly")

    assert notified.facts == {"contract_type": "hourly"}
    assert notified.removed_facts == ()
    assert notified.unknown_facts == ("days",)


def test_a_button_of_0_1_0_says_that_no_fact_is_known() -> None:
    assert AnswerPayload.parse('{"a":"x","k":true}').state.unknown_facts == (ALL_FACTS,)
    assert UnknownFactPayload.parse('{"a":"x"}').name == ALL_FACTS


# -- words ------------------------------------------------------------------------------------------------------------


@given(st.text())
def test_words_are_escaped_once_and_completely(text: str) -> None:
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", escape(text))
    assert unescape(escape(text)) == text


@given(st.text(max_size=300), st.integers(10, 200))
def test_a_text_that_is_cut_ends_with_an_ellipsis_and_in_no_half_escape(text: str, limit: int) -> None:
    cut = escape_within(text, limit)

    assert len(cut) <= limit
    assert not re.search(r"&(?!amp;|lt;|gt;)", cut)
    assert cut == escape(text) or cut.endswith("…")


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("&lt;!channel&gt; &amp;amp;", "<!channel> &amp;"),
        ("<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2"),
        ("see <https://x.example|the ticket> now", "see the ticket https://x.example now"),
        ("<http://x.example|x.example>", "http://x.example"),
        ("<tel:31415926|31415926> or <tel:2718281>", "31415926 or 2718281"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<@U012> and <@U034|jo>", " and @jo"),
        ("<!here> <!subteam^S1|@leads> <!subteam^S1>", "@here @leads "),
        ("<#C1|general> <#C2>", "#general "),
        ("a < b", "a < b"),
    ],
)
def test_what_slack_makes_of_typed_words_is_undone(sent: str, written: str) -> None:
    assert unescape(sent) == written


@given(st.text(max_size=400))
def test_a_bold_label_is_one_piece(text: str) -> None:
    label = bold(text).to_dict()

    assert label["verbatim"] is True
    assert label["text"].count("*") == 2


@given(st.text(max_size=50), st.integers(1, 60))
def test_clipping_keeps_to_the_limit(text: str, limit: int) -> None:
    assert len(truncate(text, limit)) <= limit


def test_a_card_never_exceeds_what_a_message_takes() -> None:
    card = RenderedMessage("&" * 100_000, text_card("x").blocks * 60)

    message = card.message()

    assert len(message["text"]) <= TEXT_LIMIT
    assert len(message["blocks"]) == 50
