"""Notify the team leads about a critical concern."""

from __future__ import annotations

from datetime import timedelta

from slackguide.delivery.tasks import AlertTeamLead
from slackguide.slack.access import AccessPolicy
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.button_payloads import AnswerState, OutdatedActionError
from slackguide.slack.views.escalation_form import ticket_url_in
from slackguide.storage.inbox import EventInbox

WINDOW = timedelta(hours=1)
"""A second alert of the same person about the same entry within this time notifies nobody again."""

NOTIFIED = "Your Team Leads have been notified. In immediate danger, speak to one now."
ALREADY_NOTIFIED = "Your Team Leads were notified less than an hour ago. In immediate danger, speak to one now."
NOBODY = "I know no Team Lead here, so nobody was notified. Please speak to one now."


class TeamLeadAlerts:
    """Alerts to all team leads. They are delivered as jobs, so that they survive a crash."""

    def __init__(self, *, answers: AnswerService, policy: AccessPolicy, inbox: EventInbox) -> None:
        self._answers = answers
        self._policy = policy
        self._inbox = inbox

    def send(self, state: AnswerState, user_id: str) -> str:
        """Notify every team lead and return what to tell the person.

        The message names the entry, the person and the ticket, never what was asked. Raises `OutdatedActionError` and
        `StorageError`.
        """
        if state.entry is None or state.entry not in self._answers.knowledge.entries:
            raise OutdatedActionError
        leads = [lead for lead in self._policy.team_leads() if lead != user_id]
        if not leads:
            return NOBODY
        text = self._answers.text_of(state, user_id)
        ticket = ticket_url_in(text, self._answers.knowledge.forms.values())
        alerts = [AlertTeamLead(lead, user_id, state.entry, ticket) for lead in leads]
        key = f"team-lead-alert {user_id} {state.entry}"
        return NOTIFIED if self._inbox.accept(key, *alerts, again_after=WINDOW) else ALREADY_NOTIFIED
