"""Answer a text, or a click on an answer, with the next card."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any, assert_never

from slackguide.errors import StorageError, UnusableInput
from slackguide.guide import (
    Answer,
    Asker,
    Choices,
    Concern,
    Guide,
    NoAnswer,
    Outcome,
    Reply,
    Social,
    Topic,
    Turn,
    TurnKind,
)
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.conditions import FactValue
from slackguide.slack.button_payloads import ALL_FACTS, INLINE_LIMIT, AnswerState
from slackguide.slack.mrkdwn import truncate
from slackguide.slack.views.answer_card import answer_card
from slackguide.slack.views.blocks import RenderedMessage, text_card
from slackguide.slack.views.choices import choices_card, next_matches_card, nothing_card
from slackguide.slack.views.conversation_card import changes_line, conversation_card, not_understood_card
from slackguide.storage.drafts import DraftRepository
from slackguide.text import clean
from slackguide.triage.fact_values import parse_facts

TEXT_LIMIT = 8000
"""Maximum length in characters of a question: Slack's own limit for a command."""

OUTCOME_NAMES: dict[type[Outcome], str] = {Answer: "answer", Choices: "choices", NoAnswer: "none", Social: "social"}
"""Names of the outcomes in metrics, as in the JSON output."""


class AnswerService:
    """Answers rendered as cards.

    `guide` returns the current guide, `ids` new ids for answers, `today` the current day of a person. `count` is called
    with the outcome of each new question: `answer`, `choices`, `none` or `social`.
    """

    def __init__(
        self,
        *,
        guide: Callable[[], Guide],
        drafts: DraftRepository,
        ids: Callable[[], str],
        today: Callable[[str], date],
        count: Callable[[str], None] = lambda _outcome: None,
    ) -> None:
        self._guide = guide
        self._drafts = drafts
        self._ids = ids
        self._today = today
        self._count = count

    @property
    def knowledge(self) -> KnowledgeBase:
        """The current knowledge base."""
        return self._guide().knowledge

    def today(self, user_id: str) -> date:
        """Return the current day of a person."""
        return self._today(user_id)

    def ask(self, text: str, user_id: str, asker: Asker) -> RenderedMessage:
        """Return the card for a new text. Unreadable characters are removed."""
        state = self.new_state(clean(text), user_id)
        outcome = self.outcome(state, user_id, asker)
        self._count(OUTCOME_NAMES[type(outcome)])
        return self._draw(outcome, state, user_id)

    def reply_to(
        self, before: Sequence[Turn], text: str, user_id: str, asker: Asker, check: Callable[[], object]
    ) -> Reply:
        """Return the guide's reply to a message after these turns. `check` may raise to give up."""
        reply = self._guide().reply_to(before, clean(text), asker, today=self._today(user_id), check=check)
        self._count(OUTCOME_NAMES[type(reply.outcome)])  # a reply that is prepared again counts again
        return reply

    def reply_card(self, reply: Reply, user_id: str, asker: Asker) -> RenderedMessage:
        """Return the card for a reply. A concern is drawn like a question of its own."""
        topic = reply.conversation.topic
        state = self._state_of(topic, user_id)
        match reply.outcome:
            case Answer() if reply.kind is not TurnKind.CONCERN:
                return conversation_card(reply, reply.outcome, state, self.knowledge, self._guide().triage)
            case NoAnswer() if topic.is_open and reply.kind is TurnKind.UNCLEAR:
                return not_understood_card(reply.outcome, state, topic, self.knowledge)
            case Social():
                return text_card(reply.outcome.reply)
            case Choices():
                card = choices_card(reply.outcome, state, self.knowledge, notice=changes_line(reply, self.knowledge))
                return replace(card, retry_text=topic.text)
            case _:
                return self.render(replace(state, entry=None), user_id, asker)

    def _state_of(self, topic: Topic, user_id: str) -> AnswerState:
        """Return the state for the buttons of a card about a case: its text, and the facts that come from elsewhere."""
        text = topic.text
        own = self._guide().facts_in(text[:TEXT_LIMIT], today=self._today(user_id)) if text else {}
        return replace(
            self.new_state(text, user_id),
            entry=topic.entry,
            facts={name: value for name, value in topic.values.items() if own.get(name) != value},
            removed_facts=tuple(sorted(topic.dropped)),
            unknown_facts=topic.unknown,
            rejected_entries=topic.rejected,
        )

    def render(
        self,
        state: AnswerState,
        user_id: str,
        asker: Asker,
        *,
        notice: str | None = None,
        confirmation: str | None = None,
    ) -> RenderedMessage:
        """Return the card for the state in a button.

        `notice` is a line at its top, `confirmation` one below the buttons of an answer.
        """
        outcome = self.outcome(state, user_id, asker)
        return self._draw(outcome, state, user_id, notice=notice, confirmation=confirmation)

    def _draw(
        self,
        outcome: Outcome,
        state: AnswerState,
        user_id: str,
        *,
        notice: str | None = None,
        confirmation: str | None = None,
    ) -> RenderedMessage:
        guide = self._guide()
        match outcome:
            case Answer():
                return answer_card(
                    outcome, state, guide.knowledge, guide.triage, notice=notice, confirmation=confirmation
                )
            case Choices():
                card = choices_card(outcome, state, guide.knowledge, notice=notice)
            case NoAnswer():
                card = nothing_card(outcome, state, guide.knowledge, notice=notice)
            case Social():
                return text_card(outcome.reply)
            case other:
                assert_never(other)
        return replace(card, retry_text=self.text_of(state, user_id))

    def outcome(self, state: AnswerState, user_id: str, asker: Asker) -> Outcome:
        """Return the guide's outcome for a state. Relative dates are those of the person who wrote the text."""
        concern = Concern(
            self.concern_of(state, user_id),
            self._valid_facts(state),
            self._known_entry(state),
            frozenset(state.removed_facts),
            self._unknown_facts(state),
        )
        return self._guide().answer(concern, asker, today=self._today(state.asker or user_id))

    def more_matches(self, state: AnswerState, user_id: str, asker: Asker) -> RenderedMessage:
        """Return the card with the next matches, after a click on “Not this”."""
        outcome = self.outcome(replace(state, entry=None), user_id, asker)
        return next_matches_card(outcome, state, self.knowledge)

    def no_match(self, state: AnswerState, user_id: str, asker: Asker) -> RenderedMessage:
        """Return the card after a click on “None of these”. Alerts remain."""
        outcome = self.outcome(replace(state, entry=None), user_id, asker)
        rejected = tuple(match.id for match in outcome.matches)
        no_answer = NoAnswer(0.0, (), outcome.alerts)
        rejecting = replace(state, rejected_entries=rejected)
        return nothing_card(no_answer, rejecting, self.knowledge, notice="Noted: none of these.")

    def concern_of(self, state: AnswerState, user_id: str) -> str:
        """Return the text of the chosen concern, if the question states several, or else of the question."""
        return state.part or self.text_of(state, user_id)

    def text_of(self, state: AnswerState, user_id: str) -> str:
        """Return the text of the question, or only its beginning if the stored text was pruned."""
        return self._full_text(state, user_id)[:TEXT_LIMIT]

    def _full_text(self, state: AnswerState, user_id: str) -> str:
        if state.token is None:
            return state.text
        stored = self.draft(state.token, user_id)
        return str(stored["text"]) if stored else state.text

    def store_draft(self, user_id: str, content: Mapping[str, Any]) -> str | None:
        """Store what a button or a form has no room for and return its token; None if the database does not answer."""
        try:
            return self._drafts.put(user_id, content)
        except StorageError:
            return None

    def draft(self, token: str, user_id: str) -> dict[str, Any] | None:
        """Return what was stored under a token of this person; None if it is gone or the database does not answer."""
        try:
            return self._drafts.get(token, user_id)
        except StorageError:
            return None

    def new_state(self, text: str, user_id: str) -> AnswerState:
        """Return the state for a new text, truncated to `TEXT_LIMIT`. A text too long for a button is stored."""
        text = text[:TEXT_LIMIT]
        answer = self._ids()
        if len(json.dumps(text, ensure_ascii=False)) <= INLINE_LIMIT:
            return AnswerState(answer, text, asker=user_id)
        token = self.store_draft(user_id, {"text": text})
        return AnswerState(answer, truncate(text, INLINE_LIMIT // 2), token, asker=user_id)

    def _known_entry(self, state: AnswerState) -> str | None:
        """Return the state's entry, if it still exists in the knowledge base."""
        return state.entry if state.entry in self._guide().knowledge.entries else None

    def _unknown_facts(self, state: AnswerState) -> frozenset[str]:
        facts = self._guide().knowledge.facts
        return frozenset(facts if ALL_FACTS in state.unknown_facts else state.unknown_facts)

    def _valid_facts(self, state: AnswerState) -> dict[str, FactValue]:
        """Return the state's facts that are still valid in the knowledge base."""
        facts = self._guide().knowledge.facts
        valid: dict[str, FactValue] = {}
        for name, value in state.facts.items():
            with suppress(UnusableInput):
                valid |= parse_facts({name: value}, facts)
        return valid
