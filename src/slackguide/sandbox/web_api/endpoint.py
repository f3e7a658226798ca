"""The Web API endpoint: authenticate, apply the rate limit, run the method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api import methods
from slackguide.sandbox.web_api.arguments import Arguments, parse
from slackguide.sandbox.web_api.call_handler import ApiRequest, ApiResponse, CallHandler, rate_limited
from slackguide.sandbox.web_api.fault_injection import RateLimiter

_PAGES_LIMITED_METHODS = frozenset({"conversations.list", "users.conversations", "users.list"})
"""Methods whose pages are limited: tier 2, and tier 3, which allows a little more (docs.slack.dev, rate limits)."""

_RATE_LIMITED_METHODS = frozenset({"chat.postMessage", "chat.postEphemeral"})


class WebApi:
    """The Web API that slack_sdk's WebClient calls."""

    def __init__(
        self,
        *,
        calls: CallHandler,
        context: methods.MethodContext,
        rate_limiter: RateLimiter | None,
        page_limiter: RateLimiter | None,
        bot_token: str,
        app_token: str | None,
        config_token: str | None = None,
    ) -> None:
        self._calls = calls
        self._context = context
        self._rate_limiter = rate_limiter
        self._page_limiter = page_limiter
        self._tokens = {bot_token: "bot"}
        if app_token:
            self._tokens[app_token] = "app"
        if config_token:
            self._tokens[config_token] = "config"

    def handle(
        self,
        method: str,
        *,
        authorization: str,
        content_type: str,
        body: bytes,
        query: str,
        disconnected: Callable[[], bool],
    ) -> ApiResponse | None:
        """Return the response to a call of `method`, None if a fault drops the connection.

        As in Slack, the response to a call with the bot token lists its scopes in `X-OAuth-Scopes`.
        """
        headers: dict[str, str] = {}

        def run(values: Json) -> Json:
            body_token = str(values.pop("token", ""))
            caller = "anyone" if methods.is_public(method) else self._caller(authorization, body_token)
            if caller == "bot":
                headers["X-OAuth-Scopes"] = ",".join(sorted(self._context.workspace.app.scopes))
            arguments = Arguments(values)
            self._check_rate_limit(method, arguments)
            return methods.run(self._context, method, arguments, caller=caller)

        response = self._calls.handle(
            ApiRequest(method=method, read=lambda: parse(content_type, body, query), run=run, disconnected=disconnected)
        )
        return replace(response, headers={**response.headers, **headers}) if response else None

    def _caller(self, authorization: str, body_token: str) -> str:
        """Return the kind of the call's token, `bot`, `app` or `config`. Raises ApiError not_authed, invalid_auth."""
        token = authorization.removeprefix("Bearer ").strip() or body_token
        if not token:
            raise ApiError("not_authed")
        try:
            return self._tokens[token]
        except KeyError:
            raise ApiError("invalid_auth") from None

    def _check_rate_limit(self, method: str, arguments: Arguments) -> None:
        wait = 0.0
        if self._page_limiter is not None and method in _PAGES_LIMITED_METHODS:
            wait = self._page_limiter.wait(method)
        if self._rate_limiter is not None and method in _RATE_LIMITED_METHODS:
            wait = self._rate_limiter.wait(str(arguments.values.get("channel", "")))
        if wait:
            raise rate_limited(wait)
