"""The page's API: snapshots, user actions, fault injection, clock, request log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qs

from slackguide.sandbox.errors import NotAllowedError, NotFoundError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.transport.socket_mode import SocketModeServer
from slackguide.sandbox.ui.snapshot import call_json, exchange_json, outcome_json, snapshot
from slackguide.sandbox.user.interactions import UserInteractions
from slackguide.sandbox.web_api.fault_injection import FaultInjector, FaultKind, InjectedFault
from slackguide.sandbox.workspace.records import Exchange

REQUEST_LOG_LENGTH = 150
"""How many of the latest exchanges the request log shows."""


class KnowledgePreview(Protocol):
    """The knowledge base as plain JSON, for the page's knowledge panel."""

    def entries(self) -> Sequence[Mapping[str, Any]]:
        """Return every entry as `{"id", "title", "team"}`."""

    def card(self, entry_id: str) -> Mapping[str, Any]:
        """Return one entry as `{"blocks": […], "triage": [{"answers": […], "destination": "…"}]}`. Raises KeyError."""

    def diagnostics(self) -> Sequence[Mapping[str, Any]]:
        """Return the errors in the edited files as `{"where", "message"}`, empty if there are none."""


_STRUCTURED = frozenset({"state", "value", "everything", "archived", "clear", "times", "seconds"})
"""Fields of an action that may hold something else than text."""


def change_number(text: str) -> int | None:
    """Return the number of a change, None if the text is none."""
    return int(text) if text.isdecimal() and len(text) < 20 else None


