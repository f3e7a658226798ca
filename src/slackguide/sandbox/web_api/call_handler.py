"""Handle one Web API call: apply injected faults and record it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slackguide.sandbox.block_kit.validation import Problem
from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api.fault_injection import FaultInjector, FaultKind, InjectedFault
from slackguide.sandbox.web_api.message_content import InvalidContentError
from slackguide.sandbox.workspace.records import ApiCall
from slackguide.sandbox.workspace.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class ApiResponse:
    """What goes back over HTTP; None in its place means that the connection is dropped."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ApiRequest:
    """A call of the bot: its method, how to read its arguments, and what it does with them.

    `read` and `run` raise ApiError. `disconnected()` is true once the caller has hung up. `url` is a response_url's.
    """

    method: str
    read: Callable[[], Json]
    run: Callable[[Json], Json]
    disconnected: Callable[[], bool]
    url: str | None = None


class CallHandler:
    """Answers calls of the bot."""

    def __init__(
        self, *, workspace: Workspace, faults: FaultInjector, monotonic: Callable[[], float] = time.perf_counter
    ) -> None:
        self._workspace = workspace
        self._faults = faults
        self._monotonic = monotonic

    def answer(self, call: ApiRequest) -> ApiResponse | None:
        """Answer one call; None when the weather takes the answer away."""
        at, started = self._workspace.clock(), self._monotonic()
        fault = self._faults.take(call.method)
        values: Json = {}
        problems: tuple[Problem, ...] = ()
        answer: ApiResponse | None
        try:
            values = call.read()
            answer = self._with_fault(fault, call, values)
        except ApiError as refused:
            problems = refused.problems if isinstance(refused, InvalidContentError) else ()
            answer = ApiResponse(status=refused.status, body=refused.body(), headers=refused.headers)
        self._workspace.log_call(
            ApiCall(
                number=self._workspace.number("call"),
                at=at,
                method=call.method,
                arguments={key: value for key, value in values.items() if key != "token"},
                answer=answer.body if answer else {},
                status=answer.status if answer else None,
                milliseconds=(self._monotonic() - started) * 1000,
                fault=fault.kind if fault else None,
                problems=problems,
                url=call.url,
            )
        )
        return answer

    def _with_fault(self, fault: InjectedFault | None, call: ApiRequest, values: Json) -> ApiResponse | None:
        match fault.kind if fault else None:
            case FaultKind.RATE_LIMITED if fault:
                raise rate_limited(fault.seconds)
            case FaultKind.FAILING:
                raise ApiError("internal_error", status=500)
            case FaultKind.REFUSING if fault:
                raise ApiError(fault.code)
            case FaultKind.RESET:
                return None
            case FaultKind.HANGING:
                self._faults.hold_until_disconnected(call.disconnected)
                return None
            case FaultKind.SLOW if fault:
                self._faults.hold(fault.seconds)
            case _:
                pass
        done = ApiResponse(status=200, body=call.run(values))
        if fault and fault.kind is FaultKind.LOST_ANSWER:
            self._faults.hold_until_disconnected(call.disconnected)
            return None
        return done


def rate_limited(seconds: float) -> ApiError:
    """429, to be tried again after so many seconds."""
    return ApiError("ratelimited", status=429, headers={"Retry-After": str(max(1, math.ceil(seconds)))})
