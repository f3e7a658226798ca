"""The escalation form: build it from its definition and read it back. One file, so that the two agree."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    CheckboxesElement,
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticMultiSelectElement,
    StaticSelectElement,
    UrlInputElement,
)
from slack_sdk.models.views import View

from slackguide.escalation.form_validation import SubmittedValues, max_length
from slackguide.escalation.models import Escalation
from slackguide.knowledge.conditions import FactValue
from slackguide.knowledge.forms import Form, FormField
from slackguide.slack.button_payloads import AnswerState, EscalationPayload, OutdatedActionError
from slackguide.slack.ids import DUPLICATE_REASON, Action, Callback
from slackguide.slack.mrkdwn import OPTION_LIMIT, plain, truncate
from slackguide.slack.views.blocks import context

CHECKBOXES = 10
"""Most options of checkboxes; more become a menu of several choices."""


READ_LIMIT = 2000
"""Most characters of a person's words in which a field's `read` looks: it runs while the person waits for the form."""


@dataclass(frozen=True, slots=True)
class FormState:
    """What an open form remembers: which form, what was asked before, and the open escalation it was warned about."""

    form: str
    answer_state: AnswerState | None = None
    warned: str | None = None

    def encode(self) -> str:
        """The view's `private_metadata`: at most 3,000 characters, since what a button carried is at most 2,000."""
        prefill = {
            "form": self.form,
            "asked": self.answer_state.to_json() if self.answer_state else None,
            "warned": self.warned,
        }
        return json.dumps({name: value for name, value in prefill.items() if value}, ensure_ascii=False)

    @classmethod
    def decode(cls, metadata: str) -> FormState:
        """Read back. Raises `OutdatedActionError`."""
        try:
            raw = json.loads(metadata)
            state = AnswerState.from_json(raw["asked"]) if raw.get("asked") else None
            return cls(form=str(raw["form"]), answer_state=state, warned=raw.get("warned"))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise OutdatedActionError from error


@dataclass(frozen=True, slots=True)
class FormPrefill:
    """What is known before the form is opened."""

    question: str = ""
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    entry_title: str | None = None
    destination: str | None = None


def form_view(form: Form, state: FormState, prefill: FormPrefill) -> View:
    """The form with everything filled in that is known."""
    blocks: list[Block] = []
    if form.intro:
        blocks.append(SectionBlock(text=plain(form.intro)))
    if prefill.entry_title:
        goes = f" The guide says: {prefill.destination}." if prefill.destination else ""
        blocks.append(context(f"About: {prefill.entry_title}.{goes}"))
    initial = initial_values(form, prefill)
    blocks += [_input(id, item, initial.get(id)) for id, item in form.fields.items()]
    return _modal(form, blocks, state)


def duplicate_warning_view(
    form: Form, state: FormState, first: Escalation, link: str | None, submission: SubmittedValues
) -> View:
    """The same form again, everything typed kept, with the open escalation about the same case and a reason to give."""
    notice = f"{first.reference} about this ticket or contract is open already"
    where = f" ({link})" if link else ""
    warning = f"{notice}{where}. Follow that one instead, or say why a second one is needed and send it."
    follow = ButtonElement(
        text=plain("Follow it instead", 75), action_id=Action.FOLLOW, value=EscalationPayload(first.id).encode(),
        style="primary", accessibility_label=truncate(f"Follow {first.reference} instead of sending this", 75),
    )  # fmt: skip
    reason = InputBlock(
        block_id=DUPLICATE_REASON,
        label=plain("Why a second escalation is needed"),
        element=PlainTextInputElement(action_id=DUPLICATE_REASON, max_length=300),
    )
    blocks: list[Block] = [SectionBlock(text=plain(warning), accessory=follow), reason]
    blocks += [_input(id, item, submission.get(id)) for id, item in form.fields.items()]
    return _modal(form, blocks, state)


def _modal(form: Form, blocks: Sequence[Block], state: FormState) -> View:
    return View(
        type="modal",
        callback_id=Callback.ESCALATION,
        title=plain(form.title, 24),
        submit=plain("Send", 24),
        close=plain("Cancel", 24),
        private_metadata=state.encode(),
        blocks=list(blocks),
    )


