"""The door of the Web API double: tokens, the pace of posting, and the method itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from slackguide.sandbox import methods
from slackguide.sandbox.answering import Answer, Answering, Incoming, rate_limited
from slackguide.sandbox.arguments import Arguments, parse
from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.types import Json
from slackguide.sandbox.weather import Postings

_POSTING: Final = frozenset({"chat.postMessage", "chat.postEphemeral"})


class WebApi:
    """What slack_sdk's WebClient knocks at."""

    def __init__(
        self,
        *,
        answering: Answering,
        context: methods.Context,
        postings: Postings | None,
        bot_token: str,
        app_token: str | None,
    ) -> None:
        self._answering = answering
        self._context = context
        self._postings = postings
        self._tokens = {bot_token: "bot"} | ({app_token: "app"} if app_token else {})

    def answer(
        self,
        method: str,
        *,
        authorization: str,
        content_type: str,
        body: bytes,
        query: str,
        gone: Callable[[], bool],
    ) -> Answer | None:
        """Answer one call of `method`; None when the weather takes the answer away.

        An answer to a call with the bot's token tells its scopes in `X-OAuth-Scopes`, as Slack's answers do.
        """
        headers: dict[str, str] = {}

        def run(values: Json) -> Json:
            caller = self._caller(authorization, str(values.pop("token", "")))
            if caller == "bot":
                headers["X-OAuth-Scopes"] = ",".join(sorted(self._context.workspace.app.scopes))
            arguments = Arguments(values)
            self._keep_pace(method, arguments)
            return methods.run(self._context, method, arguments, caller=caller)

        answer = self._answering.answer(
            Incoming(method=method, read=lambda: parse(content_type, body, query), run=run, gone=gone)
        )
        return replace(answer, headers={**answer.headers, **headers}) if answer else None

    def _caller(self, authorization: str, in_body: str) -> str:
        """Whose token came with the call, `bot` or `app`. Raises ApiError not_authed, invalid_auth."""
        token = authorization.removeprefix("Bearer ").strip() or in_body
        if not token:
            raise ApiError("not_authed")
        try:
            return self._tokens[token]
        except KeyError:
            raise ApiError("invalid_auth") from None

    def _keep_pace(self, method: str, arguments: Arguments) -> None:
        if self._postings is None or method not in _POSTING:
            return
        wait = self._postings.wait(str(arguments.values.get("channel", "")))
        if wait:
            raise rate_limited(wait)
