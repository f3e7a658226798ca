"""What the page asks for and does: snapshots for one person, actions as a person, weather, clock, the glass wall."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from slackguide.sandbox.errors import CannotDo, Unknown
from slackguide.sandbox.live import Live
from slackguide.sandbox.snapshot import brief, call_json, exchange_json, snapshot
from slackguide.sandbox.types import Json
from slackguide.sandbox.weather import Fault, Sky

if TYPE_CHECKING:
    from slackguide.sandbox.sandbox import Sandbox


# The latest exchanges that the glass wall shows.
WALL = 150


class Author(Protocol):
    """What wiring may hand in for the author's pages: the knowledge base as plain JSON."""

    def entries(self) -> Sequence[Mapping[str, Any]]:
        """Every entry: `{"id", "title", "team"}`."""

    def card(self, entry_id: str) -> Mapping[str, Any]:
        """One entry: `{"blocks": […], "triage": [{"answers": […], "destination": "…"}]}`. Raises KeyError."""

    def faults(self) -> Sequence[Mapping[str, Any]]:
        """What is wrong with the edited files: `{"where", "message"}`, empty when all is well."""


class PageApi:
    """The page's own small API, under /sandbox/."""

    def __init__(self, *, sandbox: "Sandbox", live: Live, author: Author | None, can_advance: bool) -> None:
        self._sandbox = sandbox
        self._live = live
        self._author = author
        self._can_advance = can_advance

    def read(self, what: str, query: str) -> tuple[int, Json]:
        """Answer a GET.

        `state?as=PERSON&after=NUMBER`, `wall`, `author/entries`, `author/faults`, `author/card?id=…`.
        """
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        workspace = self._sandbox.workspace
        try:
            match what:
                case "state":
                    who = asked.get("as") or workspace.people[0].id
                    after = int(asked["after"]) if asked.get("after", "").isdecimal() else None
                    found = snapshot(
                        self._sandbox,
                        who,
                        self._live,
                        after=after,
                        movable=self._can_advance,
                        author=self._author is not None,
                    )
                    return HTTPStatus.OK, found
                case "wall":
                    return HTTPStatus.OK, {
                        "exchanges": [exchange_json(workspace, found) for found in workspace.exchanges[-WALL:]],
                        "calls": [call_json(call) for call in workspace.calls[-2 * WALL :]],
                    }
                case "author/entries" if self._author:
                    return HTTPStatus.OK, {"entries": list(self._author.entries())}
                case "author/faults" if self._author:
                    return HTTPStatus.OK, {"faults": list(self._author.faults())}
                case "author/card" if self._author:
                    return HTTPStatus.OK, dict(self._author.card(asked.get("id", "")))
                case _:
                    return HTTPStatus.NOT_FOUND, {"error": "there is no such thing"}
        except (Unknown, KeyError) as missing:
            return HTTPStatus.NOT_FOUND, {"error": str(missing)}

    def act(self, what: str, asked: Json) -> tuple[int, Json]:
        """Do what the person at the page did. `asked["as"]` says who; 409 with words for what cannot be done."""
        try:
            return HTTPStatus.OK, self._actions(str(asked.get("as", "")), asked)[what]()
        except KeyError as missing:
            return HTTPStatus.BAD_REQUEST, {"error": f"there is no {missing} here"}
        except (CannotDo, Unknown) as refusal:
            return HTTPStatus.CONFLICT, {"error": str(refusal)}
        except (TypeError, ValueError) as wrong:
            return HTTPStatus.BAD_REQUEST, {"error": str(wrong)}

    def _actions(self, who: str, asked: Json) -> dict[str, Callable[[], Json]]:
        sandbox = self._sandbox
        workspace = sandbox.workspace

        def done(exchange: Any) -> Json:
            return brief(workspace, exchange)

        return {
            "command": lambda: done(sandbox.command(who, asked["channel"], asked["command"], asked.get("text", ""))),
            "say": lambda: done(sandbox.say(who, asked["channel"], asked["text"], asked.get("thread_ts"))),
            "edit": lambda: done(sandbox.edit(who, asked["ts"], asked["text"])),
            "delete": lambda: done(sandbox.delete(who, asked["ts"])),
            "press": lambda: done(
                sandbox.press(
                    who,
                    asked["where"],
                    asked["action_id"],
                    asked.get("value"),
                    block_id=asked.get("block_id"),
                    state=asked.get("state"),
                )
            ),
            "submit": lambda: done(sandbox.submit(who, asked["view_id"], asked.get("state"))),
            "close": lambda: done(sandbox.close_view(who, asked["view_id"], everything=bool(asked.get("everything")))),
            "suggest": lambda: done(
                sandbox.suggest(
                    who, asked["where"], asked["action_id"], asked.get("query", ""), block_id=asked.get("block_id")
                )
            ),
            "home": lambda: done(sandbox.open_home(who, asked.get("tab", "home"))),
            "shortcut": lambda: done(sandbox.shortcut(who, asked["callback_id"])),
            "message_shortcut": lambda: done(sandbox.message_shortcut(who, asked["ts"], asked["callback_id"])),
            "read": lambda: self._read(who, asked["channel"], asked["ts"]),
            "dismiss": lambda: self._dismiss(who, asked["ts"]),
            "weather": lambda: self._weather(asked),
            "advance": lambda: self._advance(float(asked["seconds"])),
            "invite": lambda: self._seat(asked["channel"], joined=True),
            "remove": lambda: self._seat(asked["channel"], joined=False),
            "archive": lambda: self._archive(asked["channel"], archived=bool(asked.get("archived", True))),
            "sockets": lambda: self._sockets(asked["what"]),
        }

    def _read(self, who: str, channel: str, ts: str) -> Json:
        workspace = self._sandbox.workspace
        workspace.mark_read(workspace.person(who).id, workspace.conversation(channel).id, ts)
        return {}

    def _dismiss(self, who: str, ts: str) -> Json:
        workspace = self._sandbox.workspace
        message = workspace.message(ts)
        if message.reader != workspace.person(who).id:
            raise CannotDo("only a message that one person sees can be dismissed, by that person")
        workspace.remove(message)
        return {}

    def _weather(self, asked: Json) -> Json:
        weather = self._sandbox.weather
        if asked.get("clear"):
            weather.clear()
        if asked.get("sky"):
            times = asked.get("times")
            weather.add(
                Fault(
                    sky=Sky(asked["sky"]),
                    method=str(asked.get("method") or "*"),
                    times=int(times) if times else None,
                    seconds=float(asked.get("seconds") or 1),
                    code=str(asked.get("code") or "internal_error"),
                )
            )
        return {}

    def _advance(self, seconds: float) -> Json:
        if not self._can_advance:
            raise CannotDo("this sandbox runs on the real clock")
        if not 0 < seconds <= 366 * 86400:
            raise CannotDo("the clock moves forward only, by a year at most")
        self._sandbox.advance(seconds)
        return {"now": self._sandbox.workspace.clock()}

    def _seat(self, channel: str, *, joined: bool) -> Json:
        self._sandbox.workspace.change_channel(channel, bot_joined=joined)
        return {}

    def _archive(self, channel: str, *, archived: bool) -> Json:
        self._sandbox.workspace.change_channel(channel, archived=archived)
        return {}

    def _sockets(self, what: str) -> Json:
        sockets = self._sandbox.sockets
        if sockets is None:
            raise CannotDo("the bot is reached over HTTP here")
        {"warn": sockets.warn, "refresh": sockets.refresh, "drop": sockets.drop}[what]()
        return {}
