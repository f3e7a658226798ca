"""The repository of escalations, as a protocol (`storage.escalations` implements it)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol

from slackguide.escalation.filters import EscalationFilter, EscalationPage, PageCursor
from slackguide.escalation.models import Duplicate, Escalation, Event, NewEscalation, SubmissionResult
from slackguide.escalation.state_machine import Applied, Command, Rejected


class EscalationRepository(Protocol):
    """Every method raises `StorageError` with words for a person when the database does not take or give something."""

    def submit(self, new_escalation: NewEscalation) -> SubmissionResult | Duplicate:
        """Keep it and owe its post, in one transaction that is on disk when this returns; once a view id.

        Return `Duplicate`, and store nothing, where an open escalation is about one of `new_escalation.cases` and the
        draft gives no reason (`anyway`). The check is part of the transaction: of two drafts about one case that are
        submitted at the same moment, also by two processes, one is stored and the other is the duplicate.
        """

    def apply(self, escalation_id: str, command: Command) -> Applied | Rejected | None:
        """Do what a person pressed, together with the messages it owes; None for an id that is not kept."""

    def get(self, escalation_id: str) -> Escalation | None:
        """By id."""

    def by_reference(self, reference: str) -> Escalation | None:
        """By what people call it (`D-1042`), in any case of letters."""

    def by_view(self, view_id: str) -> Escalation | None:
        """By the view that was submitted."""

    def history(self, escalation_id: str) -> tuple[Event, ...]:
        """Everything that happened to it, oldest first."""

    def open_with_case_keys(self, case_keys: Collection[str]) -> tuple[Escalation, ...]:
        """Open escalations about any of these cases (`case_keys.case_keys`), oldest first."""

    def page(self, filter_: EscalationFilter, *, after: PageCursor | None = None, limit: int = 10) -> EscalationPage:
        """Some of what is found, beginning after a cursor; the latest first, unless the search says otherwise."""

    def iterate(self, filter_: EscalationFilter) -> Iterator[Escalation]:
        """Everything that is found, read in pieces: for exports of any length."""

    def count(self, filter_: EscalationFilter, *, at_most: int | None = None) -> int:
        """How many are found; counting stops at `at_most`."""

    def record_home_view(self, user_id: str) -> None:
        """The person looks at their App Home: from now on it is refreshed when something on it changes."""
