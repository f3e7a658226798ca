"""The escalation form: build it from its definition and read it back. One file, so that the two agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self

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
from slackguide.escalation.models import Escalation, Recommendation
from slackguide.guide import Answer, Outcome
from slackguide.knowledge.checklists import ticked_in
from slackguide.knowledge.conditions import FactValue, date_range_of
from slackguide.knowledge.forms import Form, FormField
from slackguide.slack.button_payloads import AnswerState, EscalationPayload, OutdatedActionError
from slackguide.slack.ids import DUPLICATE_REASON, Action, Callback
from slackguide.slack.mrkdwn import OPTION_LIMIT, plain, truncate
from slackguide.slack.views.blocks import context
from slackguide.slack.views.selects import select_options
from slackguide.text import normalize

CHECKBOXES = 10
"""Most options of checkboxes; more become a menu of several choices."""


READ_LIMIT = 2000
"""Most characters of a question that a field's `read` pattern searches, while the person waits for the form."""


METADATA_LIMIT = 3000
"""Most characters of a view's `private_metadata`."""

WARNED_LENGTH = 100
"""Characters that the reference of a duplicate takes in it, at most: it is added when the form is submitted."""


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """The answer that a form was opened from; both fields are None where the guide had no answer."""

    entry_id: str | None = None
    recommendation: Recommendation | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object; `from_json` reads it back."""
        advice = self.recommendation
        given = {
            "entry": self.entry_id,
            "destination": advice.destination if advice else None,
            "because": list(advice.because) if advice else None,
        }
        return {name: value for name, value in given.items() if value}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read an answer from the JSON object of `to_json`. Raises `OutdatedActionError` for anything else."""
        match raw.get("destination"), raw.get("because", []), raw.get("entry"):
            case (str() as destination, list() as because, str() | None as entry_id):
                return cls(entry_id, Recommendation(destination, tuple(str(reason) for reason in because)))
            case (None, _, str() | None as entry_id):
                return cls(entry_id)
            case _:
                raise OutdatedActionError


def shown_answer(outcome: Outcome) -> ShownAnswer:
    """Return the entry and the recommendation of an outcome."""
    if not isinstance(outcome, Answer):
        return ShownAnswer()
    target = outcome.decision.destination
    return ShownAnswer(outcome.entry.id, Recommendation(target.name, outcome.decision.because) if target else None)


