"""Presses under an answer.

What one person alone sees is changed in place. A message in a channel is changed for whoever asked, and drawn for the
least privileged role; everybody else who presses gets a copy of their own, as does the asker where others than our
members read the channel by now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import Ack

from slackguide.delivery.sender import DeliveryError
from slackguide.errors import StorageError
from slackguide.guide import LEAST_PRIVILEGED, Asker
from slackguide.slack.admission import Admitted
from slackguide.slack.answering import Answerer
from slackguide.slack.directory import Directory
from slackguide.slack.listeners.admitting import let_in
from slackguide.slack.opening import Gated, NotOpened, Opening
from slackguide.slack.readers import ChannelReaders
from slackguide.slack.redrawing import Redrawing
from slackguide.slack.state import Asked, Stale, decoded
from slackguide.slack.surfaces import public_channel_of
from slackguide.slack.views.card import Card, words_card
from slackguide.storage.feedback import FeedbackRepository, Verdict

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
        readers: ChannelReaders,
        feedback: FeedbackRepository,
    ) -> None:
        self._answerer = answerer
        self._directory = directory
        self._opening = opening
        self._redrawing = redrawing
        self._readers = readers
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
            passed = (*asked.passed, asked.entry) if asked.entry else asked.passed
            return self._answerer.others(replace(asked, entry=None, passed=passed), user_id, asker)

        self._show(ack, action, body, others, keep=lambda asked, user_id: self._keep(asked, user_id, Verdict.NOT_THIS))

    def none_of_these(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """None of those offered: says what to do instead."""

        def keep(asked: Asked, user_id: str) -> None:
            self._keep(replace(asked, entry=None), user_id, Verdict.NOT_THIS)

        self._show(
            ack, action, body, lambda asked, _, user_id, asker: self._answerer.none(asked, user_id, asker), keep=keep
        )

    def escalate(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Opens the form."""
        self._open(ack, action, body, lambda admitted: self._form(action, body, admitted))

    def choose_form(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Opens the form chosen from the list, empty."""
        self._open(
            ack, action, body, lambda admitted: self._opening.form(body, str(action.get("value")), None, admitted)
        )

    def _form(self, action: dict[str, Any], body: dict[str, Any], admitted: Admitted) -> None:
        asked, more = decoded(action.get("value"))
        self._opening.form(body, str(more.get("m")), asked, admitted)

    def _open(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], work: Callable[[Admitted], None]) -> None:
        def open_it(admitted: Admitted) -> None:
            try:
                work(admitted)
            except Gated as gated:
                asked, said = gated.asked, str(gated)
                self._redraw_for(
                    body,
                    admitted,
                    asked_by=_asker_of(action),
                    draw=lambda asker: self._answerer.draw(asked, admitted.user_id, asker, said=said),
                )
            except (NotOpened, Stale) as error:
                self._redrawing.say(body, str(error))

        let_in(self._directory, self._redrawing, body, open_it)
        ack()

    def _judge(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], verdict: Verdict) -> None:
        def noted(asked: Asked, _: dict[str, Any], user_id: str, asker: Asker) -> Card:
            return self._answerer.draw(asked, user_id, asker, said=THANKS[verdict])

        self._show(
            ack,
            action,
            body,
            noted,
            keep=lambda asked, user_id: self._keep(asked, user_id, verdict),
            beside=words_card(THANKS[verdict]),
        )

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
        *,
        keep: Callable[[Asked, str], None] | None = None,
        beside: Card | None = None,
    ) -> None:
        """Store what the press says (`keep`), then show what `draw` gives.

        `beside` is shown in place of a copy under somebody else's answer.
        """

        def show(admitted: Admitted) -> None:
            try:
                asked, more = decoded(action.get("value"))
                if keep is not None:
                    keep(asked, admitted.user_id)
            except (Stale, StorageError) as error:
                self._redrawing.say(body, str(error))
                return
            self._redraw_for(
                body,
                admitted,
                asked_by=asked.asker,
                draw=lambda asker: draw(asked, more, admitted.user_id, asker),
                beside=beside,
            )

        let_in(self._directory, self._redrawing, body, show)
        ack()

    def _redraw_for(
        self,
        body: dict[str, Any],
        admitted: Admitted,
        *,
        asked_by: str | None,
        draw: Callable[[Asker], Card],
        beside: Card | None = None,
    ) -> None:
        """Change what was pressed where this person may change it, else show them a copy of their own."""
        channel_id = public_channel_of(body)

        def change() -> None:
            self._redrawing.replace(body, draw(LEAST_PRIVILEGED if channel_id is not None else admitted.asker))

        def copy() -> None:
            self._redrawing.add(body, beside or draw(admitted.asker))

        if channel_id is None:
            self._in_words(body, change)
        elif asked_by != admitted.user_id:
            self._in_words(body, copy)
        else:  # asking Slack who reads the channel takes the network
            self._redrawing.later(
                body, lambda: self._in_words(body, change if self._members_only(channel_id) else copy)
            )

    def _in_words(self, body: dict[str, Any], work: Callable[[], None]) -> None:
        try:
            work()
        except (Stale, KeyError):
            self._redrawing.say(body, str(Stale()))
        except StorageError as error:
            self._redrawing.say(body, str(error))

    def _members_only(self, channel_id: str) -> bool:
        """Return whether only our members read the channel; False where Slack does not say so now."""
        try:
            return self._readers.members_only(channel_id)
        except (DeliveryError, StorageError):
            return False

    def _keep(self, asked: Asked, user_id: str, verdict: Verdict) -> None:
        self._feedback.record(
            answer_id=asked.answer,
            user_id=user_id,
            entry_id=asked.entry,
            verdict=verdict,
            question=self._answerer.text_of(asked, user_id) or None,
        )


def _asker_of(action: Mapping[str, Any]) -> str | None:
    """Return who asked for the message that was pressed; None where its button does not say."""
    try:
        return decoded(action.get("value"))[0].asker
    except Stale:
        return None


def _telling(asked: Asked, more: Mapping[str, Any]) -> Asked:
    match more:
        case {"n": str(name), "v": str() | int() as value}:
            return asked.telling(name, value)
        case _:
            raise Stale
