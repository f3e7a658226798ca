"""One call of the bot from bytes to answer: in the weather that meets it, and on record."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slackguide.sandbox.block_kit.validation import Problem
from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.posting import Refused
from slackguide.sandbox.records import Call
from slackguide.sandbox.types import Json
from slackguide.sandbox.weather import Fault, Sky, Weather
from slackguide.sandbox.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back over HTTP; None in its place means that the connection is dropped."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A call of the bot: its method, how to read its arguments, and what it does with them.

    `read` and `run` raise ApiError. `gone()` is true once the caller has hung up. `url` is a response_url's.
    """

    method: str
    read: Callable[[], Json]
    run: Callable[[Json], Json]
    gone: Callable[[], bool]
    url: str | None = None


class Answering:
    """Answers calls of the bot."""

    def __init__(
        self, *, workspace: Workspace, weather: Weather, stopwatch: Callable[[], float] = time.perf_counter
    ) -> None:
        self._workspace = workspace
        self._weather = weather
        self._stopwatch = stopwatch

    def answer(self, call: Incoming) -> Answer | None:
        """Answer one call; None when the weather takes the answer away."""
        at, started = self._workspace.clock(), self._stopwatch()
        fault = self._weather.take(call.method)
        values: Json = {}
        problems: tuple[Problem, ...] = ()
        answer: Answer | None
        try:
            values = call.read()
            answer = self._in_weather(fault, call, values)
        except ApiError as refused:
            problems = refused.problems if isinstance(refused, Refused) else ()
            answer = Answer(status=refused.status, body=refused.body(), headers=refused.headers)
        self._workspace.log_call(
            Call(
                number=self._workspace.number("call"),
                at=at,
                method=call.method,
                arguments={key: value for key, value in values.items() if key != "token"},
                answer=answer.body if answer else {},
                status=answer.status if answer else None,
                milliseconds=(self._stopwatch() - started) * 1000,
                fault=fault.sky if fault else None,
                problems=problems,
                url=call.url,
            )
        )
        return answer

    def _in_weather(self, fault: Fault | None, call: Incoming, values: Json) -> Answer | None:
        match fault.sky if fault else None:
            case Sky.RATE_LIMITED if fault:
                raise rate_limited(fault.seconds)
            case Sky.FAILING:
                raise ApiError("internal_error", status=500)
            case Sky.REFUSING if fault:
                raise ApiError(fault.code)
            case Sky.RESET:
                return None
            case Sky.HANGING:
                self._weather.hang(call.gone)
                return None
            case Sky.SLOW if fault:
                self._weather.hold(fault.seconds)
            case _:
                pass
        done = Answer(status=200, body=call.run(values))
        if fault and fault.sky is Sky.LOST_ANSWER:
            self._weather.hang(call.gone)
            return None
        return done


def rate_limited(seconds: float) -> ApiError:
    """429, to be tried again after so many seconds."""
    return ApiError("ratelimited", status=429, headers={"Retry-After": str(max(1, math.ceil(seconds)))})
