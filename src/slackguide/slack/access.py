"""The access policy: who may ask, and in which role, from the directory in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from slackguide.errors import StorageError
from slackguide.guide import Asker
from slackguide.storage.directory import DirectoryUser, UserDirectory

GUEST_MESSAGE = "slackguide answers members of this workspace only, and you are a guest here. Please ask your contact."
EXTERNAL_MESSAGE = "slackguide answers members of this workspace only, and your account belongs to another one."
DEACTIVATED_MESSAGE = "This account is switched off, so I cannot answer it."
BOTS = "slackguide answers people only, and this account is a bot's."


class Denial(StrEnum):
    """Why access is denied; the value is what the log says."""

    GUEST = "guest"
    OUTSIDER = "other_workspace"
    DEACTIVATED = "account_closed"
    BOT = "bot"
    UNKNOWN = "not_visible"
    """Not in the directory, and could not be looked up."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """May ask."""

    user_id: str
    team_id: str
    asker: Asker


@dataclass(frozen=True, slots=True)
class Denied:
    """May not ask; `message` say why to the person, `reason` to the log."""

    message: str
    reason: Denial = Denial.UNKNOWN


@dataclass(frozen=True, slots=True)
class UnknownUser:
    """Not in the directory: has to be looked up first."""

    user_id: str


AccessDecision: TypeAlias = Allowed | Denied | UnknownUser


class AccessPolicy:
    """Decides from the directory. `our_team` is the workspace's id, None while it is not known yet."""

    def __init__(
        self,
        *,
        directory: UserDirectory,
        our_team: Callable[[], str | None],
        leads: Collection[str],
        lead_groups: Callable[[], Collection[str]],
    ) -> None:
        self._directory = directory
        self._our_team = our_team
        self._leads = frozenset(leads)
        self._lead_groups = lead_groups

    def check(self, user_id: str) -> AccessDecision:
        """Whether this person may ask."""
        try:
            person = self._directory.find(user_id)
        except StorageError:
            return UnknownUser(user_id)
        return UnknownUser(user_id) if person is None else self.decide(person)

    def decide(self, person: DirectoryUser) -> Allowed | Denied:
        """Whether a person who is known may ask."""
        ours = self._our_team()
        if person.deleted:
            return Denied(DEACTIVATED_MESSAGE, Denial.DEACTIVATED)
        if person.bot:
            return Denied(BOTS, Denial.BOT)
        if ours is not None and person.team_id and person.team_id != ours:
            return Denied(EXTERNAL_MESSAGE, Denial.OUTSIDER)
        if person.guest:
            return Denied(GUEST_MESSAGE, Denial.GUEST)
        leads = person.user_id in self._leads or not person.groups.isdisjoint(self._lead_groups())
        return Allowed(person.user_id, person.team_id, Asker("team_lead" if leads else "agent"))
