"""Answer a text, or a click under an answer, with the card to show next."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any, assert_never

from slackguide.errors import StorageError, UnusableInput
from slackguide.guide import Answer, Asker, Choices, Concern, Guide, NoAnswer, Outcome
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.conditions import FactValue
from slackguide.slack.button_payloads import INLINE_LIMIT, AnswerState
from slackguide.slack.mrkdwn import truncate
from slackguide.slack.views.answer_card import answer_card
from slackguide.slack.views.blocks import RenderedMessage
from slackguide.slack.views.choices import choices_card, next_matches_card, nothing_card
from slackguide.storage.drafts import DraftRepository
from slackguide.text import clean
from slackguide.triage.fact_values import parse_facts

TEXT_LIMIT = 8000
"""Most characters of a question that are read and kept; Slack's own limit for a command."""


class AnswerService:
    """Draws cards. `guide` gives the knowledge in force, `ids` new ids of answers, `today` the day of the asker."""

    def __init__(
        self, *, guide: Callable[[], Guide], drafts: DraftRepository, ids: Callable[[], str], today: Callable[[], date]
    ) -> None:
        self._guide = guide
        self._drafts = drafts
        self._ids = ids
        self._today = today

    @property
    def knowledge(self) -> KnowledgeBase:
        """The knowledge in force."""
        return self._guide().knowledge

    def facts_in(self, text: str) -> Mapping[str, FactValue]:
        """The facts that words alone tell."""
        return self._guide().facts_in(text[:TEXT_LIMIT], today=self._today())

    def ask(self, text: str, user_id: str, asker: Asker) -> RenderedMessage:
        """The card for new words; characters that nobody can read are left out of them."""
        return self.render(self.new_state(clean(text), user_id), user_id, asker)

    def render(self, state: AnswerState, user_id: str, asker: Asker, *, notice: str | None = None) -> RenderedMessage:
        """The card for a state that a button carried."""
        guide = self._guide()
        outcome = self.outcome(state, user_id, asker)
        match outcome:
            case Answer():
                shown = replace(state, entry=outcome.entry.id)
                return answer_card(outcome, shown, guide.knowledge, guide.triage, notice=notice)
            case Choices():
                return choices_card(outcome, state, notice=notice)
            case NoAnswer():
                return nothing_card(outcome, state, notice=notice)
            case other:
                assert_never(other)

    def outcome(self, state: AnswerState, user_id: str, asker: Asker) -> Outcome:
        """What the guide says to a state."""
        concern = Concern(
            self.text_of(state, user_id), self._valid(state), self._known_entry(state), frozenset(state.removed_facts)
        )
        return self._guide().answer(concern, asker, today=self._today())

    def more_matches(self, state: AnswerState, user_id: str, asker: Asker) -> RenderedMessage:
        """The next matches, after “Not this”."""
        outcome = self.outcome(replace(state, entry=None), user_id, asker)
        return next_matches_card(outcome, state)

    def no_match(self, state: AnswerState, user_id: str, asker: Asker) -> RenderedMessage:
        """After “None of these”: what to do instead; an alert stays."""
        outcome = self.outcome(replace(state, entry=None), user_id, asker)
        rejected = tuple(match.id for match in outcome.matches)
        nothing = NoAnswer(0.0, (), outcome.alerts)
        return nothing_card(nothing, replace(state, rejected_entries=rejected), notice="Noted: none of these.")

    def text_of(self, state: AnswerState, user_id: str) -> str:
        """The words that were asked; an empty text where they were kept too long ago."""
        return self._whole_text(state, user_id)[:TEXT_LIMIT]

    def _whole_text(self, state: AnswerState, user_id: str) -> str:
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
        """The state for new words, cut to `TEXT_LIMIT`: carried by the buttons, or kept where they are too long."""
        text = text[:TEXT_LIMIT]
        answer = self._ids()
        if len(json.dumps(text, ensure_ascii=False)) <= INLINE_LIMIT:
            return AnswerState(answer, text, asker=user_id)
        token = self.store_draft(user_id, {"text": text})
        return AnswerState(answer, truncate(text, INLINE_LIMIT // 2), token, asker=user_id)

    def _known_entry(self, state: AnswerState) -> str | None:
        """The entry of the state, unless the knowledge base no longer has it."""
        return state.entry if state.entry in self._guide().knowledge.entries else None

    def _valid(self, state: AnswerState) -> dict[str, FactValue]:
        """The facts of the state that the knowledge base still knows, with values that it still takes."""
        facts = self._guide().knowledge.facts
        valid: dict[str, FactValue] = {}
        for name, value in state.facts.items():
            with suppress(UnusableInput):
                valid |= parse_facts({name: value}, facts)
        return valid
