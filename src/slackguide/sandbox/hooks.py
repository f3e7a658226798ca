"""response_url: five messages within thirty minutes, into the place where the person acted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from slackguide.sandbox.answering import Answer, Answering, Incoming
from slackguide.sandbox.arguments import Arguments, parse
from slackguide.sandbox.errors import ApiError, Unknown
from slackguide.sandbox.posting import Content, read_content
from slackguide.sandbox.types import Json
from slackguide.sandbox.workspace import Message, Workspace

# What weather and the glass wall call a POST to a response_url.
RESPONSE_URL: Final = "response_url"
# docs.slack.dev/interactivity/handling-user-interaction: up to 5 times within 30 minutes.
USES: Final = 5
SECONDS: Final = 30 * 60


@dataclass(frozen=True, kw_only=True)
class Hook:
    """Where one response_url leads: whose, in which channel, and the message it stands for, if any."""

    person: str
    channel: str
    original: str | None
    issued: float
    uses: int = 0


class Hooks:
    """Hands out response URLs and takes what is posted to them."""

    def __init__(
        self,
        *,
        workspace: Workspace,
        answering: Answering,
        root: str,
        changed: Callable[[Message, Message], None],
    ) -> None:
        self._workspace = workspace
        self._answering = answering
        self._root = root
        self._changed = changed
        self._hooks: dict[str, Hook] = {}

    def issue(self, kind: str, *, person: str, channel: str, message: Message | None = None) -> str:
        """A new URL; `kind` is the word in its path (`commands` or `actions`)."""
        workspace = self._workspace
        key = "/".join((kind, workspace.team.id, workspace.ids.next("", length=13), workspace.ids.next("", length=24)))
        hook = Hook(
            person=person,
            channel=channel,
            original=message.ts if message else None,
            issued=workspace.clock(),
        )
        with workspace.lock:
            self._hooks[key] = hook
        return f"{self._root}{key}"

    def answer(self, key: str, *, content_type: str, body: bytes, gone: Callable[[], bool]) -> Answer | None:
        """Take one POST; None when the weather takes the answer away.

        Status 404 says used_url, expired_url or that there is no such URL; 400 that the content is refused.
        """

        def read() -> Json:
            try:
                return parse(content_type, body, "")
            except ApiError as unreadable:
                raise ApiError("invalid_payload", status=400) from unreadable

        def run(values: Json) -> Json:
            hook = self._spend(key)
            try:
                self._do(hook, Arguments(values))
            except ApiError as refused:
                refused.status = 400
                raise
            return {"ok": True}

        url = f"{self._root}{key}"
        return self._answering.answer(Incoming(method=RESPONSE_URL, read=read, run=run, gone=gone, url=url))

    def _spend(self, key: str) -> Hook:
        with self._workspace.lock:
            hook = self._hooks.get(key)
            if hook is None:
                raise ApiError("no_active_hooks", status=404)
            if self._workspace.clock() - hook.issued > SECONDS:
                raise ApiError("expired_url", status=404)
            if hook.uses >= USES:
                raise ApiError("used_url", status=404)
            self._hooks[key] = hook = replace(hook, uses=hook.uses + 1)
            return hook

    def _do(self, hook: Hook, arguments: Arguments) -> None:
        original = self._original(hook)
        if arguments.flag("delete_original"):
            if original is not None:
                self._workspace.remove(original)
            return
        content = read_content(arguments, self._workspace.ids)
        if arguments.flag("replace_original") and original is not None:
            self._replace(original, content)
            return
        # docs.slack.dev/interactivity/handling-user-interaction, publishing in thread: `thread_ts` is for messages to
        # everybody; nothing goes into a thread by itself.
        to_all = arguments.text("response_type") == "in_channel"
        show(
            self._workspace,
            content,
            person=hook.person,
            channel=hook.channel,
            thread_ts=(arguments.text("thread_ts") or None) if to_all else None,
            to_all=to_all,
        )

    def _original(self, hook: Hook) -> Message | None:
        if hook.original is None:
            return None
        try:
            return self._workspace.message(hook.original)
        except Unknown:
            return None

    def _replace(self, original: Message, content: Content) -> None:
        """Replace the message; unlike chat.update, what is not given is gone."""
        changes: dict[str, Any] = {
            "text": content.text,
            "blocks": content.blocks or (),
            "state": content.state,
            "metadata": content.metadata or original.metadata,
        }
        if original.reader is None:
            changes["edited"] = self._workspace.next_ts()
        changed = self._workspace.change(original, **changes)
        if original.reader is None:
            self._changed(original, changed)


def show(
    workspace: Workspace, content: Content, *, person: str, channel: str, thread_ts: str | None, to_all: bool
) -> Message:
    """Show the app's words to one person, or to everyone in the channel."""
    return workspace.post(
        Message(
            channel=channel,
            ts=workspace.next_ts(),
            user=workspace.app.user_id,
            text=content.text,
            blocks=content.blocks or (),
            thread_ts=thread_ts,
            metadata=content.metadata,
            by_bot=True,
            reader=None if to_all else person,
            state=content.state,
        )
    )
