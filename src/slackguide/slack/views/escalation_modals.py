"""The modals of an escalation, and reading them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from slackguide.escalation.form_validation import InvalidForm
from slackguide.escalation.models import Escalation, Event
from slackguide.escalation.resolution import (
    RESOLUTION_LABELS,
    RESOLUTION_NOTE_LIMIT,
    Resolution,
    ResolutionCode,
    check_resolution,
)
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.ids import TEXT_INPUT, Callback
from slackguide.slack.mrkdwn import BUTTON_LIMIT, OPTION_LIMIT, plain
from slackguide.slack.views.blocks import context, header, paragraph, rich_text, rich_text_block
from slackguide.slack.views.escalation_text import exchange_lines, field_texts, resolution_text

SELECT_LIMIT = 100
"""Most options of a menu."""


def confirmation_view(escalation: Escalation, *, new: bool) -> View:
    """Return the modal that replaces the form of a stored escalation."""
    again = "" if new else " It was already saved; nothing was sent twice."
    text = (
        f"{escalation.reference} is saved and on its way to #{escalation.channel}.{again} "
        "I'll DM you the link once it's posted, and every update."
    )
    return View(
        type="modal",
        callback_id=Callback.CONFIRMATION,
        title=plain("Saved", 24),
        close=plain("Done", 24),
        blocks=[header(escalation.reference), SectionBlock(text=plain(text))],
    )


def read_view(escalation: Escalation, knowledge: KnowledgeBase, history: Sequence[Event]) -> View:
    """Return a modal with every field in full: it has more room than a message."""
    form = knowledge.forms.get(escalation.form_id)
    resolution = escalation.resolution
    decided = [(resolution_text(resolution, knowledge), resolution.note or "–")] if resolution else []
    blocks: list[Block] = []
    for label, text in [*field_texts(escalation, form), *exchange_lines(history), *decided]:
        blocks.append(rich_text_block(paragraph(rich_text(f"{label}\n", strong=True), rich_text(text))))
    return View(
        type="modal",
        callback_id=Callback.READ,
        title=plain(escalation.reference, 24),
        close=plain("Done", 24),
        blocks=blocks[:100] or [SectionBlock(text=plain("Its fields were erased."))],
    )


def text_modal(callback: Callback, escalation: Escalation, title: str, label: str, *, optional: bool = False) -> View:
    """Return a modal with one text field: a question to the requester, details, a reason."""
    box = PlainTextInputElement(action_id=TEXT_INPUT, multiline=True, max_length=3000)
    return View(
        type="modal",
        callback_id=callback,
        title=plain(title, 24),
        submit=plain("Send", 24),
        close=plain("Cancel", 24),
        private_metadata=escalation.id,
        blocks=[
            context(escalation.reference),
            InputBlock(block_id=TEXT_INPUT, label=plain(label), element=box, optional=optional),
        ],
    )


def hand_over_view(escalation: Escalation, knowledge: KnowledgeBase) -> View:
    """Return the modal for a hand-over: another form's specialists and a reason."""
    others = {id: form for id, form in knowledge.forms.items() if id != escalation.assigned_queue}
    options = [
        Option(text=plain(f"{form.title}, #{form.channel}", BUTTON_LIMIT), value=id) for id, form in others.items()
    ]
    select = StaticSelectElement(action_id="desk", options=options, placeholder=plain("Choose"))
    box = PlainTextInputElement(action_id=TEXT_INPUT, multiline=True, max_length=3000)
    return View(
        type="modal",
        callback_id=Callback.HAND_OVER,
        title=plain("Hand over", 24),
        submit=plain("Hand over", 24),
        close=plain("Cancel", 24),
        private_metadata=escalation.id,
        blocks=[
            context(escalation.reference),
            InputBlock(block_id="desk", label=plain("To"), element=select),
            InputBlock(block_id=TEXT_INPUT, label=plain("Why"), element=box, optional=True),
        ],
    )


def resolve_view(escalation: Escalation, knowledge: KnowledgeBase) -> View:
    """Return the modal for a resolution; `resolution_of` reads it back."""
    resolution_codes = [
        Option(text=plain(label), value=resolution_code.value) for resolution_code, label in RESOLUTION_LABELS.items()
    ]
    queues = [
        Option(text=plain(target.name, OPTION_LIMIT), value=id)
        for id, target in list(knowledge.destinations.items())[:SELECT_LIMIT]
    ]
    return View(
        type="modal",
        callback_id=Callback.RESOLVE,
        title=plain("Resolve", 24),
        submit=plain("Resolve", 24),
        close=plain("Cancel", 24),
        private_metadata=escalation.id,
        blocks=[
            context(escalation.reference),
            InputBlock(
                block_id="ending",
                label=plain("How did it end?"),
                element=StaticSelectElement(action_id="ending", options=resolution_codes, placeholder=plain("Choose")),
            ),
            InputBlock(
                block_id="queue",
                label=plain("The right queue"),
                hint=plain("Only if the queue was wrong."),
                element=StaticSelectElement(action_id="queue", options=queues, placeholder=plain("Choose")),
                optional=True,
            ),
            InputBlock(
                block_id="first",
                label=plain("The first escalation"),
                hint=plain("Only for a duplicate: its reference, like D-1001."),
                element=PlainTextInputElement(action_id="first", max_length=40),
                optional=True,
            ),
            InputBlock(
                block_id="decided",
                label=plain("What was decided"),
                hint=plain("The requester reads it."),
                element=PlainTextInputElement(action_id="decided", multiline=True, max_length=RESOLUTION_NOTE_LIMIT),
            ),
        ],
    )


def resolution_of(values: Mapping[str, str | Sequence[str] | None]) -> Resolution | InvalidForm:
    """Return the resolution of a submitted modal, or the errors by field."""
    given = {name: value if isinstance(value, str) else None for name, value in values.items()}
    resolution_code = given.get("ending")
    field = "queue" if resolution_code == ResolutionCode.WRONG_QUEUE else "first"
    checked = check_resolution(resolution_code, given.get("decided"), given.get(field))
    if isinstance(checked, InvalidForm):
        return InvalidForm({field if name == "which" else name: text for name, text in checked.messages.items()})
    return checked
