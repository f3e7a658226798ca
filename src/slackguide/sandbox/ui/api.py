"""The page's API: snapshots for one person, actions as a person, fault injection, clock, request log."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from slackguide.sandbox.errors import NotAllowedError, NotFoundError
from slackguide.sandbox.types import Json
from slackguide.sandbox.ui.snapshot import brief, call_json, exchange_json, snapshot
from slackguide.sandbox.web_api.fault_injection import FaultKind, InjectedFault
from slackguide.sandbox.workspace.changes import ChangeFeed

if TYPE_CHECKING:
    from slackguide.sandbox.sandbox import Sandbox


# The latest exchanges that the request log shows.
REQUEST_LOG_LENGTH = 150


class KnowledgePreview(Protocol):
    """What wiring may hand in for the author's pages: the knowledge base as plain JSON."""

    def entries(self) -> Sequence[Mapping[str, Any]]:
        """Every entry: `{"id", "title", "team"}`."""

    def card(self, entry_id: str) -> Mapping[str, Any]:
        """One entry: `{"blocks": […], "triage": [{"answers": […], "destination": "…"}]}`. Raises KeyError."""

    def diagnostics(self) -> Sequence[Mapping[str, Any]]:
        """What is wrong with the edited files: `{"where", "message"}`, empty when all is well."""


