"""A session on the page as JSON Lines, and doing it again.

Ids and timestamps differ from run to run, so a line names things as a person would: "the last message by the app in
#general that has this button", "the form on top". The first line is a header with the format's version.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TextIO

from .answers import elements_of
from .errors import SandboxError, Unknown
from .problems import Json
from .workspace import Message, Workspace

VERSION: Final = 1
# What a person looks at without doing anything.
_SILENT: Final = frozenset({"read"})
# Seconds of real time to wait until what a line speaks of is on the screen: the bot may still be posting it.
_PATIENCE: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """One replayed action: what was seen when it was recorded, and what is seen now."""

    number: int
    action: Json
    saw: Json
    sees: Json

    @property
    def same(self) -> bool:
        """Whether the bot did the same again."""
        return self.saw == self.sees


class Recorder:
    """Writes a line for each action on the page."""

    def __init__(self, *, workspace: Workspace, stream: TextIO) -> None:
        self._workspace = workspace
        self._stream = stream
        self._last = workspace.clock()
        self._write({"slack_sandbox_recording": VERSION})

    def record(self, what: str, asked: Json, doing: Callable[[], Json]) -> Json:
        """Do something, and take it down."""
        if what in _SILENT:
            return doing()
        line = named(self._workspace, asked)
        now = self._workspace.clock()
        pause = max(0.0, now - self._last)
        answer = doing()
        self._last = self._workspace.clock()
        self._write({"after": round(pause, 3), "do": what, **line, "saw": seen(self._workspace, answer)})
        return answer

    def _write(self, line: Json) -> None:
        self._stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._stream.flush()


def replay(
    workspace: Workspace,
    act: Callable[[str, Json], tuple[int, Json]],
    lines: Iterable[str],
    *,
    advance: Callable[[float], None] | None,
    speed: float | None,
) -> Iterator[Step]:
    """Do each recorded action in turn. Raises ValueError for what is no recording."""
    found = [line for line in lines if line.strip()]
    if not found or _line(found[0], 1).get("slack_sandbox_recording") != VERSION:
        raise ValueError("line 1: this is not a recording of the sandbox that this version can read")
    for number, text in enumerate(found[1:], start=2):
        line = _line(text, number)
        pause, what, saw = float(line.pop("after", 0)), str(line.pop("do", "")), line.pop("saw", {})
        if speed:
            time.sleep(pause / speed)
        if advance and pause and not speed:
            advance(pause)
        status, answer = act(what, _resolved(workspace, line, number))
        sees = seen(workspace, answer) if status == 200 else {"refused": answer.get("error")}
        yield Step(number=number, action={"do": what, **line}, saw=saw, sees=sees)


def _line(text: str, number: int) -> Json:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"line {number}: not a JSON object")
    return found


def seen(workspace: Workspace, answer: Json) -> Json:
    """What an action led to, without ids and times."""
    exchange = next((found for found in workspace.exchanges if found.number == answer.get("exchange")), None)
    found: Json = {key: answer[key] for key in ("status", "notice", "errors") if answer.get(key)}
    if exchange is not None:
        found["messages"] = [message.text for message in exchange.messages]
        found["view"] = exchange.view.title if exchange.view else None
    return found


# Names instead of ids


def named(workspace: Workspace, asked: Json) -> Json:
    """The arguments of an action with people, channels, messages and views named as a person would."""
    line = dict(asked)
    if line.get("as"):
        line["as"] = workspace.person(str(line["as"])).name
    if "channel" in line:
        line["channel"] = _channel_name(workspace, str(line["channel"]))
    if "view_id" in line:
        line["view_id"] = _view_name(workspace, str(line["view_id"]))
    if "where" in line:
        line["where"] = _place_name(workspace, str(line["where"]), str(line.get("action_id", "")))
    for key in ("ts", "thread_ts"):
        if line.get(key):
            line[key] = _message_name(workspace, workspace.message(str(line[key])), "")
    return line


def _channel_name(workspace: Workspace, which: str) -> str:
    found = workspace.conversation(which)
    return workspace.app.name if found.person else f"#{found.name}"


def _view_name(workspace: Workspace, view_id: str) -> str:
    return "home" if workspace.screens.view(view_id).type == "home" else "top"


def _place_name(workspace: Workspace, where: str, action_id: str) -> Any:
    try:
        return _message_name(workspace, workspace.message(where), action_id)
    except Unknown:
        return _view_name(workspace, where)


def _message_name(workspace: Workspace, message: Message, action_id: str) -> Json:
    conversation = workspace.conversation(message.channel)
    alike = _alike(workspace, message.channel, message.user, action_id)
    name: Json = {
        "channel": _channel_name(workspace, message.channel),
        "by": _author_name(workspace, message.user),
        "from_end": len(alike) - [found.ts for found in alike].index(message.ts),
    }
    if action_id:
        name["has"] = action_id
    if conversation.person:
        name["of"] = workspace.person(conversation.person).name
    return name


def _author_name(workspace: Workspace, user: str) -> str:
    return user if user in (workspace.app.user_id, "USLACKBOT") else workspace.person(user).name


def _alike(workspace: Workspace, channel: str, user: str, action_id: str) -> list[Message]:
    """Messages by one author in a channel, only those with an element of that id if given, oldest first."""
    readers = [person.id for person in workspace.people]
    everything = [
        *workspace.all_messages(channel),
        *(message for reader in readers for message in workspace.ephemerals(reader, channel)),
    ]
    return sorted(
        (message for message in everything if message.user == user and (not action_id or _has(message, action_id))),
        key=lambda message: message.ts,
    )


def _has(message: Message, action_id: str) -> bool:
    return any(element.get("action_id") == action_id for block in message.blocks for element in elements_of(block))


def _resolved(workspace: Workspace, line: Json, number: int) -> Json:
    """A line's names as the ids of this run; waits for what is not on the screen yet."""
    asked = dict(line)
    if "view_id" in asked:
        asked["view_id"] = _view(workspace, asked, str(asked["view_id"]), number)
    if "where" in asked:
        where = asked["where"]
        asked["where"] = (
            _message(workspace, where, number) if isinstance(where, dict) else _view(workspace, asked, where, number)
        )
    for key in ("ts", "thread_ts"):
        if asked.get(key):
            asked[key] = _message(workspace, asked[key], number)
    return asked


def _view(workspace: Workspace, asked: Json, which: str, number: int) -> str:
    person = workspace.person(str(asked["as"])).id
    look = workspace.screens.home if which == "home" else workspace.screens.top
    workspace.wait_for(lambda: look(person) is not None, timeout=_PATIENCE)
    view = look(person)
    if view is None:
        raise NothingThere(f"line {number}: {asked['as']} has no {'Home tab' if which == 'home' else 'form'} open")
    return view.id


def _message(workspace: Workspace, name: Json, number: int) -> str:
    who = name.get("of")
    channel = workspace.direct_message(str(who)).id if who else workspace.conversation(str(name["channel"])).id
    by = str(name["by"])
    user = by if by in (workspace.app.user_id, "USLACKBOT") else workspace.person(by).id
    place = int(name["from_end"])

    def alike() -> list[Message]:
        return _alike(workspace, channel, user, str(name.get("has", "")))

    workspace.wait_for(lambda: len(alike()) >= place, timeout=_PATIENCE)
    found = alike()
    if len(found) < place:
        raise NothingThere(f"line {number}: there is no such message in {name['channel']}: {json.dumps(name)}")
    return found[-place].ts


class NothingThere(SandboxError):
    """A replayed line speaks of something that is not on the screen this time."""
