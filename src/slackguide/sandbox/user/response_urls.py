"""response_url: up to five messages within thirty minutes, in the conversation of the interaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from slackguide.sandbox.errors import ApiError, NotFoundError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api.arguments import Arguments, parse
from slackguide.sandbox.web_api.call_handler import ApiRequest, ApiResponse, CallHandler
from slackguide.sandbox.web_api.message_content import MessageContent, read_content
from slackguide.sandbox.workspace.workspace import Message, Workspace

RESPONSE_URL = "response_url"
"""The method name of a POST to a response_url, for fault injection and the request log."""

MAX_USES = 5
"""How often a response_url can be used (docs.slack.dev/interactivity/handling-user-interaction)."""

LIFETIME_SECONDS = 30 * 60
"""How long a response_url can be used."""


@dataclass(frozen=True, kw_only=True)
class ResponseUrl:
    """A response_url: its user, channel, and the ts of the message that the interaction was on, if any."""

    person: str
    channel: str
    original: str | None
    issued: float
    uses: int = 0


class ResponseUrls:
    """Issues response URLs and handles POSTs to them."""

    def __init__(
        self,
        *,
        workspace: Workspace,
        calls: CallHandler,
        root: str,
        changed: Callable[[Message, Message], None],
    ) -> None:
        self._workspace = workspace
        self._calls = calls
        self._root = root
        self._changed = changed
        self._urls: dict[str, ResponseUrl] = {}

    def issue(self, kind: str, *, person: str, channel: str, message: Message | None = None) -> str:
        """Return a new URL. `kind` is the first part of its path, `commands` or `actions`."""
        workspace = self._workspace
        key = "/".join((kind, workspace.team.id, workspace.ids.next("", length=13), workspace.ids.next("", length=24)))
        response_url = ResponseUrl(
            person=person,
            channel=channel,
            original=message.ts if message else None,
            issued=workspace.clock(),
        )
        with workspace.lock:
            self._urls[key] = response_url
        return f"{self._root}{key}"

    def handle(
        self, key: str, *, content_type: str, body: bytes, disconnected: Callable[[], bool]
    ) -> ApiResponse | None:
        """Return the response to a POST, None if a fault drops the connection.

        The status is 404 for used_url, expired_url or an unknown URL, and 400 for invalid content.
        """

        def read() -> Json:
            try:
                return parse(content_type, body, "")
            except ApiError as error:
                raise ApiError("invalid_payload", status=400) from error

        def run(values: Json) -> Json:
            response_url = self._use(key)
            try:
                self._respond(response_url, Arguments(values))
            except ApiError as error:
                error.status = 400
                raise
            return {"ok": True}

        url = f"{self._root}{key}"
        return self._calls.handle(
            ApiRequest(method=RESPONSE_URL, read=read, run=run, disconnected=disconnected, url=url)
        )

    def _use(self, key: str) -> ResponseUrl:
        with self._workspace.lock:
            response_url = self._urls.get(key)
            if response_url is None:
                raise ApiError("no_active_hooks", status=404)
            if self._workspace.clock() - response_url.issued > LIFETIME_SECONDS:
                raise ApiError("expired_url", status=404)
            if response_url.uses >= MAX_USES:
                raise ApiError("used_url", status=404)
            self._urls[key] = response_url = replace(response_url, uses=response_url.uses + 1)
            return response_url

    def _respond(self, response_url: ResponseUrl, arguments: Arguments) -> None:
        original = self._original(response_url)
        if arguments.flag("delete_original"):
            if original is not None:
                self._workspace.remove(original)
            return
        content = read_content(arguments, self._workspace.ids)
        if arguments.flag("replace_original") and original is not None:
            self._replace(original, content)
            return
        # `thread_ts` applies to in_channel messages only, and is never the default
        # (docs.slack.dev/interactivity/handling-user-interaction).
        to_all = arguments.text("response_type") == "in_channel"
        show(
            self._workspace,
            content,
            person=response_url.person,
            channel=response_url.channel,
            thread_ts=(arguments.text("thread_ts") or None) if to_all else None,
            to_all=to_all,
        )

    def _original(self, response_url: ResponseUrl) -> Message | None:
        if response_url.original is None:
            return None
        try:
            return self._workspace.message(response_url.original)
        except NotFoundError:
            return None

    def _replace(self, original: Message, content: MessageContent) -> None:
        """Replace the message. Unlike chat.update, an absent text or absent blocks are removed."""
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
    workspace: Workspace, content: MessageContent, *, person: str, channel: str, thread_ts: str | None, to_all: bool
) -> Message:
    """Post a message of the app, ephemeral to one person or to everyone in the channel."""
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
