"""An escalation as blocks: card, confirmation, notices and modals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ConfirmObject,
    InputBlock,
    LinkButtonElement,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from slackguide.escalation.form_validation import FieldValue, InvalidForm
from slackguide.escalation.messages import NoticeKind
from slackguide.escalation.models import Escalation, EscalationState
from slackguide.escalation.resolution import (
    RESOLUTION_LABELS,
    RESOLUTION_NOTE_LIMIT,
    Resolution,
    ResolutionCode,
    check_resolution,
)
from slackguide.guide import LEAST_PRIVILEGED
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.forms import Form, FormField
from slackguide.slack.button_payloads import EscalationPayload, RetryPayload
from slackguide.slack.ids import TEXT_INPUT, Action, Callback
from slackguide.slack.mrkdwn import BUTTON_LIMIT, OPTION_LIMIT, escape, mention, mrkdwn, plain, truncate
from slackguide.slack.views.blocks import (
    RenderedMessage,
    actions,
    button,
    context,
    header,
    paragraph,
    rich_text,
    rich_text_block,
)
from slackguide.slack.views.error_advice import TRY_AGAIN
from slackguide.slack.views.selects import select_options

CARD_LIMIT = 11_000
"""Most characters of a card: a message has room for about 12,000."""

BUTTONS_LENGTH = 500
"""Most characters of the buttons, the header and the status line."""

LEAST = 40
"""Fewest characters shown of a value."""

STATES = {
    EscalationState.SENT: "Unclaimed",
    EscalationState.CLAIMED: "Claimed",
    EscalationState.AWAITING_REQUESTER: "Waiting for the requester",
    EscalationState.RESOLVED: "Resolved",
    EscalationState.WITHDRAWN: "Withdrawn",
}


def escalation_card(escalation: Escalation, knowledge: KnowledgeBase) -> RenderedMessage:
    """Return the posted message: reference, form, status, every field with its label, and buttons."""
    form = knowledge.forms.get(escalation.form_id)
    title = f"{escalation.reference}: {form.title if form else escalation.form_id}"
    blocks: list[Block] = [header(title), SectionBlock(text=mrkdwn(_status(escalation)))]
    lines = [title, _status_text(escalation)]
    about = _summary(escalation, knowledge)
    if about:
        blocks.append(context(*about))
        lines += about
    if escalation.erased_at is not None:
        blocks.append(context("The content was erased."))
    fields = [*_fields(escalation, form), *_resolution_lines(escalation, knowledge)]
    room = CARD_LIMIT - BUTTONS_LENGTH - sum(len(line) for line in about) - sum(len(label) + 2 for label, _ in fields)
    share = _share_room([len(text) for _, text in fields], room)
    for label, text in fields:
        blocks.append(
            rich_text_block(paragraph(rich_text(f"{label}: ", strong=True), rich_text(truncate(text, share))))
        )
        lines.append(f"{label}: {text}")
    blocks.append(actions(_buttons(escalation, cut=any(len(text) > share for _, text in fields))))
    return RenderedMessage("\n".join(lines), tuple(blocks))


def handed_over_card(escalation: Escalation) -> RenderedMessage:
    """Return the message left in the channel that handed an escalation over."""
    text = f"{escalation.reference} was handed over to #{escalation.channel}."
    return RenderedMessage(text, (SectionBlock(text=plain(text)),))


def _status(escalation: Escalation) -> str:
    by = f" by {mention(escalation.claimed_by)}" if escalation.claimed_by else ""
    return f"*{STATES[escalation.state]}*{by}. Sent by {mention(escalation.requester.user_id)}."


def _status_text(escalation: Escalation) -> str:
    return f"{STATES[escalation.state]}."


def _summary(escalation: Escalation, knowledge: KnowledgeBase) -> list[str]:
    """Return the entry and its advice, if everybody in the channel may read that entry."""
    entry = knowledge.entries.get(escalation.entry_id or "")
    if entry is None or LEAST_PRIVILEGED.role not in entry.audience:
        return []
    lines = [f"From the guide: {entry.title}"]
    if escalation.recommendation:
        lines.append(f"The guide's advice: {escalation.recommendation.destination}")
        lines += [f"Why: {reason}" for reason in escalation.recommendation.because[:2]]
    return lines


def _fields(escalation: Escalation, form: Form | None) -> list[tuple[str, str]]:
    """Return every field with its label, and the reason for a second escalation."""
    definitions: Mapping[str, FormField] = form.fields if form else {}
    fields = [
        (definitions[id].label if id in definitions else id, display_value(value, definitions.get(id)))
        for id, value in escalation.values.items()
    ]
    return (
        [*fields, ("Reason for a second escalation", escalation.duplicate_reason)]
        if escalation.duplicate_reason
        else fields
    )


def display_value(value: FieldValue, item: FormField | None) -> str:
    """Return a value for people: options by their labels, dates as 1 March 2026."""
    options = item.options if item else {}
    if isinstance(value, tuple):
        return ", ".join(options.get(name, name) for name in value)
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return options.get(value, value) if isinstance(value, str) else str(value)


def _share_room(lengths: Sequence[int], room: int) -> int:
    """Return the most characters per text so that all fit; short texts leave their room to long ones."""
    for taken, length in enumerate(sorted(lengths)):
        share = max(LEAST, room // (len(lengths) - taken))
        if length > share:
            return share
        room -= length
    return max(lengths, default=0)


def _resolution_lines(escalation: Escalation, knowledge: KnowledgeBase) -> list[tuple[str, str]]:
    """Return the resolution as a further field."""
    resolution = escalation.resolution
    if resolution is None:
        return []
    return [(_resolution_text(resolution, knowledge), resolution.note or "–")]


def _resolution_text(resolution: Resolution, knowledge: KnowledgeBase) -> str:
    """Return a resolution's label: “Wrong queue (Billing)”, “Duplicate (D-1001)”."""
    if resolution.target is None:
        return RESOLUTION_LABELS[resolution.code]
    queue = knowledge.destinations.get(resolution.target)
    return f"{RESOLUTION_LABELS[resolution.code]} ({queue.name if queue else resolution.target})"


