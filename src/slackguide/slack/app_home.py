"""Build App Home: a user's own escalations and, for specialists, those in their queues."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from slack_sdk.models.views import View

from slackguide.delivery.sender import SlackRefusedError
from slackguide.delivery.tasks import AnswerMessage
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.messages import NotifyPerson, PostEscalation
from slackguide.escalation.models import OPEN_STATES, EscalationState
from slackguide.guide import Asker
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.access import Allowed, Denied, UnknownUser
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.button_payloads import HomePagePayload
from slackguide.slack.mrkdwn import mention
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.views.app_home import (
    UNDELIVERED_SHOWN,
    HomeSection,
    QueueHealth,
    TeamOverview,
    Undelivered,
    home_view,
    text_home,
)
from slackguide.slack.views.error_advice import Advice, advice
from slackguide.storage.directory import DirectoryUser, UserDirectory
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.feedback import FeedbackRepository, Verdict
from slackguide.storage.outbox_admin import OutboxAdmin, UndeliveredJob

log = logging.getLogger(__name__)

UNKNOWN = (
    "I could not look you up in this workspace, so I cannot show anything here. Tell an administrator of slackguide."
)
"""Shown to a user whom Slack does not know."""

PAGE_SIZE = 10
"""Escalations per page of a list."""

COUNT_LIMIT = 100
"""Maximum count. Above it, “more than 100” is shown."""

REVIEW_AFTER = timedelta(days=180)
"""Age of a review above which an entry is due for the next one."""

UNANSWERED_WITHIN = timedelta(days=30)
"""Age of the questions without an answer that a team lead sees."""

UNANSWERED_SHOWN = 3
"""Most questions and entries that a team lead sees of each."""

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
        feedback: FeedbackRepository,
        clock: Callable[[], datetime],
        outbox: OutboxAdmin,
    ) -> None:
        self._outbox = outbox
        self._escalations = escalations
        self._users = people
        self._directory = directory
        self._knowledge = knowledge
        self._feedback = feedback
        self._clock = clock

    def view(self, user_id: str, pages: Mapping[str, HomePagePayload]) -> View:
        """Return the Home view. `pages` gives the page of a list by its name.

        A user who is not in the directory is looked up first. Raises `RateLimitedError` or `SlackUnreachableError` if
        Slack does not answer, and `StorageError`.
        """
        decision = self._authorize(user_id)
        if isinstance(decision, Denied):
            return text_home(decision.message)
        knowledge, now = self._knowledge(), self._clock()
        queues = self._assigned_queues(self._users.find(user_id), knowledge)
        sections = [
            self._section(name, title, filter_, pages)
            for name, (title, filter_) in self._filters(user_id, queues, now).items()
        ]
        team = self._team_overview(knowledge, decision.asker, now) if "team_lead" in decision.asker.roles else None
        overdue = self._count(queues=queues, overdue_at=now, not_requester=user_id) if queues else None
        return home_view(
            sections,
            knowledge,
            decision.asker.roles,
            self._undelivered(user_id),
            user_id=user_id,
            now=now,
            overdue=overdue,
            team=team,
        )

    @staticmethod
    def _filters(user_id: str, queues: frozenset[str], now: datetime) -> dict[str, tuple[str, EscalationFilter]]:
        """Return the lists of a person by name. No escalation is in two of them."""
        mine = EscalationFilter(claimed_by=user_id, states=OPEN_STATES, oldest_first=True)
        own = EscalationFilter(requester=user_id, not_claimed_by=user_id, states=OPEN_STATES)
        filters = {
            "open": ("Your open escalations", own),
            "recent": ("Recently closed", EscalationFilter(person=user_id, states=CLOSED)),
        }
        if not queues:
            return filters
        unclaimed = EscalationFilter(
            queues=queues, states={EscalationState.SENT}, not_requester=user_id, oldest_first=True
        )
        overdue = EscalationFilter(
            queues=queues,
            states=OPEN_STATES - {EscalationState.SENT},
            overdue_at=now,
            not_requester=user_id,
            not_claimed_by=user_id,
            oldest_first=True,
        )
        return {
            "unclaimed": ("Unclaimed", unclaimed),
            "mine": ("Claimed by you", mine),
            "overdue": ("Overdue with colleagues", overdue),
            **filters,
        }

    def _team_overview(self, knowledge: KnowledgeBase, asker: Asker, now: datetime) -> TeamOverview:
        """Return what a team lead looks after: the queues, questions without an answer, and reviews that are due."""
        queues = [
            QueueHealth(
                form.title, self._count(states=OPEN_STATES, queues={id}), self._count(overdue_at=now, queues={id})
            )
            for id, form in knowledge.forms.items()
        ]
        unanswered = [
            given.question
            for given in self._feedback.list(verdict=Verdict.NOT_THIS, since=now - UNANSWERED_WITHIN)
            if given.entry_id is None and given.question
        ]
        hidden = knowledge.hidden_from(*asker.roles)
        due = sorted(
            (entry.reviewed or date.min, entry.title)
            for id, entry in knowledge.entries.items()
            if id not in hidden and now.date() - (entry.reviewed or date.min) > REVIEW_AFTER
        )
        return TeamOverview(
            queues,
            list(dict.fromkeys(unanswered))[:UNANSWERED_SHOWN],
            len(unanswered),
            [title for _, title in due[:UNANSWERED_SHOWN]],
            len(due),
        )

    def _count(self, **conditions: Any) -> int:
        return self._escalations.count(EscalationFilter(**conditions), at_most=COUNT_LIMIT + 1)

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

    def _section(
        self, name: str, title: str, filter_: EscalationFilter, pages: Mapping[str, HomePagePayload]
    ) -> HomeSection:
        position = pages.get(name, HomePagePayload(name))
        page = self._escalations.page(filter_, after=position.after, limit=PAGE_SIZE)
        count = self._escalations.count(filter_, at_most=COUNT_LIMIT + 1)
        return HomeSection(name, title, page.escalations, position, page.next_cursor, count)

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
