"""From words, or from a press under an answer, to the card that is shown next."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import assert_never

from slackguide.errors import StorageError, UnusableInput
from slackguide.guide import Answer, Asker, Choices, Concern, Guide, NoAnswer, Outcome
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.conditions import FactValue
from slackguide.slack.state import INLINE_LIMIT, Asked
from slackguide.slack.views.answer import answer_card
from slackguide.slack.views.card import Card
from slackguide.slack.views.choices import choices_card, next_matches_card, nothing_card
from slackguide.slack.words import clipped
from slackguide.storage.drafts import DraftRepository
from slackguide.text import clean
from slackguide.triage.fact_values import parse_facts

TEXT_LIMIT = 8000
"""Most characters of a question that are read and kept; Slack's own limit for a command."""


class Answerer:
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

    def ask(self, text: str, user_id: str, asker: Asker) -> Card:
        """The card for new words; characters that nobody can read are left out of them."""
        return self.draw(self.asked(clean(text), user_id), user_id, asker)

    def draw(self, asked: Asked, user_id: str, asker: Asker, *, said: str | None = None) -> Card:
        """The card for a state that a button carried."""
        guide = self._guide()
        outcome = self.outcome(asked, user_id, asker)
        match outcome:
            case Answer():
                shown = replace(asked, entry=outcome.entry.id)
                return answer_card(outcome, shown, guide.knowledge, guide.triage, said=said)
            case Choices():
                return choices_card(outcome, asked, said=said)
            case NoAnswer():
                return nothing_card(outcome, asked, said=said)
            case other:
                assert_never(other)

    def outcome(self, asked: Asked, user_id: str, asker: Asker) -> Outcome:
        """What the guide says to a state."""
        concern = Concern(
            self.text_of(asked, user_id), self._valid(asked), self._known_entry(asked), frozenset(asked.dropped)
        )
        return self._guide().answer(concern, asker, today=self._today())

    def others(self, asked: Asked, user_id: str, asker: Asker) -> Card:
        """The next matches, after “Not this”."""
        outcome = self.outcome(replace(asked, entry=None), user_id, asker)
        return next_matches_card(outcome, asked)

    def none(self, asked: Asked, user_id: str, asker: Asker) -> Card:
        """After “None of these”: what to do instead; an alert stays."""
        outcome = self.outcome(replace(asked, entry=None), user_id, asker)
        passed = tuple(match.id for match in outcome.matches)
        nothing = NoAnswer(0.0, (), outcome.alerts)
        return nothing_card(nothing, replace(asked, passed=passed), said="Noted: none of these.")

    def text_of(self, asked: Asked, user_id: str) -> str:
        """The words that were asked; an empty text where they were kept too long ago."""
        return self._whole_text(asked, user_id)[:TEXT_LIMIT]

    def _whole_text(self, asked: Asked, user_id: str) -> str:
        if asked.token is None:
            return asked.text
        try:
            kept = self._drafts.get(asked.token, user_id)
        except StorageError:
            kept = None
        return str(kept["text"]) if kept else asked.text

    def asked(self, text: str, user_id: str) -> Asked:
        """The state for new words, cut to `TEXT_LIMIT`: carried by the buttons, or kept where they are too long."""
        text = text[:TEXT_LIMIT]
        answer = self._ids()
        if len(json.dumps(text, ensure_ascii=False)) <= INLINE_LIMIT:
            return Asked(answer, text, asker=user_id)
        try:
            token = self._drafts.put(user_id, {"text": text})
        except StorageError:
            token = None
        return Asked(answer, clipped(text, INLINE_LIMIT // 2), token, asker=user_id)

    def _known_entry(self, asked: Asked) -> str | None:
        """The entry of the state, unless the knowledge base no longer has it."""
        return asked.entry if asked.entry in self._guide().knowledge.entries else None

    def _valid(self, asked: Asked) -> dict[str, FactValue]:
        """The facts of the state that the knowledge base still knows, with values that it still takes."""
        facts = self._guide().knowledge.facts
        valid: dict[str, FactValue] = {}
        for name, value in asked.facts.items():
            with suppress(UnusableInput):
                valid |= parse_facts({name: value}, facts)
        return valid
