"""Whether Slack accepts this installation (its token, app and scopes), according to Slack's responses."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from slackguide.delivery.sender import DeliveryError, ErrorCategory, SlackUnreachableError
from slackguide.slack.api.calls import call_slack, response_field, response_header
from slackguide.slack.api.deadlines import CallDeadline, deadline_opener, remaining
from slackguide.slack.api.error_codes import CALL_CODES, MISSING_SCOPE, error_from_code
from slackguide.slack.views.error_advice import ADVICE

log = logging.getLogger(__name__)

PROBE = "auth.test"
"""The method that checks the installation."""

OPTIONAL_METHODS = frozenset({"usergroups.list", "usergroups.users.list", "chat.getPermalink"})
"""Methods that slackguide can do without: if only these are refused, the installation is still usable."""

STALE_SECONDS = 150.0
"""Seconds after which a refusal of one method no longer counts, if it is not repeated and `auth.test` succeeds.

A job that is still refused repeats the refusal every 60 s (`delivery.retry.LONGEST_DELAY`). A call for a user may never
be repeated.
"""


@dataclass(frozen=True)
class InstallationProblem:
    """A reason why Slack refuses the installation. `method` is None if it concerns all methods.

    `needed` is the scope that Slack requires, `provided` are the scopes of the token.
    """

    code: str
    method: str | None = None
    needed: str | None = None
    provided: frozenset[str] | None = None

    def __str__(self) -> str:
        """Return the code, with the required scope or the method."""
        if self.needed:
            return f"{self.code}, needed: {self.needed}"
        return f"{self.code}, {self.method}" if self.method else self.code


class InstallationStatus:
    """The status of the installation according to Slack's latest responses. `ticks` returns monotonic seconds.

    `MonitoredClient` reports the outcome of every call. A refusal is logged once per outage.
    """

    def __init__(self, *, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._lock = threading.Lock()
        self._refusals: dict[InstallationProblem, float] = {}
        self._outages = 0

    @property
    def outages(self) -> int:
        """The number of outages, including a current one."""
        with self._lock:
            return self._outages

    @property
    def problem(self) -> str | None:
        """The reason why Slack refuses the installation, as a sentence; None if Slack accepts it."""
        with self._lock:
            reason = next(iter(self._refusals), None)
        if reason is None:
            return None
        advice = ADVICE[reason.code]
        return f"Slack refuses this installation ({reason}): {advice.happened}. {advice.remedy}."

    def refused(self, method: str, code: str, *, needed: str | None, provided: frozenset[str] | None) -> None:
        """Record that Slack refused the installation."""
        if code in CALL_CODES and method in OPTIONAL_METHODS:
            return
        reason = _problem(method, code, needed, provided)
        with self._lock:
            if not self._refusals:
                self._outages += 1
            known = any((other.code, other.needed) == (code, needed) for other in self._refusals)
            if method == PROBE:
                self._remove(lambda other: other.code == code)
            elif (for_all_methods := InstallationProblem(code)) in self._refusals:
                reason = for_all_methods
            self._refusals[reason] = self._ticks()
        if not known:
            log.error("Slack refuses this installation: %s. Pending messages wait until this is fixed", reason)

    def accepted(self, method: str, scopes: frozenset[str] | None) -> None:
        """Record a successful response. `scopes` are the token's scopes, None if Slack did not name them."""
        now = self._ticks()

        def is_resolved(other: InstallationProblem) -> bool:
            if other.provided is not None and scopes is not None:
                return scopes != other.provided
            if other.method is None and other.provided is None:
                return True
            return other.method == method or (method == PROBE and now - self._refusals[other] > STALE_SECONDS)

        with self._lock:
            recovered = self._remove(is_resolved) and not self._refusals
        if recovered:
            log.info("Slack accepts this installation again")

    def _remove(self, condition: Callable[[InstallationProblem], bool]) -> bool:
        matching = [reason for reason in self._refusals if condition(reason)]
        for reason in matching:
            del self._refusals[reason]
        return bool(matching)


def _problem(method: str, code: str, needed: str | None, provided: frozenset[str] | None) -> InstallationProblem:
    if code == MISSING_SCOPE and provided is not None:
        return InstallationProblem(code, needed=needed, provided=provided)
    return InstallationProblem(code, method if code in CALL_CODES and method != PROBE else None, needed)


class MonitoredClient(WebClient):
    """A `WebClient` that reports the outcome of each call to an `InstallationStatus`.

    It does not retry: after a reset it would post again what may have arrived. The outbox retries. `timeout` is the
    limit in seconds of a whole exchange: connecting, sending and all reads. `deadlines.within` shortens it.
    """

    def __init__(self, *, status: InstallationStatus, token: str, base_url: str, timeout: int) -> None:
        super().__init__(token=token, base_url=base_url, timeout=timeout, retry_handlers=[])
        self._status = status
        self._opener = deadline_opener()

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        """See `WebClient.api_call`. Raises `SlackUnreachableError` without a request if the step's time is over."""
        seconds = min(float(self.timeout), remaining())
        if seconds <= 0:
            raise SlackUnreachableError(ambiguous=False)
        try:
            with CallDeadline(seconds):
                response = super().api_call(api_method, **arguments)
        except SlackApiError as error:
            self._refused(api_method, error.response)
            raise
        self._status.accepted(api_method, _scopes(response_header(response.headers, "x-oauth-scopes")))
        return response

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """Send a request like `WebClient`, through connections with a deadline."""
        del url  # as in `req`
        with self._opener.open(req, timeout=self.timeout) as response:
            charset = response.headers.get_content_charset() or "utf-8"
            return {"status": response.code, "headers": response.headers, "body": response.read().decode(charset)}

    def _refused(self, method: str, response: Any) -> None:
        error = error_from_code(response_field(response, "error"), needed=response_field(response, "needed") or None)
        if error.category is ErrorCategory.INSTALLATION:
            provided = _scopes(response_field(response, "provided") or None)
            self._status.refused(method, error.code, needed=error.needed, provided=provided)


def _scopes(text: str | None) -> frozenset[str] | None:
    """Return `chat:write,im:write` as a set, independent of order and spaces."""
    return frozenset(filter(None, map(str.strip, text.split(",")))) if text is not None else None


class InstallationCheck:
    """A check that Slack accepts the installation again, which then makes the waiting jobs due.

    `resume` makes due the jobs that wait because of a refused installation, including dead letters of earlier releases.
    It raises `StorageError` if the database is unavailable.
    """

    def __init__(self, *, client: WebClient, status: InstallationStatus, resume: Callable[[], object]) -> None:
        self._client = client
        self._status = status
        self._resume = resume
        self._resumed: int | None = None

    def run(self) -> None:
        """Ask Slack while it refuses the installation. Resume delivery once it accepts it, and at the first call.

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
