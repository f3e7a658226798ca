"""Whether Slack accepts this installation (its token, its app, its scopes), as far as Slack's answers tell."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from slackguide.delivery.sender import DeliveryError, RefusalScope
from slackguide.slack.api.calls import call_slack, field_of, header_of
from slackguide.slack.api.error_codes import CALL_CODES, MISSING_SCOPE, refusal
from slackguide.slack.views.error_advice import ADVICE

log = logging.getLogger(__name__)

PROBE = "auth.test"

OPTIONAL_METHODS = frozenset({"usergroups.list", "usergroups.users.list", "chat.getPermalink"})
"""Methods that slackguide can do without: where it may not call one of these alone, the installation is still fine."""

STALE_SECONDS = 150.0
"""A refusal about one method that is not repeated for so long no longer counts once `auth.test` works. A job that still
runs into it repeats it every 60 s (`decision.LONGEST_DELAY`); a call for a person may never be made again."""


@dataclass(frozen=True)
class Refusal:
    """One reason why Slack refuses the installation. `method` is None where it is about every method.

    `needed` is the scope that Slack asks for; `provided` are the scopes that the token had.
    """

    code: str
    method: str | None = None
    needed: str | None = None
    provided: frozenset[str] | None = None

    def __str__(self) -> str:
        """The code, with the scope that is needed or the method that it is about."""
        if self.needed:
            return f"{self.code}, needed: {self.needed}"
        return f"{self.code}, {self.method}" if self.method else self.code


class InstallationStatus:
    """What Slack's last answers say about the installation. `ticks` gives monotonic seconds.

    Every call's outcome is reported to it (`MonitoredClient`). A refusal is logged once per outage.
    """

    def __init__(self, *, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._lock = threading.Lock()
        self._refusals: dict[Refusal, float] = {}
        self._outages = 0

    @property
    def outages(self) -> int:
        """How many outages there have been, one that lasts included."""
        with self._lock:
            return self._outages

    @property
    def problem(self) -> str | None:
        """Why the installation cannot do its work, in words; None where Slack accepts it."""
        with self._lock:
            found = next(iter(self._refusals), None)
        if found is None:
            return None
        advice = ADVICE[found.code]
        return f"Slack refuses this installation ({found}): {advice.happened}. {advice.remedy}."

    def refused(self, method: str, code: str, *, needed: str | None, provided: frozenset[str] | None) -> None:
        """Take note of a refusal that is about the installation."""
        if code in CALL_CODES and method in OPTIONAL_METHODS:
            return
        found = _refusal(method, code, needed, provided)
        with self._lock:
            if not self._refusals:
                self._outages += 1
            known = any((other.code, other.needed) == (code, needed) for other in self._refusals)
            if method == PROBE:
                self._forget(lambda other: other.code == code)
            elif (everywhere := Refusal(code)) in self._refusals:
                found = everywhere
            self._refusals[found] = self._ticks()
        if not known:
            log.error("Slack refuses this installation: %s. What is owed to Slack waits until this is mended", found)

    def accepted(self, method: str, scopes: frozenset[str] | None) -> None:
        """Take note of an answer without an error; `scopes` are the token's, None where Slack did not say."""
        now = self._ticks()

        def over(other: Refusal) -> bool:
            if other.provided is not None and scopes is not None:
                return scopes != other.provided
            if other.method is None and other.provided is None:
                return True
            return other.method == method or (method == PROBE and now - self._refusals[other] > STALE_SECONDS)

        with self._lock:
            mended = self._forget(over) and not self._refusals
        if mended:
            log.info("Slack accepts this installation again")

    def _forget(self, which: Callable[[Refusal], bool]) -> bool:
        found = [other for other in self._refusals if which(other)]
        for other in found:
            del self._refusals[other]
        return bool(found)


def _refusal(method: str, code: str, needed: str | None, provided: frozenset[str] | None) -> Refusal:
    if code == MISSING_SCOPE and provided is not None:
        return Refusal(code, needed=needed, provided=provided)
    return Refusal(code, method if code in CALL_CODES and method != PROBE else None, needed)


class MonitoredClient(WebClient):
    """A `WebClient` that reports to an `InstallationStatus` how each call ended.

    Makes no second attempt of its own: after a reset it would post again what may have arrived. Retry is a row.
    """

    def __init__(self, *, status: InstallationStatus, token: str, base_url: str, timeout: int) -> None:
        super().__init__(token=token, base_url=base_url, timeout=timeout, retry_handlers=[])
        self._status = status

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        """See `WebClient.api_call`."""
        try:
            response = super().api_call(api_method, **arguments)
        except SlackApiError as error:
            self._refused(api_method, error.response)
            raise
        self._status.accepted(api_method, _scopes(header_of(response.headers, "x-oauth-scopes")))
        return response

    def _refused(self, method: str, response: Any) -> None:
        found = refusal(field_of(response, "error"), needed=field_of(response, "needed") or None)
        if found.scope is RefusalScope.INSTALLATION:
            provided = _scopes(field_of(response, "provided") or None)
            self._status.refused(method, found.code, needed=found.needed, provided=provided)


def _scopes(text: str | None) -> frozenset[str] | None:
    """`chat:write,im:write` as a set, in whatever order and spacing."""
    return frozenset(filter(None, map(str.strip, text.split(",")))) if text is not None else None


class InstallationCheck:
    """Notices that Slack accepts the installation again, and makes due what waited for that.

    `resume` makes due the jobs that wait because of any of the codes given, dead letters of earlier releases too;
    it raises `StorageError` when the database cannot be used.
    """

    def __init__(self, *, client: WebClient, status: InstallationStatus, resume: Callable[[], object]) -> None:
        self._client = client
        self._status = status
        self._resume = resume
        self._resumed: int | None = None

    def run(self) -> None:
        """Ask Slack while it refuses the installation; once it accepts it, and at the first call, resume delivery.

        Call it every few seconds. Raises `StorageError`.
        """
        if self._status.problem is not None:
            try:
                call_slack(self._client.auth_test)
            except DeliveryError as error:
                log.debug("Slack still refuses this installation: %s", error)
        outages = self._status.outages
        if self._status.problem is None and self._resumed != outages:
            self._resume()
            self._resumed = outages
