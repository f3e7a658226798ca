"""Build App Home: a person's own escalations, and for specialists those in their queues."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_sdk.models.views import View

from slackguide.delivery.sender import SlackRefusedError
from slackguide.escalation.filters import EscalationFilter, PageCursor
from slackguide.escalation.models import OPEN_STATES, EscalationState
from slackguide.escalation.repository import EscalationRepository
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.access import Allowed, Denied, UnknownUser
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.views.app_home import HomeSection, home_view, text_home
from slackguide.storage.directory import DirectoryUser, UserDirectory

log = logging.getLogger(__name__)

UNKNOWN = (
    "I could not look you up in this workspace, so I cannot show you anything here. Please tell whoever looks after me."
)

PAGE = 5
"""Escalations of one list shown at once."""

COUNTED = 100
"""Further than this nobody counts: shown as “more than 100”."""

CLOSED = frozenset({EscalationState.RESOLVED, EscalationState.WITHDRAWN})


class AppHomeBuilder:
    """Draws App Home from the database, for those who may ask. `clock` tells what is overdue."""

    def __init__(
        self,
        *,
        escalations: EscalationRepository,
        people: UserDirectory,
        directory: DirectorySync,
        knowledge: Callable[[], KnowledgeBase],
        clock: Callable[[], datetime],
    ) -> None:
        self._escalations = escalations
        self._users = people
        self._directory = directory
        self._knowledge = knowledge
        self._clock = clock

    def view(self, user_id: str, pages: Mapping[str, PageCursor]) -> View:
        """The Home view; `pages` says from where on a list is shown, by its name.

        Somebody who is not in the directory is looked up first. Raises `RateLimitedError` or `SlackUnreachableError`
        where Slack does not answer that now, and `StorageError`.
        """
        decision = self._authorize(user_id)
        if isinstance(decision, Denied):
            return text_home(decision.message)
        person = self._users.find(user_id)
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
        desks = self._assigned_queues(person, knowledge)
        if desks:
            now = self._clock()
            searches = {
                "unclaimed": (
                    "Unclaimed",
                    EscalationFilter(queues=desks, states={EscalationState.SENT}, oldest_first=True),
                ),
                "mine": ("Claimed by you", EscalationFilter(claimed_by=user_id, states=OPEN_STATES, oldest_first=True)),
                "overdue": ("Overdue", EscalationFilter(queues=desks, overdue_at=now, oldest_first=True)),
            }
            lists = [
                *(
                    HomeSection(name, title, *self._page(name, filter_, pages))
                    for name, (title, filter_) in searches.items()
                ),
                *lists,
            ]
        return home_view(lists, knowledge, decision.asker.role)

    def _authorize(self, user_id: str) -> Allowed | Denied:
        decision = self._directory.known(user_id)
        if not isinstance(decision, UnknownUser):
            return decision
        try:
            return self._directory.fetch(user_id)
        except SlackRefusedError as error:
            log.warning("a person could not be looked up: %s", error.code)
            return Denied(UNKNOWN)

    def _page(self, name: str, filter_: EscalationFilter, pages: Mapping[str, PageCursor]) -> tuple[Any, ...]:
        page = self._escalations.page(filter_, after=pages.get(name), limit=PAGE)
        return page.escalations, page.next_cursor, self._escalations.count(filter_, at_most=COUNTED + 1), name in pages

    def _assigned_queues(self, person: DirectoryUser | None, knowledge: KnowledgeBase) -> frozenset[str]:
        groups = person.groups if person else frozenset()
        return frozenset(id for id, form in knowledge.forms.items() if form.specialists in groups)
