"""A conversation in a thread: a message's answer, with what was said before it counting too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slackguide.errors import StorageError
from slackguide.escalation.task import AnswerMessage
from slackguide.guide import Answer
from slackguide.slack.admission import Admitted, TurnedAway
from slackguide.slack.answering import TEXT_LIMIT, Answerer
from slackguide.slack.apology import apology, reference_of
from slackguide.slack.directory import Directory
from slackguide.slack.views.card import Card, words_card
from slackguide.slack.views.choices import help_card
from slackguide.slack.words import as_written
from slackguide.text import clean

EMPTY = "There were no words in that. Tell me in a sentence what happened, who asks and what they want."


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the person in the thread: its timestamp and its text as Slack sends it."""

    ts: str
    text: str


class Conversation:
    """Answers direct messages and mentions."""

    def __init__(self, *, answerer: Answerer, directory: Directory) -> None:
        self._answerer = answerer
        self._directory = directory

    def answer(self, task: AnswerMessage, before: Sequence[Line]) -> Card:
        """The card for a message. A follow-up that tells facts goes on with the entry that the thread is about.

        A fault of ours is told in words: trying again would not mend it. Raises `StorageError`.
        """
        try:
            return self._card(task, before)
        except StorageError:
            raise
        except Exception as error:
            return words_card(apology(error, reference_of(task.event_id), "message"))

    def _card(self, task: AnswerMessage, before: Sequence[Line]) -> Card:
        admission = self._directory.admit(task.user_id)
        if isinstance(admission, TurnedAway):
            return words_card(admission.words)
        text = words_of(task.text)
        if not text:
            return words_card(EMPTY)
        if text.casefold() == "help":
            return help_card(self._answerer.knowledge)
        earlier = [words_of(line.text) for line in before]
        return self._follow_up(text, earlier, admission) or self._answerer.ask(text, task.user_id, admission.asker)

    def _follow_up(self, text: str, earlier: Sequence[str], admitted: Admitted) -> Card | None:
        """The thread's answer, with the facts of all its messages; None where the message is a concern of its own."""
        if not earlier or not self._answerer.facts_in(text):
            return None
        user_id, asker = admitted.user_id, admitted.asker
        for first in earlier:
            outcome = self._answerer.outcome(self._answerer.asked(first, user_id), user_id, asker)
            if not isinstance(outcome, Answer):
                continue
            told = {
                **outcome.decision.told,
                **{n: v for line in earlier for n, v in self._answerer.facts_in(line).items()},
            }
            told.update(self._answerer.facts_in(text))
            asked = replace(self._answerer.asked(first, user_id), entry=outcome.entry.id, facts=told)
            return self._answerer.draw(asked, user_id, asker)
        return self._answerer.ask("\n".join([*earlier, text])[:TEXT_LIMIT], user_id, asker)


def words_of(text: str) -> str:
    """The words of a message as Slack sends it; who is mentioned in it, the bot first of all, is left out."""
    return clean(as_written(text))
