"""Presses under an answer: each changes the message in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import Ack

from slackguide.errors import StorageError
from slackguide.guide import Asker
from slackguide.slack.admission import Admitted
from slackguide.slack.answering import Answerer
from slackguide.slack.directory import Directory
from slackguide.slack.listeners.admitting import let_in
from slackguide.slack.opening import Gated, NotOpened, Opening
from slackguide.slack.redrawing import Redrawing
from slackguide.slack.state import Asked, Stale, decoded
from slackguide.slack.views.card import Card
from slackguide.storage.feedback import FeedbackBook, Verdict

THANKS = {
    Verdict.HELPFUL: "Thank you: noted as helpful.",
    Verdict.NOT_HELPFUL: "Thank you: noted as not helpful. The owner of this entry sees it.",
}


class AnswerPresses:
    """Everything that can be pressed under an answer, choices or a question."""

    def __init__(
        self,
        *,
        answerer: Answerer,
        directory: Directory,
        opening: Opening,
        redrawing: Redrawing,
        feedback: FeedbackBook,
    ) -> None:
        self._answerer = answerer
        self._directory = directory
        self._opening = opening
        self._redrawing = redrawing
        self._feedback = feedback

    def choose(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """One of the entries offered, or the one that an alert speaks of."""
        self._redraw(ack, action, body, lambda asked, more: replace(asked, entry=str(more["o"])))

    def tell(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """An answer to the question asked."""
        self._redraw(ack, action, body, _telling)

    def forget(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """A fact is not so."""
        self._redraw(ack, action, body, lambda asked, more: asked.taking_back(str(more["d"])))

    def not_known(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """The agent does not know the fact: every possibility, each with its condition."""
        self._redraw(ack, action, body, lambda asked, _: replace(asked, not_known=True))

    def helpful(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """It was."""
        self._judge(ack, action, body, Verdict.HELPFUL)

    def not_helpful(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """It was not."""
        self._judge(ack, action, body, Verdict.NOT_HELPFUL)

    def not_this(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Another entry was meant: offers the next matches."""

        def others(asked: Asked, _: dict[str, Any], user_id: str, asker: Asker) -> Card:
            self._keep(asked, user_id, Verdict.NOT_THIS)
            passed = (*asked.passed, asked.entry) if asked.entry else asked.passed
            return self._answerer.others(replace(asked, entry=None, passed=passed), user_id, asker)

        self._show(ack, action, body, others)

    def none_of_these(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """None of those offered: says what to do instead."""

        def none(asked: Asked, _: dict[str, Any], user_id: str, asker: Asker) -> Card:
            self._keep(replace(asked, entry=None), user_id, Verdict.NOT_THIS)
            return self._answerer.none(asked, user_id, asker)

        self._show(ack, action, body, none)

    def escalate(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Opens the form."""
        self._open(ack, body, lambda admitted: self._form(action, body, admitted))

    def choose_form(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Opens the form chosen from the list, empty."""
        self._open(ack, body, lambda admitted: self._opening.form(body, str(action.get("value")), None, admitted))

    def _form(self, action: dict[str, Any], body: dict[str, Any], admitted: Admitted) -> None:
        asked, more = decoded(action.get("value"))
        self._opening.form(body, str(more.get("m")), asked, admitted)

    def _open(self, ack: Ack, body: dict[str, Any], work: Callable[[Admitted], None]) -> None:
        def open_it(admitted: Admitted) -> None:
            try:
                work(admitted)
            except Gated as gated:
                card = self._answerer.draw(gated.asked, admitted.user_id, admitted.asker, said=str(gated))
                self._redrawing.replace(body, card)
            except (NotOpened, Stale) as error:
                self._redrawing.say(body, str(error))

        let_in(self._directory, self._redrawing, body, open_it)
        ack()

    def _judge(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], verdict: Verdict) -> None:
        def noted(asked: Asked, _: dict[str, Any], user_id: str, asker: Asker) -> Card:
            self._keep(asked, user_id, verdict)
            return self._answerer.draw(asked, user_id, asker, said=THANKS[verdict])

        self._show(ack, action, body, noted)

    def _redraw(
        self, ack: Ack, action: dict[str, Any], body: dict[str, Any], change: Callable[[Asked, dict[str, Any]], Asked]
    ) -> None:
        self._show(
            ack,
            action,
            body,
            lambda asked, more, user_id, asker: self._answerer.draw(change(asked, more), user_id, asker),
        )

    def _show(
        self,
        ack: Ack,
        action: dict[str, Any],
        body: dict[str, Any],
        draw: Callable[[Asked, dict[str, Any], str, Asker], Card],
    ) -> None:
        def show(admitted: Admitted) -> None:
            try:
                asked, more = decoded(action.get("value"))
                self._redrawing.replace(body, draw(asked, more, admitted.user_id, admitted.asker))
            except (Stale, KeyError):
                self._redrawing.say(body, str(Stale()))
            except StorageError as error:
                self._redrawing.say(body, str(error))

        let_in(self._directory, self._redrawing, body, show)
        ack()

    def _keep(self, asked: Asked, user_id: str, verdict: Verdict) -> None:
        self._feedback.give(
            answer_id=asked.answer,
            user_id=user_id,
            entry_id=asked.entry,
            verdict=verdict,
            question=self._answerer.text_of(asked, user_id) or None,
        )


def _telling(asked: Asked, more: Mapping[str, Any]) -> Asked:
    match more:
        case {"n": str(name), "v": str() | int() as value}:
            return asked.telling(name, value)
        case _:
            raise Stale
