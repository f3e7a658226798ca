"""One message or view of each kind that slackguide sends, drawn from the knowledge base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal

from slack_sdk.models.views import View

from slackguide.delivery.tasks import AlertTeamLead
from slackguide.escalation.messages import NoticeKind
from slackguide.escalation.models import Escalation, EscalationState, PostedCard, Requester
from slackguide.escalation.resolution import ResolutionCode
from slackguide.guide import Answer, Asker, Choices, Concern, Guide, NoAnswer, RankedEntry
from slackguide.knowledge.forms import Form
from slackguide.slack.button_payloads import AnswerState, HomePagePayload, Section
from slackguide.slack.ids import Callback
from slackguide.slack.views.answer_card import answer_card
from slackguide.slack.views.app_home import HomeSection, home_view
from slackguide.slack.views.ask_modal import answer_view, ask_view
from slackguide.slack.views.blocks import RenderedMessage, text_card
from slackguide.slack.views.choices import choices_card, choose_form_card, help_card, nothing_card
from slackguide.slack.views.direct import direct_card, note_card
from slackguide.slack.views.escalation_card import escalation_card, handed_over_card
from slackguide.slack.views.escalation_form import FormPrefill, FormState, duplicate_warning_view, form_view
from slackguide.slack.views.escalation_modals import hand_over_view, read_view, resolve_view, text_modal
from slackguide.slack.views.escalation_notice import notice_card, thread_reply
from slackguide.slack.views.rendering import render_model
from slackguide.slack.views.team_lead_alert import team_lead_alert

USER = "U012AB3CD"
WORDS = "What happened, in a sentence: *bold*, <angle>, &, and a 😀."
LINK = "https://example.slack.com/archives/C012AB3CD/p1700000000000100"
NOW = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)


@dataclass(frozen=True)
class SampleCard:
    """A payload for `blocks.validate`, and which argument of it takes the payload."""

    name: str
    argument: Literal["message", "view"]
    payload: Any


def sample_cards(guide: Guide) -> list[SampleCard]:
    """Return one card of each kind; of answers the longest of each kind."""
    cards = [*_answers(guide), *_lists(guide)]
    for form_id, form in guide.knowledge.forms.items():
        cards += _form_cards(form_id, form)
    if guide.knowledge.forms:
        form_id, form = next(iter(guide.knowledge.forms.items()))
        cards += _escalation_cards(guide, _escalation(form_id, form))
    return cards


def _message(name: str, card: RenderedMessage) -> SampleCard:
    return SampleCard(name, "message", card.message())


def _view(name: str, view: View) -> SampleCard:
    return SampleCard(name, "view", render_model(view))


def _answers(guide: Guide) -> Iterator[SampleCard]:
    """Yield the longest answer of each kind, and each of its sections."""
    longest: dict[str, tuple[int, Answer, AnswerState]] = {}
    for id, entry in guide.knowledge.entries.items():
        outcome = guide.at(NOW).answer(Concern(entry=id), Asker(min(entry.audience)), today=NOW.date())
        if not isinstance(outcome, Answer):
            continue
        state = AnswerState("answer", WORDS, entry=id, asker=USER)
        size = len(str(_answer(guide, outcome, state).message()))
        kind = _kind(outcome)
        if size > longest.get(kind, (0,))[0]:
            longest[kind] = size, outcome, state
    for kind, (_, outcome, state) in longest.items():
        yield _message(f"answer ({kind})", _answer(guide, outcome, state))
        for section in Section:
            yield _message(f"answer ({kind}, {section})", _answer(guide, outcome, replace(state, section=section)))
        card = _answer(guide, outcome, state)
        yield _message(f"answer ({kind}, direct)", direct_card(card, "C012AB3CD"))
        yield _view(f"answer ({kind}, modal)", answer_view(replace(card, retry_text=WORDS)))


def _answer(guide: Guide, outcome: Answer, state: AnswerState) -> RenderedMessage:
    return answer_card(outcome, state, guide.knowledge, guide.triage)


def _kind(outcome: Answer) -> str:
    if outcome.entry.urgent:
        return "critical"
    if outcome.decision.destination is None:
        return "with a question"
    return outcome.decision.destination.kind.replace("_", " ")


def _lists(guide: Guide) -> Iterator[SampleCard]:
    knowledge = guide.knowledge
    matches = tuple(RankedEntry(id, entry.title, 0.4) for id, entry in list(knowledge.entries.items())[:4])
    state = AnswerState("answer", WORDS, asker=USER)
    yield _message("choices", choices_card(Choices(0.4, matches, (), offered=len(matches)), state, knowledge))
    yield _message("nothing found", nothing_card(NoAnswer(0.1, matches, ()), state, knowledge))
    yield _message("help", help_card(knowledge))
    yield _message("choose a form", choose_form_card(knowledge))
    yield _message("text", text_card(WORDS))
    yield _message("note", note_card())
    for entry in list(knowledge.entries)[:1]:
        yield _message("team lead alert", team_lead_alert(AlertTeamLead(USER, USER, entry, LINK), knowledge))
    yield _view("ask", ask_view(knowledge))
    yield _view("App Home (new)", home_view([], knowledge, ("agent",), user_id=USER, now=NOW))


def _form_cards(form_id: str, form: Form) -> Iterator[SampleCard]:
    yield _view(f"form {form_id}", form_view(form, FormState(form_id), FormPrefill(WORDS)))
    warning = duplicate_warning_view(form, FormState(form_id), _escalation(form_id, form), LINK, {})
    yield _view(f"form {form_id} (duplicate)", warning)


def _escalation(form_id: str, form: Form) -> Escalation:
    return Escalation(
        id="escalation", reference=f"{form.prefix}-1001", form_id=form_id, assigned_queue=form_id,
        channel=form.channel, state=EscalationState.SENT, requester=Requester(USER, "T012AB3CD"), created_at=NOW,
        changed_at=NOW, values=dict(_values(form)), card=PostedCard("C012AB3CD", "1700000000.000100", LINK),
    )  # fmt: skip


def _values(form: Form) -> Iterable[tuple[str, Any]]:
    """Yield a value for each field."""
    for id, item in form.fields.items():
        match item.kind:
            case "choice":
                yield id, next(iter(item.options))
            case "choices":
                yield id, tuple(item.options)
            case "date":
                yield id, date(2026, 3, 4)
            case "number":
                yield id, item.minimum or 1
            case "link":
                yield id, LINK
            case _:
                yield id, WORDS


def _escalation_cards(guide: Guide, escalation: Escalation) -> Iterator[SampleCard]:
    knowledge = guide.knowledge
    for state in EscalationState:
        claimed = None if state is EscalationState.SENT else USER
        changed = replace(escalation, state=state, claimed_by=claimed)
        yield _message(f"escalation ({state})", escalation_card(changed, knowledge))
    yield _message("escalation (erased)", escalation_card(replace(escalation, values={}, erased_at=NOW), knowledge))
    yield _message("escalation (handed over)", handed_over_card(escalation))
    for notice in NoticeKind:
        card = notice_card(notice, escalation, knowledge, who=USER, words=WORDS, to=escalation.requester.user_id)
        yield _message(f"notice ({notice})", card)
        reply = thread_reply(notice, escalation, knowledge, who=USER, words=WORDS, readers=(USER,), at=NOW)
        yield _message(f"notice ({notice}, thread)", reply)
    yield _view("read it all", read_view(escalation, knowledge, ()))
    yield _view("ask more", text_modal(Callback.ASK_MORE, escalation, knowledge, "Ask for more", "What do you need?"))
    if len(knowledge.forms) > 1:
        yield _view("hand over", hand_over_view(escalation, knowledge))
    for code in ResolutionCode:
        yield _view(f"resolve ({code})", resolve_view(escalation, knowledge, code))
    listed = HomeSection("open", "Your open escalations", (escalation,), HomePagePayload("open"), None, 1)
    yield _view("App Home", home_view([listed], knowledge, ("agent",), user_id=USER, now=NOW))