class UiApi:
    """The page's own small API, under /sandbox/."""

    def __init__(
        self, *, sandbox: "Sandbox", changes: ChangeFeed, preview: KnowledgePreview | None, can_advance: bool
    ) -> None:
        self._sandbox = sandbox
        self._changes = changes
        self._preview = preview
        self._can_advance = can_advance

    def read(self, what: str, query: str) -> tuple[int, Json]:
        """Answer a GET.

        `state?as=PERSON&after=NUMBER`, `request_log`, `preview/entries`, `preview/faults`, `preview/card?id=…`.
        """
        request = {key: values[0] for key, values in parse_qs(query).items()}
        workspace = self._sandbox.workspace
        try:
            match what:
                case "state":
                    who = request.get("as") or workspace.people[0].id
                    after = int(request["after"]) if request.get("after", "").isdecimal() else None
                    found = snapshot(
                        self._sandbox,
                        who,
                        self._changes,
                        after=after,
                        movable=self._can_advance,
                        preview=self._preview is not None,
                    )
                    return HTTPStatus.OK, found
                case "request_log":
                    return HTTPStatus.OK, {
                        "exchanges": [
                            exchange_json(workspace, found) for found in workspace.exchanges[-REQUEST_LOG_LENGTH:]
                        ],
                        "calls": [call_json(call) for call in workspace.calls[-2 * REQUEST_LOG_LENGTH :]],
                    }
                case "preview/entries" if self._preview:
                    return HTTPStatus.OK, {"entries": list(self._preview.entries())}
                case "preview/faults" if self._preview:
                    return HTTPStatus.OK, {"faults": list(self._preview.diagnostics())}
                case "preview/card" if self._preview:
                    return HTTPStatus.OK, dict(self._preview.card(request.get("id", "")))
                case _:
                    return HTTPStatus.NOT_FOUND, {"error": "there is no such thing"}
        except (NotFoundError, KeyError) as missing:
            return HTTPStatus.NOT_FOUND, {"error": str(missing)}

    def act(self, what: str, request: Json) -> tuple[int, Json]:
        """Do what the person at the page did. `request["as"]` says who; 409 with words for what cannot be done."""
        try:
            return HTTPStatus.OK, self._actions(str(request.get("as", "")), request)[what]()
        except KeyError as missing:
            return HTTPStatus.BAD_REQUEST, {"error": f"there is no {missing} here"}
        except (NotAllowedError, NotFoundError) as refusal:
            return HTTPStatus.CONFLICT, {"error": str(refusal)}
        except (TypeError, ValueError) as wrong:
            return HTTPStatus.BAD_REQUEST, {"error": str(wrong)}

    def _actions(self, who: str, request: Json) -> dict[str, Callable[[], Json]]:
        sandbox = self._sandbox
        workspace = sandbox.workspace

        def done(exchange: Any) -> Json:
            return brief(workspace, exchange)

        return {
            "command": lambda: done(
                sandbox.command(who, request["channel"], request["command"], request.get("text", ""))
            ),
            "say": lambda: done(sandbox.say(who, request["channel"], request["text"], request.get("thread_ts"))),
            "edit": lambda: done(sandbox.edit(who, request["ts"], request["text"])),
            "delete": lambda: done(sandbox.delete(who, request["ts"])),
            "press": lambda: done(
                sandbox.click(
                    who,
                    request["where"],
                    request["action_id"],
                    request.get("value"),
                    block_id=request.get("block_id"),
                    state=request.get("state"),
                )
            ),
            "submit": lambda: done(sandbox.submit(who, request["view_id"], request.get("state"))),
            "close": lambda: done(
                sandbox.close_view(who, request["view_id"], everything=bool(request.get("everything")))
            ),
            "suggest": lambda: done(
                sandbox.suggest(
                    who,
                    request["where"],
                    request["action_id"],
                    request.get("query", ""),
                    block_id=request.get("block_id"),
                )
            ),
            "home": lambda: done(sandbox.open_home(who, request.get("tab", "home"))),
            "shortcut": lambda: done(sandbox.shortcut(who, request["callback_id"])),
            "message_shortcut": lambda: done(sandbox.message_shortcut(who, request["ts"], request["callback_id"])),
            "read": lambda: self._read(who, request["channel"], request["ts"]),
            "dismiss": lambda: self._dismiss(who, request["ts"]),
            "faults": lambda: self._inject_fault(request),
            "advance": lambda: self._advance(float(request["seconds"])),
            "invite": lambda: self._set_membership(request["channel"], joined=True),
            "remove": lambda: self._set_membership(request["channel"], joined=False),
            "archive": lambda: self._archive(request["channel"], archived=bool(request.get("archived", True))),
            "sockets": lambda: self._sockets(request["what"]),
        }

    def _read(self, who: str, channel: str, ts: str) -> Json:
        workspace = self._sandbox.workspace
        workspace.mark_read(workspace.person(who).id, workspace.conversation(channel).id, ts)
        return {}

    def _dismiss(self, who: str, ts: str) -> Json:
        workspace = self._sandbox.workspace
        message = workspace.message(ts)
        if message.reader != workspace.person(who).id:
            raise NotAllowedError("only a message that one person sees can be dismissed, by that person")
        workspace.remove(message)
        return {}

    def _inject_fault(self, request: Json) -> Json:
        faults = self._sandbox.faults
        if request.get("clear"):
            faults.clear()
        if request.get("kind"):
            times = request.get("times")
            faults.add(
                InjectedFault(
                    kind=FaultKind(request["kind"]),
                    method=str(request.get("method") or "*"),
                    times=int(times) if times else None,
                    seconds=float(request.get("seconds") or 1),
                    code=str(request.get("code") or "internal_error"),
                )
            )
        return {}

    def _advance(self, seconds: float) -> Json:
        if not self._can_advance:
            raise NotAllowedError("this sandbox runs on the real clock")
        if not 0 < seconds <= 366 * 86400:
            raise NotAllowedError("the clock moves forward only, by a year at most")
        self._sandbox.advance(seconds)
        return {"now": self._sandbox.workspace.clock()}

    def _set_membership(self, channel: str, *, joined: bool) -> Json:
        self._sandbox.workspace.change_channel(channel, bot_joined=joined)
        return {}

    def _archive(self, channel: str, *, archived: bool) -> Json:
        self._sandbox.workspace.change_channel(channel, archived=archived)
        return {}

    def _sockets(self, what: str) -> Json:
        sockets = self._sandbox.sockets
        if sockets is None:
            raise NotAllowedError("the bot is reached over HTTP here")
        {"warn": sockets.warn, "refresh": sockets.refresh, "drop": sockets.drop}[what]()
        return {}
