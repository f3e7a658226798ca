"""Handle a call of the app: apply an injected fault, run the call, and log it."""

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
    """An HTTP response. None in its place means that the connection is dropped."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ApiRequest:
    """A Web API call or a POST to a response_url (`url`).

    `read()` returns the arguments, `run(arguments)` the body of the response; both raise ApiError. `disconnected()` is
    true once the client has disconnected.
    """

    method: str
    read: Callable[[], Json]
    run: Callable[[Json], Json]
    disconnected: Callable[[], bool]
    url: str | None = None


class CallHandler:
    """Handles the calls of the app."""

    def __init__(
        self, *, workspace: Workspace, faults: FaultInjector, monotonic: Callable[[], float] = time.perf_counter
    ) -> None:
        self._workspace = workspace
        self._faults = faults
        self._monotonic = monotonic

    def handle(self, call: ApiRequest) -> ApiResponse | None:
        """Return the response to a call, None if a fault drops the connection."""
        at, started = self._workspace.clock(), self._monotonic()
        fault = self._faults.take(call.method)
        values: Json = {}
        problems: tuple[Problem, ...] = ()
        response: ApiResponse | None
        try:
            values = call.read()
            response = self._run(call, values, fault)
        except ApiError as error:
            problems = error.problems if isinstance(error, InvalidContentError) else ()
            response = ApiResponse(status=error.status, body=error.body(), headers=error.headers)
        self._workspace.log_call(
            ApiCall(
                number=self._workspace.number("call"),
                at=at,
                method=call.method,
                arguments={key: value for key, value in values.items() if key != "token"},
                answer=response.body if response else {},
                status=response.status if response else None,
                milliseconds=(self._monotonic() - started) * 1000,
                fault=fault.kind if fault else None,
                problems=problems,
                url=call.url,
            )
        )
        return response

    def _run(self, call: ApiRequest, values: Json, fault: InjectedFault | None) -> ApiResponse | None:
        match fault.kind if fault else None:
            case FaultKind.RATE_LIMITED if fault:
                raise rate_limited(fault.seconds)
            case FaultKind.SERVER_ERROR:
                raise ApiError("internal_error", status=500)
            case FaultKind.API_ERROR if fault:
                raise ApiError(fault.code)
            case FaultKind.CONNECTION_RESET:
                return None
            case FaultKind.NO_RESPONSE:
                self._faults.hold_until_disconnected(call.disconnected)
                return None
            case FaultKind.SLOW if fault:
                self._faults.hold(fault.seconds)
            case _:
                pass
        response = ApiResponse(status=200, body=call.run(values))
        if fault and fault.kind is FaultKind.LOST_RESPONSE:
            self._faults.hold_until_disconnected(call.disconnected)
            return None
        return response


def rate_limited(seconds: float) -> ApiError:
    """Return the error for a 429 response with Retry-After."""
    return ApiError("ratelimited", status=429, headers={"Retry-After": str(max(1, math.ceil(seconds)))})