@dataclass(frozen=True, slots=True)
class FormState:
    """The state of an open form, in its view's `private_metadata`."""

    form: str
    answer_state: AnswerState | None = None
    """State of the answer that the form was opened from."""
    warned: str | None = None
    """Reference of the open escalation about the same case that the form shows."""
    shown: ShownAnswer | None = None
    """The answer as it was when the form opened; None where it is stored under `shown_token`, or in forms of 0.1.0."""
    shown_token: str | None = None

    @property
    def fits(self) -> bool:
        """Whether `private_metadata` takes it, with the reference of a duplicate too."""
        return len(self.encode()) <= METADATA_LIMIT - WARNED_LENGTH

    def encode(self) -> str:
        """Return the view's `private_metadata`."""
        content: dict[str, Any] = {
            "form": self.form,
            "asked": self.answer_state.to_json() if self.answer_state else None,
            "warned": self.warned,
            "shown_token": self.shown_token,
        }
        content = {name: value for name, value in content.items() if value}
        if self.shown is not None:
            content["shown"] = self.shown.to_json()
        return json.dumps(content, ensure_ascii=False)

    @classmethod
    def decode(cls, metadata: str) -> FormState:
        """Read a view's `private_metadata`. Raises `OutdatedActionError`."""
        try:
            raw = json.loads(metadata)
            return cls(
                form=str(raw["form"]),
                answer_state=AnswerState.from_json(raw["asked"]) if raw.get("asked") else None,
                warned=raw.get("warned"),
                shown=ShownAnswer.from_json(raw["shown"]) if "shown" in raw else None,
                shown_token=raw.get("shown_token"),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise OutdatedActionError from error


@dataclass(frozen=True, slots=True)
class FormPrefill:
    """The known values for a form before it opens.

    `today` is the person's day, and `units` the units of number facts: both are needed to prefill a date.
    """

    question: str = ""
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    entry_title: str | None = None
    destination: str | None = None
    today: date | None = None
    units: Mapping[str, str] = field(default_factory=dict)


def form_view(form: Form, state: FormState, prefill: FormPrefill) -> View:
    """Return the form, prefilled with the known values."""
    blocks: list[Block] = []
    if form.intro:
        blocks.append(SectionBlock(text=plain(form.intro)))
    if prefill.entry_title:
        destination = f" The guide says: {prefill.destination}." if prefill.destination else ""
        blocks.append(context(f"About: {prefill.entry_title}.{destination}"))
    initial = initial_values(form, prefill)
    blocks += [_input(id, item, initial.get(id)) for id, item in form.fields.items()]
    return _modal(form, blocks, state)


def duplicate_warning_view(
    form: Form, state: FormState, first: Escalation, link: str | None, submission: SubmittedValues
) -> View:
    """Return the form with its values, the open escalation about the same case, and a field for a reason."""
    about = " or ".join(f"“{form.fields[id].label}”" for id in form.case_fields) or "case"
    notice = f"{first.reference} about the same {about} is open already"
    link_text = f" ({link})" if link else ""
    warning = f"{notice}{link_text}. Follow that one instead, or say why a second one is needed and send it."
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


def ticket_url_in(text: str, forms: Iterable[Form]) -> str | None:
    """Return the first link in a text that the pattern of a form's link field finds."""
    readable = _readable(text)
    patterns = [item.read for form in forms for item in form.fields.values() if item.kind == "link" and item.read]
    return next((match.group(1) for pattern in patterns if (match := re.search(pattern, readable))), None)


def initial_values(form: Form, prefill: FormPrefill) -> dict[str, str | Sequence[str]]:
    """Return the initial values by field id: from facts, then from patterns, then from the question itself."""
    values: dict[str, str | Sequence[str]] = {}
    for id, item in form.fields.items():
        value = _initial(item, prefill)
        if value:
            values[id] = value
    return values


def _initial(item: FormField, known: FormPrefill) -> str | Sequence[str] | None:
    if item.fact is not None and item.fact in known.facts:
        value = known.facts[item.fact]
        if item.kind == "number":
            return str(value) if isinstance(value, int) and _in_range(item, value) else None
        if item.kind == "date":
            return _day(value, known.units.get(item.fact), known.today)
        if item.kind == "choices":
            return [option for option in item.options if option in ticked_in(str(value))]
        return str(value) if not item.options or str(value) in item.options else None
    if item.read is not None and (match := re.search(item.read, _readable(known.question))) and match.group(1):
        return truncate(match.group(1), max_length(item))
    if item.phrases:
        return _named_options(item, _readable(known.question))
    prefill = {"concern": known.question, "entry": known.entry_title, "destination": known.destination}
    text = prefill.get(item.prefill or "")
    return truncate(text, max_length(item)) if text and item.kind in ("short_text", "long_text") else None


def _day(value: FactValue, unit: str | None, today: date | None) -> str | None:
    """Return the day that is a date fact, or that is a number of days or hours ago."""
    if not isinstance(value, int) or today is None:
        ends = date_range_of(str(value))
        return str(value) if ends and ends[0] == ends[1] else None
    days = {"days": value, "hours": value // 24}.get(unit or "")
    return (today - timedelta(days=days)).isoformat() if days is not None else None


def _named_options(item: FormField, text: str) -> str | Sequence[str] | None:
    """Return the options whose label or phrases are in the text; for a single choice the one that is."""
    named = [
        option
        for option, label in item.options.items()
        if any(_contains(text, phrase) for phrase in (label, *item.phrases.get(option, ())))
    ]
    if item.kind == "choices":
        return named
    return named[0] if len(named) == 1 else None


def _contains(text: str, phrase: str) -> bool:
    words = r"\s".join(re.escape(word) for word in phrase.split())
    return re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE) is not None


def _readable(text: str) -> str:
    """Return the part of a text that the knowledge base's patterns search, with white space collapsed."""
    return " ".join(normalize(text).split())[:READ_LIMIT]


def _in_range(item: FormField, number: int) -> bool:
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
                action_id=id, initial_option=selected, placeholder=placeholder or plain("Choose"),
                **select_options(list(options.values())),
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
        action_id=id, initial_options=selected or None, placeholder=plain("Choose"),
        **select_options(list(options.values())),
    )  # fmt: skip


def _options(item: FormField) -> dict[str, Option]:
    return {name: Option(text=plain(truncate(label, OPTION_LIMIT)), value=name) for name, label in item.options.items()}


def submitted_values(view: Mapping[str, Any]) -> dict[str, str | list[str] | None]:
    """Return a submission's values by block id: a text, an option, a list of options, or None if empty."""
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
    value = element.get("selected_date", element.get("selected_user", element.get("value")))
    return None if value is None else str(value)
