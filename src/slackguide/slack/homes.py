"""App Home: a person's own escalations, and for specialists what waits at their desks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_sdk.models.views import View

from slackguide.escalation.escalation import OPEN, State
from slackguide.escalation.ledger import Ledger
from slackguide.escalation.search import Cursor, Search
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.admission import GUESTS
from slackguide.slack.views.home import Listed, home_view, words_home
from slackguide.storage.people import People, Person

PAGE = 5
"""Escalations of one list shown at once."""

COUNTED = 100
"""Further than this nobody counts: shown as “more than 100”."""

CLOSED = frozenset({State.RESOLVED, State.WITHDRAWN})


class HomeDrawer:
    """Draws App Home from the database. `clock` tells what is overdue."""

    def __init__(
        self, *, ledger: Ledger, people: People, knowledge: Callable[[], KnowledgeBase], clock: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._people = people
        self._knowledge = knowledge
        self._clock = clock

    def view(self, user_id: str, turned: Mapping[str, Cursor]) -> View:
        """The Home view; `turned` says from where on a list is shown, by its name."""
        person = self._people.find(user_id)
        if person is not None and person.guest:
            return words_home(GUESTS)
        knowledge = self._knowledge()
        lists = [
            Listed(
                "open", "Your open escalations", *self._page("open", Search(requester=user_id, states=OPEN), turned)
            ),
            Listed(
                "recent", "Recently closed", *self._page("recent", Search(requester=user_id, states=CLOSED), turned)
            ),
        ]
        desks = self._desks(person, knowledge)
        if desks:
            now = self._clock()
            searches = {
                "unclaimed": ("Unclaimed", Search(desks=desks, states={State.SENT}, oldest_first=True)),
                "mine": ("Claimed by you", Search(claimed_by=user_id, states=OPEN, oldest_first=True)),
                "overdue": ("Overdue", Search(desks=desks, overdue_at=now, oldest_first=True)),
            }
            lists = [
                *(Listed(name, title, *self._page(name, search, turned)) for name, (title, search) in searches.items()),
                *lists,
            ]
        return home_view(lists, knowledge)

    def _page(self, name: str, search: Search, turned: Mapping[str, Cursor]) -> tuple[Any, ...]:
        page = self._ledger.page(search, after=turned.get(name), limit=PAGE)
        return page.escalations, page.following, self._ledger.count(search, at_most=COUNTED + 1), name in turned

    def _desks(self, person: Person | None, knowledge: KnowledgeBase) -> frozenset[str]:
        groups = person.groups if person else frozenset()
        return frozenset(id for id, form in knowledge.forms.items() if form.specialists in groups)


def decoded(value: str) -> dict[str, Cursor]:
    """A paging button's value (`views.home` writes it); nothing turned where it cannot be read."""
    try:
        raw = json.loads(value)
        after = raw["after"]
        return {str(raw["list"]): Cursor(datetime.fromisoformat(after[0]), str(after[1]))} if after else {}
    except (ValueError, KeyError, TypeError, IndexError):
        return {}
