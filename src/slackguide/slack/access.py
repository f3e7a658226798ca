"""The access policy: decide from the user directory who may use slackguide, and in which role."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from slackguide.errors import StorageError
from slackguide.guide import Asker
from slackguide.knowledge.entries import BASE_ROLES
from slackguide.storage.directory import DirectoryUser, UserDirectory

GUEST_MESSAGE = "slackguide answers members of this workspace only, and you are a guest here. Please ask your contact."
EXTERNAL_MESSAGE = "slackguide answers members of this workspace only, and your account belongs to another one."
DEACTIVATED_MESSAGE = "This account is deactivated, so I cannot answer it."
BOT_MESSAGE = "slackguide answers people only, and this account belongs to a bot."


class Denial(StrEnum):
    """Why access is denied. The values appear in the log."""

    GUEST = "guest"
    OUTSIDER = "other_workspace"
    DEACTIVATED = "account_closed"
    BOT = "bot"
    UNKNOWN = "not_visible"
    """Not in the directory, and the look-up failed."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A person with access."""

    user_id: str
    team_id: str
    asker: Asker


@dataclass(frozen=True, slots=True)
class Denied:
    """A person without access: `message` tells the person why, `reason` goes to the log."""

    message: str
    reason: Denial = Denial.UNKNOWN


@dataclass(frozen=True, slots=True)
class UnknownUser:
    """A person who is not in the directory and has to be looked up first."""

    user_id: str


AccessDecision: TypeAlias = Allowed | Denied | UnknownUser


class AccessPolicy:
    """The access policy over the directory. `our_team` returns the workspace's id, None while it is unknown."""

    def __init__(
        self,
        *,
        directory: UserDirectory,
        our_team: Callable[[], str | None],
        leads: Collection[str],
        lead_groups: Callable[[], Collection[str]],
        role_groups: Callable[[], Mapping[str, Collection[str]]] = dict,
    ) -> None:
        self._directory = directory
        self._our_team = our_team
        self._leads = frozenset(leads)
        self._lead_groups = lead_groups
        self._role_groups = role_groups

    def check(self, user_id: str) -> AccessDecision:
        """Return whether this person has access."""
        try:
            person = self._directory.find(user_id)
        except StorageError:
            return UnknownUser(user_id)
        return UnknownUser(user_id) if person is None else self.decide(person)

    def team_leads(self) -> tuple[str, ...]:
        """Return the ids of all team leads. Raises `StorageError`."""
        members = (member for handle in self._lead_groups() for member in self._directory.members(handle))
        return tuple(sorted({*self._leads, *members}))

    def decide(self, person: DirectoryUser) -> Allowed | Denied:
        """Return whether a person of the directory has access."""
        ours = self._our_team()
        if person.deleted:
            return Denied(DEACTIVATED_MESSAGE, Denial.DEACTIVATED)
        if person.bot:
            return Denied(BOT_MESSAGE, Denial.BOT)
        if ours is not None and not person.is_member_of(ours):
            return Denied(EXTERNAL_MESSAGE, Denial.OUTSIDER)
        if person.guest:
            return Denied(GUEST_MESSAGE, Denial.GUEST)
        leads = person.user_id in self._leads or not person.groups.isdisjoint(self._lead_groups())
        roles = {role for role, groups in self._role_groups().items() if not person.groups.isdisjoint(groups)}
        asker = Asker("team_lead" if leads else "agent", frozenset(roles.difference(BASE_ROLES)))
        return Allowed(person.user_id, person.team_id, asker)
