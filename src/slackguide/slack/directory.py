"""Keeps the directory true: everybody from `users.list` and the user groups in the background, a stranger on demand."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any

from slack_sdk import WebClient

from slackguide.errors import StorageError
from slackguide.escalation.poster import DeliveryError, RateLimited, Refused
from slackguide.slack.admission import Admission, Admitted, Door, TurnedAway, Unknown
from slackguide.slack.calls import called, pages
from slackguide.storage.identity import Identities, Identity
from slackguide.storage.people import People, Person

log = logging.getLogger(__name__)

REFRESH_SECONDS = 900.0
"""How often everybody is read anew: a quarter of an hour is how long a new guest could pass as a member."""

RETRY_SECONDS = 15.0
"""How soon it is tried again when Slack did not answer."""

NOT_NOW = (
    "I could not look you up, because Slack did not answer me. Nothing was lost but this question: please ask again."
)


class Directory:
    """Reads people, groups and our own identity from Slack, and keeps them.

    `quick_client` gives up within an acknowledgement's 3 s: it looks up the one person who waits for it.
    """

    def __init__(
        self,
        *,
        client: WebClient,
        quick_client: WebClient,
        people: People,
        identities: Identities,
        door: Door,
        token: str,
        groups: Callable[[], Collection[str]],
    ) -> None:
        self._client = client
        self._quick_client = quick_client
        self._people = people
        self._identities = identities
        self._door = door
        self._token = token
        self._groups = groups
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="directory", daemon=True)

    def start(self) -> None:
        """Begins refreshing in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it; a request under way is left behind."""
        self._stop.set()
        self._wake.set()

    def refresh(self) -> None:
        """Reads everybody and the groups now. Raises `DeliveryError` or `StorageError`; what was known stays."""
        if self._identities.get(self._token) is None:
            self._identify()
        everyone = [_person(member) for member in pages(self._client, "users.list", "members", {})]
        self._people.replace(everyone, self._memberships())

    def admit(self, user_id: str) -> Admitted | TurnedAway:
        """Whether this person may ask; somebody who is not in the directory is looked up over the network first."""
        admission = self._door.admit(user_id)
        return self.look_up(user_id) if isinstance(admission, Unknown) else admission

    def look_up(self, user_id: str) -> Admitted | TurnedAway:
        """Looks up one person who is not in the directory, keeps them, and says whether they may ask."""
        try:
            return self.fetch(user_id)
        except DeliveryError as error:
            log.warning("a person could not be looked up: %s", _code(error))
            return TurnedAway(NOT_NOW)
        except StorageError as error:
            return TurnedAway(str(error))

    def fetch(self, user_id: str) -> Admitted | TurnedAway:
        """Read one person from Slack, store them, and return whether they may ask.

        Raises `DeliveryError` where Slack refuses or does not answer, `StorageError` where they cannot be stored.
        """
        if self._identities.get(self._token) is None:
            self._identify()
        response = called(lambda: self._quick_client.users_info(user=user_id))
        person = _person(response["user"])
        self._people.put(person)
        return self._door.judge(self._people.find(user_id) or person)

    def known(self, user_id: str) -> Admission:
        """Whether this person may ask, as far as the directory knows them: without the network."""
        return self._door.admit(user_id)

    def name(self, user_id: str) -> str:
        """What a person is called, where no mention can be shown."""
        try:
            person = self._people.find(user_id)
        except StorageError:
            person = None
        return person.name if person and person.name else "a colleague"

    def _run(self) -> None:
        while not self._stop.is_set():
            rest = REFRESH_SECONDS
            try:
                self.refresh()
                log.info("the directory is up to date")
            except RateLimited as error:
                rest = max(error.seconds, RETRY_SECONDS)
            except (DeliveryError, StorageError) as error:
                log.warning("the directory stays as it is for now: %s", _code(error))
                rest = RETRY_SECONDS
            except Exception as error:
                log.error("the directory could not be refreshed: %s", type(error).__name__)
                rest = RETRY_SECONDS
            self._wake.wait(rest)

    def _identify(self) -> None:
        told = called(self._client.auth_test)
        self._identities.keep(
            self._token,
            Identity(
                team_id=str(told.get("team_id") or ""),
                enterprise_id=told.get("enterprise_id"),
                bot_id=str(told.get("bot_id") or ""),
                bot_user_id=str(told.get("user_id") or ""),
                url=str(told.get("url") or ""),
            ),
        )

    def _memberships(self) -> Mapping[str, Collection[str]] | None:
        """Handle to members, of the groups that the knowledge base names; None where Slack would not tell."""
        wanted = set(self._groups())
        if not wanted:
            return {}
        try:
            listed = called(self._client.usergroups_list)["usergroups"] or []
            return {
                str(group["handle"]): called(
                    lambda id=group["id"]: self._client.usergroups_users_list(usergroup=id)  # type: ignore[misc]
                )["users"]
                for group in listed
                if group.get("handle") in wanted
            }
        except Refused as error:  # a plan without user groups, or no scope for them
            log.warning("user groups are not known: %s", error.code)
            return None


def _person(member: Mapping[str, Any]) -> Person:
    """A member as Slack tells of them; fields may be missing."""
    profile = member.get("profile") or {}
    return Person(
        user_id=str(member["id"]),
        team_id=str(member.get("team_id") or ""),
        name=str(profile.get("display_name") or member.get("real_name") or member.get("name") or ""),
        guest=bool(member.get("is_restricted") or member.get("is_ultra_restricted")),
        bot=bool(member.get("is_bot")) or member.get("id") == "USLACKBOT",
        deleted=bool(member.get("deleted")),
    )


def _code(error: Exception) -> str:
    return error.code if isinstance(error, Refused) else type(error).__name__
