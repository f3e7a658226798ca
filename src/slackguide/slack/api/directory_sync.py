"""Keep the user directory up to date: all users in the background, an unknown user on demand."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any

from slack_sdk import WebClient

from slackguide.delivery.sender import DeliveryError, ErrorCategory, RateLimitedError, SlackRefusedError
from slackguide.errors import StorageError
from slackguide.slack.access import AccessDecision, AccessPolicy, Allowed, Denied, UnknownUser
from slackguide.slack.api.calls import INVALID_CURSOR, call_slack, pages
from slackguide.storage.bot_identity import BotIdentity, BotIdentityRepository
from slackguide.storage.directory import DirectoryUser, UserDirectory
from slackguide.storage.walks import PEOPLE_WALK, WalkRepository

log = logging.getLogger(__name__)

REFRESH_SECONDS = 900.0
"""Seconds between full refreshes: how long a new guest could pass as a member."""

RETRY_SECONDS = 15.0
"""Seconds before the next refresh if Slack did not answer."""

GROUPS_RETRY_SECONDS = 120.0
"""Seconds before the next refresh if Slack did not answer about the user groups only."""

USERS_PER_PAGE = 1000
"""Users per page: the maximum of `users.list`, because Slack limits the pages a minute."""

UNAVAILABLE_MESSAGE = "I could not look you up, because Slack did not answer. Please ask your question again."
"""Reply if Slack did not answer."""


LOOKUP_REFUSED_MESSAGE = (
    "I could not look you up, because Slack refused the request ({code}). Please tell an administrator of slackguide. "
    "Once that is fixed, ask your question again."
)
"""Reply if Slack refused the lookup."""


class DirectorySync:
    """The synchronization of users, user groups and the bot's identity from Slack to the database.

    The timeout of `quick_client` is well within the 3 s of an acknowledgement. It looks up a user who waits for the
    reply.
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
        walks: WalkRepository,
        page_size: int = USERS_PER_PAGE,
    ) -> None:
        self._walks = walks
        self._page_size = page_size
        self._client = client
        self._quick_client = quick_client
        self._users = directory
        self._identities = identities
        self._access_policy = access_policy
        self._token = token
        self._groups = groups
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="directory", daemon=True)

    def start(self) -> None:
        """Start the background refresh."""
        self._thread.start()

    def stop(self, timeout: float = 0.0) -> None:
        """Stop the background refresh. Wait up to `timeout` seconds for a current one."""
        self._stop.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def refresh(self) -> float:
        """Read the groups and all users. Return the seconds until the next refresh.

        Every page is stored when it arrives. If a page cannot be read, the next call continues with it, also in another
        process; nobody is removed before all pages were read. Raises `DeliveryError` or `StorageError`. A failure to
        read the groups does not affect the users.
        """
        if self._identities.get(self._token) is None:
            self._identify()
        walk = self._walks.begin(PEOPLE_WALK)
        delay = REFRESH_SECONDS if walk.resumed else self._refresh_groups()
        try:
            for page in pages(self._client, "users.list", "members", {}, cursor=walk.cursor, limit=self._page_size):
                self._users.store_page([_directory_user(member) for member in page.items], walk, page.next_cursor)
        except SlackRefusedError as error:
            if error.code == INVALID_CURSOR:
                self._walks.delete(PEOPLE_WALK)
            raise
        self._users.finish(walk)
        return delay

    def _refresh_groups(self) -> float:
        """Store the groups, unless Slack refuses or fails. Return the seconds until the next refresh."""
        groups, delay = self._fetch_groups()
        if groups is not None:
            self._users.replace_groups(groups)
        return delay

    def _fetch_groups(self) -> tuple[Mapping[str, Collection[str]] | None, float]:
        """Return the groups, or None if Slack refuses, and the seconds until the next refresh."""
        try:
            return self._group_members(), REFRESH_SECONDS
        except SlackRefusedError as error:  # a plan or API without user groups, or no scope for them
            log.warning("user groups were not refreshed: %s", error)
            return None, REFRESH_SECONDS
        except (DeliveryError, KeyError, TypeError) as error:
            log.warning("user groups were not refreshed: %s", type(error).__name__)
            return None, GROUPS_RETRY_SECONDS

    def authorize(self, user_id: str) -> Allowed | Denied:
        """Return whether this user has access. Look up an unknown user in Slack first."""
        decision = self._access_policy.check(user_id)
        return self.look_up(user_id) if isinstance(decision, UnknownUser) else decision

    def look_up(self, user_id: str) -> Allowed | Denied:
        """Look up a user who is not in the directory, store them, and return whether they have access."""
        try:
            return self.fetch(user_id)
        except SlackRefusedError as error:
            log.warning("a user could not be looked up: %s", error)
            return Denied(LOOKUP_REFUSED_MESSAGE.format(code=error.code))
        except DeliveryError as error:
            log.warning("a user could not be looked up: %s", error)
            return Denied(UNAVAILABLE_MESSAGE)
        except StorageError as error:
            return Denied(str(error))

    def ensure_known(self, user_id: str) -> None:
        """Look up a user who is not in the directory. Raises `DeliveryError` or `StorageError`.

        A user who does not exist or is not visible to the app stays unknown.
        """
        try:
            if self._users.find(user_id) is None:
                self._fetch_user(user_id)
        except SlackRefusedError as error:
            if error.category is not ErrorCategory.USER:
                raise

    def authorize_recipient(self, user_id: str) -> Allowed | Denied:
        """Return whether this user may receive content. Look up an unknown user in Slack first.

        Unlike `authorize`, it raises `DeliveryError` or `StorageError` if the lookup fails, also if Slack does not know
        the user: that is tried again before their message is given up.
        """
        return self._access_policy.decide(self._users.find(user_id) or self._fetch_user(user_id))

    def forget(self, user_id: str) -> None:
        """Delete a person whose stored data Slack contradicts, so that they are looked up again."""
        self._users.delete(user_id)

    def _fetch_user(self, user_id: str) -> DirectoryUser:
        if self._identities.get(self._token) is None:
            self._identify()
        response = call_slack(lambda: self._quick_client.users_info(user=user_id))
        user = _directory_user(response["user"])
        self._users.put(user)
        return self._users.find(user_id) or user

    def fetch(self, user_id: str) -> Allowed | Denied:
        """Read one user from Slack, store them, and return whether they have access.

        Raises `DeliveryError` if Slack refuses or does not answer, `StorageError` if the user cannot be stored.
        """
        return self._access_policy.decide(self._fetch_user(user_id))

    def known(self, user_id: str) -> AccessDecision:
        """Return whether this user has access according to the directory, without a request to Slack."""
        return self._access_policy.check(user_id)

    def name(self, user_id: str) -> str:
        """Return the user's name, for places that cannot show a mention."""
        try:
            user = self._users.find(user_id)
        except StorageError:
            user = None
        return user.name if user and user.name else "a colleague"

    def _run(self) -> None:
        while not self._stop.is_set():
            delay = REFRESH_SECONDS
            try:
                delay = self.refresh()
                log.info("the directory is up to date")
            except RateLimitedError as error:
                delay = max(error.seconds, 1.0)
                log.info("reading the directory goes on in %g s, because Slack limits its pages", delay)
            except (DeliveryError, StorageError) as error:
                if self._stop.is_set():
                    return
                log.warning("the directory was not refreshed: %s", _code(error))
                delay = RETRY_SECONDS
            except Exception as error:
                log.error("the directory was not refreshed: internal error %s", type(error).__name__)
                delay = RETRY_SECONDS
            self._wake.wait(delay)

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
        """Return the members of each user group that the knowledge base names. Raises `DeliveryError`."""
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


def _directory_user(member: Mapping[str, Any]) -> DirectoryUser:
    """Convert a member from Slack, whose fields may be missing."""
    profile = member.get("profile") or {}
    return DirectoryUser(
        user_id=str(member["id"]),
        team_id=str(member.get("team_id") or ""),
        name=str(
            profile.get("real_name")
            or member.get("real_name")
            or profile.get("display_name")
            or member.get("name")
            or ""
        ),
        guest=bool(member.get("is_restricted") or member.get("is_ultra_restricted")),
        bot=bool(member.get("is_bot")) or member.get("id") == "USLACKBOT",
        deleted=bool(member.get("deleted")),
        tz=str(member.get("tz") or "") or None,
        teams=frozenset(map(str, (member.get("enterprise_user") or {}).get("teams") or ())),
    )


def _code(error: Exception) -> str:
    return error.code if isinstance(error, SlackRefusedError) else type(error).__name__
