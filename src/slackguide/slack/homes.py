"""App Home: a person's own escalations, and for specialists what waits at their desks."""

from __future__ import annotations

import json
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
from slackguide.slack.admission import Admitted, TurnedAway, Unknown
from slackguide.slack.directory import Directory
from slackguide.slack.views.home import Listed, home_view, words_home
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


class HomeDrawer:
    """Draws App Home from the database, for those who may ask. `clock` tells what is overdue."""

    def __init__(
        self,
        *,
        ledger: EscalationRepository,
        people: UserDirectory,
        directory: Directory,
        knowledge: Callable[[], KnowledgeBase],
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._people = people
        self._directory = directory
        self._knowledge = knowledge
        self._clock = clock

    def view(self, user_id: str, turned: Mapping[str, PageCursor]) -> View:
        """The Home view; `turned` says from where on a list is shown, by its name.

        Somebody who is not in the directory is looked up first. Raises `RateLimitedError` or `SlackUnreachableError`
        where Slack does not answer that now, and `StorageError`.
        """
        admission = self._authorize(user_id)
        if isinstance(admission, TurnedAway):
            return words_home(admission.words)
        person = self._people.find(user_id)
        knowledge = self._knowledge()
        lists = [
            Listed(
                "open",
                "Your open escalations",
                *self._page("open", EscalationFilter(requester=user_id, states=OPEN_STATES), turned),
            ),
            Listed(
                "recent",
                "Recently closed",
                *self._page("recent", EscalationFilter(requester=user_id, states=CLOSED), turned),
            ),
        ]
        desks = self._desks(person, knowledge)
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
                    Listed(name, title, *self._page(name, filter_, turned))
                    for name, (title, filter_) in searches.items()
                ),
                *lists,
            ]
        return home_view(lists, knowledge, admission.asker.role)

    def _authorize(self, user_id: str) -> Admitted | TurnedAway:
        admission = self._directory.known(user_id)
        if not isinstance(admission, Unknown):
            return admission
        try:
            return self._directory.fetch(user_id)
        except SlackRefusedError as error:
            log.warning("a person could not be looked up: %s", error.code)
            return TurnedAway(UNKNOWN)

    def _page(self, name: str, filter_: EscalationFilter, turned: Mapping[str, PageCursor]) -> tuple[Any, ...]:
        page = self._ledger.page(filter_, after=turned.get(name), limit=PAGE)
        return page.escalations, page.next_cursor, self._ledger.count(filter_, at_most=COUNTED + 1), name in turned

    def _desks(self, person: DirectoryUser | None, knowledge: KnowledgeBase) -> frozenset[str]:
        groups = person.groups if person else frozenset()
        return frozenset(id for id, form in knowledge.forms.items() if form.specialists in groups)


def decoded(value: str) -> dict[str, PageCursor]:
    """A paging button's value (`views.home` writes it); nothing turned where it cannot be read."""
    try:
        raw = json.loads(value)
        after = raw["after"]
        return {str(raw["list"]): PageCursor(datetime.fromisoformat(after[0]), str(after[1]))} if after else {}
    except (ValueError, KeyError, TypeError, IndexError):
        return {}