class UiApi:
    """The page's own API, under /sandbox/.

    `user` acts as the person whom a request names. `advance` moves the clock by seconds; None if the clock is real.
    """

    def __init__(
        self,
        *,
        user: UserInteractions,
        faults: FaultInjector,
        sockets: SocketModeServer | None,
        preview: KnowledgePreview | None,
        advance: Callable[[float], None] | None,
    ) -> None:
        self._user = user
        self._workspace = user.workspace
        self._faults = faults
        self._sockets = sockets
        self._preview = preview
        self._advance = advance

    def read(self, path: str, query: str) -> tuple[int, Json]:
        """Return status and body for a GET.

        Paths: `state?as=PERSON&after=NUMBER`, `request_log`, `preview/entries`, `preview/faults`, `preview/card?id=…`.
        """
        parameters = {key: values[0] for key, values in parse_qs(query).items()}
        workspace = self._workspace
        try:
            match path:
                case "state":
                    body = snapshot(
                        workspace,
                        parameters.get("as") or workspace.people[0].id,
                        faults=self._faults.faults,
                        sockets=self._sockets,
                        after=change_number(parameters.get("after", "")),
                        can_advance=self._advance is not None,
                        has_preview=self._preview is not None,
                    )
                    return HTTPStatus.OK, body
                case "request_log":
                    return HTTPStatus.OK, {
                        "exchanges": [
                            exchange_json(workspace, exchange) for exchange in workspace.exchanges[-REQUEST_LOG_LENGTH:]
                        ],
                        "calls": [call_json(call) for call in workspace.calls[-2 * REQUEST_LOG_LENGTH :]],
                    }
                case "preview/entries" if self._preview:
                    return HTTPStatus.OK, {"entries": list(self._preview.entries())}
                case "preview/faults" if self._preview:
                    return HTTPStatus.OK, {"faults": list(self._preview.diagnostics())}
                case "preview/card" if self._preview:
                    return HTTPStatus.OK, dict(self._preview.card(parameters.get("id", "")))
                case _:
                    return HTTPStatus.NOT_FOUND, {"error": f"unknown path {path}"}
        except (NotFoundError, KeyError) as error:
            return HTTPStatus.NOT_FOUND, {"error": str(error)}

    def act(self, action: str, request: Json) -> tuple[int, Json]:
        """Run an action as the person in `request["as"]`. Return 409 with a message if the person cannot do it."""
        request = {key: value for key, value in request.items() if value is not None}
        odd = [key for key, value in request.items() if key not in _STRUCTURED and not isinstance(value, str)]
        if odd:
            return HTTPStatus.BAD_REQUEST, {"error": f"not a text: {', '.join(odd)}"}
        try:
            return HTTPStatus.OK, self._actions(str(request.get("as", "")), request)[action]()
        except KeyError as missing:
            return HTTPStatus.BAD_REQUEST, {"error": f"unknown or missing: {missing}"}
        except (NotAllowedError, NotFoundError) as error:
            return HTTPStatus.CONFLICT, {"error": str(error)}
        except (TypeError, ValueError, RecursionError) as error:
            return HTTPStatus.BAD_REQUEST, {"error": str(error)}

    def _actions(self, person: str, request: Json) -> dict[str, Callable[[], Json]]:
        user = self._user

        def done(exchange: Exchange) -> Json:
            return outcome_json(self._workspace, exchange)

        return {
            "command": lambda: done(
                user.command(person, request["channel"], request["command"], request.get("text", ""))
            ),
            "say": lambda: done(user.say(person, request["channel"], request["text"], request.get("thread_ts"))),
            "edit": lambda: done(user.edit(person, request["ts"], request["text"])),
            "delete": lambda: done(user.delete(person, request["ts"])),
            "click": lambda: done(
                user.click(
                    person,
                    request["where"],
                    request["action_id"],
                    request.get("value"),
                    block_id=request.get("block_id"),
                    state=request.get("state"),
                )
            ),
            "submit": lambda: done(user.submit(person, request["view_id"], request.get("state"))),
            "close": lambda: done(
                user.close_view(person, request["view_id"], everything=bool(request.get("everything")))
            ),
            "suggest": lambda: done(
                user.suggest(
                    person,
                    request["where"],
                    request["action_id"],
                    request.get("query", ""),
                    block_id=request.get("block_id"),
                )
            ),
            "home": lambda: done(user.open_home(person, request.get("tab", "home"))),
            "shortcut": lambda: done(user.shortcut(person, request["callback_id"])),
            "message_shortcut": lambda: done(user.message_shortcut(person, request["ts"], request["callback_id"])),
            "read": lambda: self._mark_read(person, request["channel"], request["ts"]),
            "dismiss": lambda: self._dismiss(person, request["ts"]),
            "faults": lambda: self._inject_fault(request),
            "advance": lambda: self._advance_clock(float(request["seconds"])),
            "invite": lambda: self._change_channel(request["channel"], bot_joined=True),
            "remove": lambda: self._change_channel(request["channel"], bot_joined=False),
            "archive": lambda: self._change_channel(request["channel"], archived=bool(request.get("archived", True))),
            "sockets": lambda: self._disconnect(request["what"]),
        }

    def _mark_read(self, person: str, channel: str, ts: str) -> Json:
        workspace = self._workspace
        workspace.mark_read(workspace.person(person).id, workspace.conversation(channel).id, ts)
        return {}

    def _dismiss(self, person: str, ts: str) -> Json:
        message = self._workspace.message(ts)
        if message.reader != self._workspace.person(person).id:
            raise NotAllowedError("only the recipient of an ephemeral message can dismiss it")
        self._workspace.remove(message)
        return {}

    def _inject_fault(self, request: Json) -> Json:
        if request.get("clear"):
            self._faults.clear()
        if request.get("kind"):
            times = request.get("times")
            self._faults.add(
                InjectedFault(
                    kind=FaultKind(request["kind"]),
                    method=str(request.get("method") or "*"),
                    times=int(times) if times else None,
                    seconds=float(request.get("seconds") or 1),
                    code=str(request.get("code") or "internal_error"),
                )
            )
        return {}

    def _advance_clock(self, seconds: float) -> Json:
        if self._advance is None:
            raise NotAllowedError("this sandbox runs on the real clock")
        if not 0 < seconds <= 366 * 86400:
            raise NotAllowedError("the clock moves forward only, by a year at most")
        self._advance(seconds)
        return {"now": self._workspace.clock()}

    def _change_channel(self, channel: str, **changes: bool) -> Json:
        self._workspace.change_channel(channel, **changes)
        return {}

    def _disconnect(self, how: str) -> Json:
        if self._sockets is None:
            raise NotAllowedError("the app is connected over HTTP, not Socket Mode")
        {"warn": self._sockets.warn, "refresh": self._sockets.refresh, "drop": self._sockets.drop}[how]()
        return {}