def _buttons(escalation: Escalation, *, cut: bool) -> list[ButtonElement]:
    id, name = EscalationPayload(escalation.id).encode(), escalation.reference

    def command(text: str, action: Action, style: str | None = None) -> ButtonElement:
        return button(text, action, id, style=style, says=f"{text} {name}")

    buttons: list[ButtonElement] = []
    match escalation.state:
        case EscalationState.SENT:
            buttons.append(command("Claim", Action.CLAIM, "primary"))
        case EscalationState.CLAIMED | EscalationState.AWAITING_REQUESTER:
            buttons += [
                command("Resolve", Action.RESOLVE, "primary"),
                command("Ask for more", Action.ASK_MORE),
                command("Hand over", Action.HAND_OVER),
                command("Release", Action.RELEASE),
            ]
        case EscalationState.RESOLVED | EscalationState.WITHDRAWN:
            buttons.append(command("Reopen", Action.REOPEN))
    if cut:
        buttons.append(command("Read it all", Action.READ))
    return buttons


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


def read_view(escalation: Escalation, knowledge: KnowledgeBase) -> View:
    """Return a modal with every field in full: it has more room than a message."""
    form = knowledge.forms.get(escalation.form_id)
    blocks: list[Block] = []
    for label, text in [*_fields(escalation, form), *_resolution_lines(escalation, knowledge)]:
        blocks.append(rich_text_block(paragraph(rich_text(f"{label}\n", strong=True), rich_text(text))))
    return View(
        type="modal",
        callback_id=Callback.READ,
        title=plain(escalation.reference, 24),
        close=plain("Done", 24),
        blocks=blocks[:100] or [SectionBlock(text=plain("Its fields were erased."))],
    )


NOTICES = {
    NoticeKind.POSTED: "{ref} is in #{channel}.",
    NoticeKind.DEAD_LETTERED: "{words}",
    NoticeKind.DROPPED: "{ref} was taken out of the queue before it reached #{channel}.",
    NoticeKind.CLAIMED: "{who} claimed {ref}.",
    NoticeKind.RELEASED: "{who} released {ref}: it is unclaimed again.",
    NoticeKind.DETAILS_REQUESTED: "{who} asks for more about {ref}:",
    NoticeKind.DETAILS_ADDED: "{who} added to {ref}:",
    NoticeKind.HANDED_OVER: "{who} handed {ref} over to #{channel}.",
    NoticeKind.RESOLVED: "{who} resolved {ref}: {ending}.",
    NoticeKind.REOPENED: "{who} reopened {ref}.",
    NoticeKind.WITHDRAWN: "{who} withdrew {ref}.",
    NoticeKind.UNCLAIMED: "Reminder: nobody has claimed {ref} yet.",
    NoticeKind.UNRESOLVED: "Reminder: {ref} is not resolved yet.",
    NoticeKind.UNDELIVERED: "{who} has not received the last message about {ref}: {words}",
}
"""Text of each notice; a person's comment follows it."""

