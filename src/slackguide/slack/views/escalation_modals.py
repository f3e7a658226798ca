"""The modals of an escalation, and reading them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    InputBlock,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from slackguide.escalation.form_validation import InvalidForm
from slackguide.escalation.models import Escalation, Event
from slackguide.escalation.resolution import (
    RESOLUTION_NOTE_LIMIT,
    Resolution,
    ResolutionCode,
    built_in_code,
    check_resolution,
    resolution_choices,
)
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.ids import TEXT_INPUT, Action, Callback
from slackguide.slack.mrkdwn import BUTTON_LIMIT, OPTION_LIMIT, plain
from slackguide.slack.views.blocks import context, paragraph, rich_text, rich_text_block
from slackguide.slack.views.escalation_text import exchange_lines, field_texts, resolution_text, title_of
from slackguide.slack.views.selects import select_options


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


def text_modal(
    callback: Callback,
    escalation: Escalation,
    knowledge: KnowledgeBase,
    title: str,
    label: str,
    *,
    optional: bool = False,
) -> View:
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
            _about(escalation, knowledge),
            InputBlock(block_id=TEXT_INPUT, label=plain(label), element=box, optional=optional),
        ],
    )


def hand_over_view(escalation: Escalation, knowledge: KnowledgeBase) -> View:
    """Return the modal for a hand-over: a colleague or another form's specialists, and a reason."""
    others = {id: form for id, form in knowledge.forms.items() if id != escalation.assigned_queue}
    options = [
        Option(text=plain(f"{form.title}, #{form.channel}", BUTTON_LIMIT), value=id) for id, form in others.items()
    ]
    colleague = InputBlock(
        block_id="colleague",
        label=plain("To a colleague"),
        element=UserSelectElement(action_id="colleague", placeholder=plain("Choose")),
        optional=True,
    )
    queue = InputBlock(
        block_id="desk",
        label=plain("Or to another queue"),
        element=StaticSelectElement(action_id="desk", placeholder=plain("Choose"), **select_options(options)),
        optional=True,
    )
    box = PlainTextInputElement(action_id=TEXT_INPUT, multiline=True, max_length=3000)
    return View(
        type="modal",
        callback_id=Callback.HAND_OVER,
        title=plain("Hand over", 24),
        submit=plain("Hand over", 24),
        close=plain("Cancel", 24),
        private_metadata=escalation.id,
        blocks=[
            _about(escalation, knowledge),
            colleague,
            *([queue] if options else []),
            InputBlock(block_id=TEXT_INPUT, label=plain("Why"), element=box, optional=True),
        ],
    )


def resolve_view(escalation: Escalation, knowledge: KnowledgeBase, chosen: str = ResolutionCode.RIGHT_PLACE) -> View:
    """Return the modal for a resolution with the fields that apply to `chosen`; `resolution_of` reads it back."""
    code = built_in_code(chosen) or ResolutionCode.RIGHT_PLACE
    choices = resolution_choices(knowledge)
    options = {choice: Option(text=plain(label, OPTION_LIMIT), value=choice) for choice, label in choices.items()}
    ending = InputBlock(
        block_id="ending",
        label=plain("How did it end?"),
        element=StaticSelectElement(
            action_id=Action.RESOLUTION_CODE,
            options=list(options.values()),
            initial_option=options.get(chosen, options[code]),
        ),
        dispatch_action=True,
    )
    decided = InputBlock(
        block_id="decided",
        label=plain("What was decided"),
        hint=plain("The requester reads it."),
        element=PlainTextInputElement(action_id="decided", multiline=True, max_length=RESOLUTION_NOTE_LIMIT),
        optional=code is ResolutionCode.RIGHT_PLACE,
    )
    return View(
        type="modal",
        callback_id=Callback.RESOLVE,
        title=plain("Resolve", 24),
        submit=plain("Resolve", 24),
        close=plain("Cancel", 24),
        private_metadata=escalation.id,
        blocks=[_about(escalation, knowledge), ending, *_target_inputs(code, knowledge), decided],
    )


def _target_inputs(code: ResolutionCode, knowledge: KnowledgeBase) -> list[InputBlock]:
    """Return the field that a resolution code needs besides the note."""
    if code is ResolutionCode.WRONG_QUEUE:
        queues = [Option(text=plain(target.name, OPTION_LIMIT), value=id) for id, target in knowledge.queues.items()]
        select = StaticSelectElement(action_id="queue", placeholder=plain("Choose"), **select_options(queues))
        return [InputBlock(block_id="queue", label=plain("The right queue"), element=select)]
    if code is ResolutionCode.DUPLICATE:
        box = PlainTextInputElement(action_id="first", max_length=40)
        hint = plain("Its reference, as the card shows it.")
        return [InputBlock(block_id="first", label=plain("The first escalation"), hint=hint, element=box)]
    return []


def _about(escalation: Escalation, knowledge: KnowledgeBase) -> ContextBlock:
    """Return the reference and the title: the modal hides the card."""
    return context(f"{escalation.reference}: {title_of(escalation, knowledge)}")


def resolution_of(values: Mapping[str, str | Sequence[str] | None]) -> Resolution | InvalidForm:
    """Return the resolution of a submitted modal, or the errors by field."""
    given = {name: value if isinstance(value, str) else None for name, value in values.items()}
    resolution_code = given.get("ending")
    field = "queue" if resolution_code == ResolutionCode.WRONG_QUEUE else "first"
    checked = check_resolution(resolution_code, given.get("decided"), given.get(field))
    if isinstance(checked, InvalidForm):
        return InvalidForm({field if name == "which" else name: text for name, text in checked.messages.items()})
    return checked
