"""Build App Home: a user's own escalations and, for specialists, those in their queues."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_sdk.models.views import View

from slackguide.delivery.sender import SlackRefusedError
from slackguide.delivery.tasks import AnswerMessage
from slackguide.escalation.filters import EscalationFilter, PageCursor
from slackguide.escalation.messages import NotifyPerson, PostEscalation
from slackguide.escalation.models import OPEN_STATES, EscalationState
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.access import Allowed, Denied, UnknownUser
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.mrkdwn import mention
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.views.app_home import UNDELIVERED_SHOWN, HomeSection, Undelivered, home_view, text_home
from slackguide.slack.views.error_advice import Advice, advice
from slackguide.storage.directory import DirectoryUser, UserDirectory
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.outbox_admin import OutboxAdmin, UndeliveredJob

log = logging.getLogger(__name__)

UNKNOWN = (
    "I could not look you up in this workspace, so I cannot show anything here. Tell an administrator of slackguide."
)
"""Shown to a user whom Slack does not know."""

PAGE_SIZE = 5
"""Escalations per page of a list."""

COUNT_LIMIT = 100
"""Maximum count. Above it, “more than 100” is shown."""

CLOSED = frozenset({EscalationState.RESOLVED, EscalationState.WITHDRAWN})
"""States of closed escalations."""


class AppHomeBuilder:
    """A builder of App Home views for users with access. `clock` decides what is overdue."""

    def __init__(
        self,
        *,
        escalations: SqlEscalationRepository,
        people: UserDirectory,
        directory: DirectorySync,
        knowledge: Callable[[], KnowledgeBase],
        clock: Callable[[], datetime],
        outbox: OutboxAdmin,
    ) -> None:
        self._outbox = outbox
        self._escalations = escalations
        self._users = people
        self._directory = directory
        self._knowledge = knowledge
        self._clock = clock

    def view(self, user_id: str, pages: Mapping[str, PageCursor]) -> View:
        """Return the Home view. `pages` gives the cursor of a list by its name.

        A user who is not in the directory is looked up first. Raises `RateLimitedError` or `SlackUnreachableError` if
        Slack does not answer, and `StorageError`.
        """
        decision = self._authorize(user_id)
        if isinstance(decision, Denied):
            return text_home(decision.message)
        user = self._users.find(user_id)
        knowledge = self._knowledge()
        lists = [
            HomeSection(
                "open",
                "Your open escalations",
                *self._page("open", EscalationFilter(requester=user_id, states=OPEN_STATES), pages),
            ),
            HomeSection(
                "recent",
                "Recently closed",
                *self._page("recent", EscalationFilter(requester=user_id, states=CLOSED), pages),
            ),
        ]
        queues = self._assigned_queues(user, knowledge)
        if queues:
            now = self._clock()
            filters = {
                "unclaimed": (
                    "Unclaimed",
                    EscalationFilter(queues=queues, states={EscalationState.SENT}, oldest_first=True),
                ),
                "mine": ("Claimed by you", EscalationFilter(claimed_by=user_id, states=OPEN_STATES, oldest_first=True)),
                "overdue": ("Overdue", EscalationFilter(queues=queues, overdue_at=now, oldest_first=True)),
            }
            lists = [
                *(
                    HomeSection(name, title, *self._page(name, filter_, pages))
                    for name, (title, filter_) in filters.items()
                ),
                *lists,
            ]
        return home_view(lists, knowledge, decision.asker.roles, self._undelivered(user_id))

    def _undelivered(self, user_id: str) -> list[Undelivered]:
        jobs = self._outbox.undelivered(user_id, limit=UNDELIVERED_SHOWN + 1)
        return [Undelivered(job.id, *_subject_and_advice(job), job.final) for job in jobs]

    def _authorize(self, user_id: str) -> Allowed | Denied:
        decision = self._directory.known(user_id)
        if not isinstance(decision, UnknownUser):
            return decision
        try:
            return self._directory.fetch(user_id)
        except SlackRefusedError as error:
            log.warning("a user could not be looked up: %s", error.code)
            return Denied(UNKNOWN)

    def _page(self, name: str, filter_: EscalationFilter, pages: Mapping[str, PageCursor]) -> tuple[Any, ...]:
        page = self._escalations.page(filter_, after=pages.get(name), limit=PAGE_SIZE)
        return (
            page.escalations,
            page.next_cursor,
            self._escalations.count(filter_, at_most=COUNT_LIMIT + 1),
            name in pages,
        )

    def _assigned_queues(self, user: DirectoryUser | None, knowledge: KnowledgeBase) -> frozenset[str]:
        groups = user.groups if user else frozenset()
        return frozenset(id for id, form in knowledge.forms.items() if form.specialists in groups)


def _subject_and_advice(job: UndeliveredJob) -> tuple[str, Advice]:
    """Return what is not delivered, as mrkdwn, and the advice about the reason."""
    escalation = job.escalation
    name, channel = (escalation.reference, escalation.channel) if escalation else ("", "the channel")
    match job.task:
        case PostEscalation(channel=channel):
            subject = f"*{name}* is not in #{channel} yet"
        case NotifyPerson(user_id=user_id):
            subject = f"Your message to {mention(user_id)} about *{name}*"
        case AnswerMessage(channel_id=channel_id):
            place = "in Messages" if is_direct_message(channel_id) else f"in <#{channel_id}>"
            subject = f"My answer to your question {place}"
        case _:
            subject = f"Your message in the thread of *{name}*"
    return subject, advice(job.code, channel)