def initial_values(form: Form, prefill: FormPrefill) -> dict[str, str | Sequence[str]]:
    """Field id to what is filled in: facts, then what the words say, then the agent's words themselves."""
    values: dict[str, str | Sequence[str]] = {}
    for id, item in form.fields.items():
        value = _initial(item, prefill)
        if value:
            values[id] = value
    return values


def _initial(item: FormField, known: FormPrefill) -> str | None:
    if item.fact is not None and item.fact in known.facts:
        known_facts = known.facts[item.fact]
        if item.kind == "number":
            return str(known_facts) if isinstance(known_facts, int) and _clamp(item, known_facts) else None
        return str(known_facts) if not item.options or str(known_facts) in item.options else None
    if item.read is not None and (found := re.search(item.read, _readable(known.question))) and found.group(1):
        return truncate(found.group(1), max_length(item))
    prefill = {"concern": known.question, "entry": known.entry_title, "destination": known.destination}
    text = prefill.get(item.prefill or "")
    return truncate(text, max_length(item)) if text and item.kind in ("short_text", "long_text") else None


def _readable(text: str) -> str:
    """Return what patterns of the knowledge base see of a person's words: so much, and no runs of white space."""
    return " ".join(text.split())[:READ_LIMIT]


def _clamp(item: FormField, number: int) -> bool:
    return (item.minimum is None or number >= item.minimum) and (item.maximum is None or number <= item.maximum)


def _input(id: str, item: FormField, value: str | Sequence[str] | None) -> InputBlock:
    return InputBlock(
        block_id=id,
        label=plain(item.label, 150),
        hint=plain(item.hint, 300) if item.hint else None,
        optional=not item.required,
        element=_element(id, item, value),
    )


def _element(id: str, item: FormField, value: str | Sequence[str] | None) -> InputInteractiveElement:
    placeholder = plain(item.placeholder, 150) if item.placeholder else None
    text = value if isinstance(value, str) else None
    match item.kind:
        case "short_text" | "long_text":
            return PlainTextInputElement(
                action_id=id, multiline=item.kind == "long_text", max_length=max_length(item), initial_value=text,
                min_length=item.min_length or None, placeholder=placeholder,
            )  # fmt: skip
        case "choice":
            options = _options(item)
            selected = options.get(text or "")
            return StaticSelectElement(
                action_id=id, options=list(options.values()), initial_option=selected,
                placeholder=placeholder or plain("Choose"),
            )  # fmt: skip
        case "choices":
            return _several(id, item, value)
        case "date":
            return DatePickerElement(action_id=id, initial_date=text, placeholder=placeholder)
        case "number":
            return NumberInputElement(
                action_id=id, is_decimal_allowed=False, initial_value=text, placeholder=placeholder,
                min_value=None if item.minimum is None else str(item.minimum),
                max_value=None if item.maximum is None else str(item.maximum),
            )  # fmt: skip
        case "link":
            return UrlInputElement(action_id=id, initial_value=text, placeholder=placeholder)


def _several(id: str, item: FormField, value: str | Sequence[str] | None) -> InputInteractiveElement:
    options = _options(item)
    names = () if value is None else (value,) if isinstance(value, str) else tuple(value)
    selected = [options[name] for name in names if name in options]
    if len(options) <= CHECKBOXES:
        return CheckboxesElement(action_id=id, options=list(options.values()), initial_options=selected or None)
    return StaticMultiSelectElement(
        action_id=id, options=list(options.values()), initial_options=selected or None, placeholder=plain("Choose")
    )


def _options(item: FormField) -> dict[str, Option]:
    return {name: Option(text=plain(truncate(label, OPTION_LIMIT)), value=name) for name, label in item.options.items()}


def submitted_values(view: Mapping[str, Any]) -> dict[str, str | list[str] | None]:
    """What a submission holds: block id to text, option name, option names, or None for a field left empty."""
    state = (view.get("state") or {}).get("values") or {}
    return {
        block: _submitted(next(iter(elements.values())))
        for block, elements in state.items()
        if isinstance(elements, Mapping) and elements
    }


def _submitted(element: Mapping[str, Any]) -> str | list[str] | None:
    if "selected_options" in element:
        return [str(option["value"]) for option in element["selected_options"] or ()]
    if "selected_option" in element:
        option = element["selected_option"]
        return str(option["value"]) if option else None
    value = element.get("selected_date", element.get("value"))
    return None if value is None else str(value)
