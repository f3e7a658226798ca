"""Keep the user directory up to date: everybody in the background, an unknown user on demand."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any

from slack_sdk import WebClient

from slackguide.delivery.sender import DeliveryError, RateLimitedError, RefusalScope, SlackRefusedError
from slackguide.errors import StorageError
from slackguide.slack.access import EXTERNAL_MESSAGE, AccessDecision, AccessPolicy, Allowed, Denied, UnknownUser
from slackguide.slack.api.calls import call_slack, paginate
from slackguide.storage.bot_identity import BotIdentity, BotIdentityRepository
from slackguide.storage.directory import DirectoryUser, UserDirectory

log = logging.getLogger(__name__)

REFRESH_SECONDS = 900.0
"""How often everybody is read anew: a quarter of an hour is how long a new guest could pass as a member."""

RETRY_SECONDS = 15.0
"""How soon it is tried again when Slack did not answer."""

GROUPS_RETRY_SECONDS = 120.0
"""How soon everything is read again where Slack did not answer about the groups alone."""

UNAVAILABLE_MESSAGE = (
    "I could not look you up, because Slack did not answer me. Nothing was lost but this question: please ask again."
)


NOT_TOLD = (
    "I could not look you up: Slack refused to tell me about your account ({code}). Nothing was lost but this "
    "question. Please tell whoever looks after slackguide; asking again does not help until that is mended."
)


class DirectorySync:
    """Reads people, groups and our own identity from Slack, and keeps them.

    `quick_client` gives up within an acknowledgement's 3 s: it looks up the one person who waits for it.
    """

    def __init__(
        self,
        *,
        client: WebClient,
        quick_client: WebClient,
        directory: UserDirectory,
        identities: BotIdentityRepository,
        access_policy: AccessPolicy,
        token: str,
        groups: Callable[[], Collection[str]],
    ) -> None:
        self._client = client
        self._quick_client = quick_client
        self._people = directory
        self._identities = identities
        self._access_policy = access_policy
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

    def refresh(self) -> float:
        """Reads everybody and the groups now; returns the seconds after which to read them again.

        Raises `DeliveryError` or `StorageError` when not everybody could be read; those who were are stored all the
        same, and everything else stays as it was. The groups are a step of their own: what becomes of them changes
        nothing about the people.
        """
        if self._identities.get(self._token) is None:
            self._identify()
        everyone: list[DirectoryUser] = []
        try:
            for member in paginate(self._client, "users.list", "members", {}):
                everyone.append(_person(member))
        except DeliveryError:
            self._people.put(*everyone)
            raise
        if self._people.refreshed_at() is None:
            self._people.put(*everyone)  # nobody is known yet: let the groups not keep them waiting
        memberships, rest = self._groups_now()
        self._people.replace(everyone, memberships)
        return rest

    def _groups_now(self) -> tuple[Mapping[str, Collection[str]] | None, float]:
        """The groups, None where Slack does not tell, and the seconds after which to ask again."""
        try:
            return self._group_members(), REFRESH_SECONDS
        except SlackRefusedError as error:  # a plan without user groups, no scope for them, an API without them
            log.warning("user groups stay as they were: %s", error)
            return None, REFRESH_SECONDS
        except (DeliveryError, KeyError, TypeError) as error:
            log.warning("user groups stay as they were: %s", type(error).__name__)
            return None, GROUPS_RETRY_SECONDS

    def authorize(self, user_id: str) -> Allowed | Denied:
        """Whether this person may ask; somebody who is not in the directory is looked up over the network first."""
        decision = self._access_policy.check(user_id)
        return self.look_up(user_id) if isinstance(decision, UnknownUser) else decision

    def look_up(self, user_id: str) -> Allowed | Denied:
        """Looks up one person who is not in the directory, keeps them, and says whether they may ask."""
        try:
            return self.fetch(user_id)
        except SlackRefusedError as error:
            log.warning("a person could not be looked up: %s", error)
            return Denied(NOT_TOLD.format(code=error.code))
        except DeliveryError as error:
            log.warning("a person could not be looked up: %s", error)
            return Denied(UNAVAILABLE_MESSAGE)
        except StorageError as error:
            return Denied(str(error))

    def ensure_known(self, user_id: str) -> None:
        """Looks up a person who is not in the directory. Raises `DeliveryError` or `StorageError` when it cannot.

        Somebody of whom Slack says that there is no such account for us stays unknown.
        """
        try:
            if self._people.find(user_id) is None:
                self._looked_up(user_id)
        except SlackRefusedError as error:
            if error.scope is not RefusalScope.PERSON:
                raise

    def authorize_recipient(self, user_id: str) -> Allowed | Denied:
        """Whether delivery may send this person content; a person who is not in the directory is looked up first.

        Unlike `authorize` it raises `DeliveryError` or `StorageError` when that cannot be found out now.
        """
        self.ensure_known(user_id)
        person = self._people.find(user_id)
        return self._access_policy.decide(person) if person is not None else Denied(EXTERNAL_MESSAGE)

    def _looked_up(self, user_id: str) -> DirectoryUser:
        if self._identities.get(self._token) is None:
            self._identify()
        response = call_slack(lambda: self._quick_client.users_info(user=user_id))
        person = _person(response["user"])
        self._people.put(person)
        return self._people.find(user_id) or person

    def fetch(self, user_id: str) -> Allowed | Denied:
        """Read one person from Slack, store them, and return whether they may ask.

        Raises `DeliveryError` where Slack refuses or does not answer, `StorageError` where they cannot be stored.
        """
        return self._access_policy.decide(self._looked_up(user_id))

    def known(self, user_id: str) -> AccessDecision:
        """Whether this person may ask, as far as the directory knows them: without the network."""
        return self._access_policy.check(user_id)

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
                rest = self.refresh()
                log.info("the directory is up to date")
            except RateLimitedError as error:
                rest = max(error.seconds, RETRY_SECONDS)
            except (DeliveryError, StorageError) as error:
                log.warning("the directory stays as it is for now: %s", _code(error))
                rest = RETRY_SECONDS
            except Exception as error:
                log.error("the directory could not be refreshed: %s", type(error).__name__)
                rest = RETRY_SECONDS
            self._wake.wait(rest)

    def _identify(self) -> None:
        identity = call_slack(self._client.auth_test)
        self._identities.put(
            self._token,
            BotIdentity(
                team_id=str(identity.get("team_id") or ""),
                enterprise_id=identity.get("enterprise_id"),
                bot_id=str(identity.get("bot_id") or ""),
                bot_user_id=str(identity.get("user_id") or ""),
                url=str(identity.get("url") or ""),
            ),
        )

    def _group_members(self) -> Mapping[str, Collection[str]]:
        """Handle to members, of the groups that the knowledge base names. Raises `DeliveryError`."""
        wanted = set(self._groups())
        if not wanted:
            return {}
        listed = call_slack(self._client.usergroups_list)["usergroups"] or []
        return {
            str(group["handle"]): call_slack(
                lambda id=group["id"]: self._client.usergroups_users_list(usergroup=id)  # type: ignore[misc]
            )["users"]
            for group in listed
            if group.get("handle") in wanted
        }


def _person(member: Mapping[str, Any]) -> DirectoryUser:
    """A member as Slack tells of them; fields may be missing."""
    profile = member.get("profile") or {}
    return DirectoryUser(
        user_id=str(member["id"]),
        team_id=str(member.get("team_id") or ""),
        name=str(profile.get("display_name") or member.get("real_name") or member.get("name") or ""),
        guest=bool(member.get("is_restricted") or member.get("is_ultra_restricted")),
        bot=bool(member.get("is_bot")) or member.get("id") == "USLACKBOT",
        deleted=bool(member.get("deleted")),
    )


def _code(error: Exception) -> str:
    return error.code if isinstance(error, SlackRefusedError) else type(error).__name__
