"""One Web API request from bytes to answer: token, weather, pace, the method itself, and the record of it all."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from . import methods
from .arguments import Arguments, parse
from .errors import ApiError
from .posting import Refused
from .problems import Json, Problem
from .records import Call
from .weather import Fault, Postings, Sky, Weather
from .workspace import Workspace

_POSTING: Final = frozenset({"chat.postMessage", "chat.postEphemeral"})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back over HTTP; None in its place means that the connection is dropped."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


class WebApi:
    """The door of the double that slack_sdk's WebClient knocks at."""

    def __init__(
        self,
        *,
        workspace: Workspace,
        context: methods.Context,
        weather: Weather,
        postings: Postings | None,
        bot_token: str,
        app_token: str | None,
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._workspace = workspace
        self._context = context
        self._weather = weather
        self._postings = postings
        self._tokens = {bot_token: "bot"} | ({app_token: "app"} if app_token else {})
        self._stopwatch = stopwatch

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
        """Answer one call of `method`; None when the weather takes the answer away."""
        at, started = self._workspace.clock(), self._stopwatch()
        fault = self._weather.take(method)
        values: Json = {}
        problems: tuple[Problem, ...] = ()
        answer: Answer | None
        try:
            values = parse(content_type, body, query)
            kind = self._kind(values, authorization)
            answer = self._through(fault, method, Arguments(values), kind, gone)
        except Refused as refused:
            problems = refused.problems
            answer = Answer(status=refused.status, body=refused.body(), headers=refused.headers)
        except ApiError as refused:
            answer = Answer(status=refused.status, body=refused.body(), headers=refused.headers)
        self._workspace.log_call(
            Call(
                number=self._workspace.number("call"),
                at=at,
                method=method,
                arguments=values,
                answer=answer.body if answer else {},
                status=answer.status if answer else None,
                milliseconds=(self._stopwatch() - started) * 1000,
                fault=fault.sky if fault else None,
                problems=problems,
            )
        )
        return answer

    def _kind(self, values: Json, authorization: str) -> str:
        """Which kind of token came with the call. Raises ApiError not_authed, invalid_auth."""
        in_body = values.pop("token", "")
        token = authorization.removeprefix("Bearer ").strip() or str(in_body)
        if not token:
            raise ApiError("not_authed")
        try:
            return self._tokens[token]
        except KeyError:
            raise ApiError("invalid_auth") from None

    def _through(
        self, fault: Fault | None, method: str, arguments: Arguments, kind: str, gone: Callable[[], bool]
    ) -> Answer | None:
        """Run the method in the weather that meets it."""
        match fault.sky if fault else None:
            case Sky.RATE_LIMITED if fault:
                raise _rate_limited(fault.seconds)
            case Sky.FAILING:
                return Answer(status=500, body={"ok": False, "error": "internal_error"})
            case Sky.REFUSING if fault:
                raise ApiError(fault.code)
            case Sky.RESET:
                return None
            case Sky.HANGING:
                self._weather.hang(gone)
                return None
            case Sky.SLOW if fault:
                self._weather.hold(fault.seconds)
            case _:
                pass
        self._keep_pace(method, arguments)
        done = Answer(status=200, body=methods.run(self._context, method, arguments, caller=kind))
        if fault and fault.sky is Sky.LOST_ANSWER:
            self._weather.hang(gone)
            return None
        return done

    def _keep_pace(self, method: str, arguments: Arguments) -> None:
        if self._postings is None or method not in _POSTING:
            return
        wait = self._postings.wait(str(arguments.values.get("channel", "")))
        if wait:
            raise _rate_limited(wait)


def _rate_limited(seconds: float) -> ApiError:
    return ApiError("ratelimited", status=429, headers={"Retry-After": str(max(1, math.ceil(seconds)))})