RECEIVED = "{who} handed {ref} over from #{channel}."
"""Text of a hand-over for its new specialists; the reason follows."""


def notice_card(
    notice: NoticeKind,
    escalation: Escalation,
    knowledge: KnowledgeBase,
    *,
    who: str | None,
    words: str | None,
    to_requester: bool,
    in_thread: bool,
    from_channel: str | None = None,
) -> RenderedMessage:
    """Return a notice to a person or in the thread, with a link to the escalation and the reader's buttons.

    `from_channel` is the previous channel of a hand-over, for its new specialists.
    """
    resolution_code = _resolution_text(escalation.resolution, knowledge) if escalation.resolution else "closed"
    resolution_code = resolution_code[0].lower() + resolution_code[1:]
    fill = {"ref": escalation.reference, "channel": escalation.channel, "ending": resolution_code}
    template = NOTICES[notice]
    if notice is NoticeKind.HANDED_OVER and from_channel is not None:
        template, fill["channel"] = RECEIVED, from_channel
    own = notice in (NoticeKind.DEAD_LETTERED, NoticeKind.UNDELIVERED)
    text = template.format(who=mention(who) if who else "slackguide", words=escape(words or "") if own else "", **fill)
    plain_text = template.format(who="Someone" if who else "slackguide", words=words or "" if own else "", **fill)
    blocks: list[Block] = [SectionBlock(text=mrkdwn(text))]
    if words and not own:
        blocks.append(rich_text_block(paragraph(rich_text(words))))
        plain_text += f"\n{words}"
    buttons = [] if in_thread else _notice_buttons(escalation, to_requester=to_requester)
    if notice is NoticeKind.DEAD_LETTERED and escalation.card is None:
        retry = RetryPayload(escalation_id=escalation.id).encode()
        says = f"Try again to send {escalation.reference}"
        buttons.insert(0, button(TRY_AGAIN, Action.RETRY_DELIVERY, retry, style="primary", says=says))
    if notice in REMINDERS:
        buttons += _reminder_buttons(escalation)
    if not in_thread and escalation.card and escalation.card.permalink:
        link = LinkButtonElement(text="Open it", url=escalation.card.permalink, action_id=Action.LINK)
        buttons.insert(0, link)
        plain_text += f"\n{escalation.card.permalink}"
    if buttons:
        blocks.append(actions(buttons))
    return RenderedMessage(plain_text, tuple(blocks))


REMINDERS = (NoticeKind.UNCLAIMED, NoticeKind.UNRESOLVED)


def _reminder_buttons(escalation: Escalation) -> list[ButtonElement]:
    id, name = EscalationPayload(escalation.id).encode(), escalation.reference
    return [
        button("Remind in 4 hours", Action.SNOOZE, id, says=f"Remind me about {name} in 4 hours"),
        button("Stop reminding", Action.STOP_REMINDING, id, says=f"Turn off reminders for {name}"),
    ]


def _notice_buttons(escalation: Escalation, *, to_requester: bool) -> list[ButtonElement]:
    if not to_requester:
        return []
    id, name = EscalationPayload(escalation.id).encode(), escalation.reference
    if escalation.is_open:
        sure = ConfirmObject(
            title=plain("Withdraw it?", 100), text=plain(f"{name} is then closed; you can reopen it for 14 days.", 300),
            confirm=plain("Withdraw", 30), deny=plain("Keep it", 30),
        )  # fmt: skip
        withdraw = button("Withdraw", Action.WITHDRAW, id, says=f"Withdraw {name}")
        withdraw.confirm = sure
        return [button("Add details", Action.ADD_DETAILS, id, says=f"Add details to {name}"), withdraw]
    return [button("Reopen", Action.REOPEN, id, says=f"Reopen {name}")]


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
    select = StaticSelectElement(action_id="desk", placeholder=plain("Choose"), **select_options(options))
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
    queues = [Option(text=plain(target.name, OPTION_LIMIT), value=id) for id, target in knowledge.destinations.items()]
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
                element=StaticSelectElement(action_id="queue", placeholder=plain("Choose"), **select_options(queues)),
                optional=True,
            ),
            InputBlock(
                block_id="first",
                label=plain("The first escalation"),
                hint=plain("Only for a duplicate: its reference, as the card shows it."),
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
