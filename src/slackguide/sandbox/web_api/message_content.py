"""Parse the content of a message from chat methods, command responses and response_url."""

from __future__ import annotations

from dataclasses import dataclass

from slackguide.sandbox.block_kit.state import state_of, with_ids
from slackguide.sandbox.block_kit.validation import Problem, check_message_blocks, too_long
from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.id_generator import IdGenerator
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api.arguments import Arguments

MAX_TEXT = 40_000
"""Slack truncates longer text (docs.slack.dev/reference/methods/chat.postMessage)."""


class InvalidContentError(ApiError):
    """A payload that breaks Block Kit's rules, listed in `problems` for the request log."""

    def __init__(self, code: str, problems: list[Problem]) -> None:
        lines = [problem.slack() for problem in problems]
        super().__init__(code, messages=lines, more={"errors": [line.removeprefix("[ERROR] ") for line in lines]})
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class MessageContent:
    """The text, blocks with ids, and metadata of a message. `blocks` is None if the argument is absent."""

    text: str
    blocks: tuple[Json, ...] | None
    metadata: Json | None

    @property
    def state(self) -> Json:
        """Return the initial state of the message's interactive elements."""
        return dict(state_of(list(self.blocks or ())))


def read_content(arguments: Arguments, ids: IdGenerator, *, required: bool = True) -> MessageContent:
    """Validate and return the content of a message.

    Raises ApiError no_text, invalid_blocks_format, invalid_metadata_format; InvalidContentError invalid_blocks,
    msg_blocks_too_long.
    """
    arguments.reject("attachments", "markdown_text", "icon_emoji", "icon_url", "username")
    text = arguments.text("text")
    blocks = read_blocks(arguments)
    if required and not text.strip() and not blocks:
        raise ApiError("no_text")
    return MessageContent(
        text=text[:MAX_TEXT],
        blocks=None if blocks is None else tuple(with_ids(blocks, ids)),
        metadata=_metadata(arguments),
    )


def read_blocks(arguments: Arguments) -> list[Json] | None:
    """Return the validated blocks of a message, None if the argument is absent."""
    try:
        blocks = arguments.structure("blocks")
    except ApiError:
        raise ApiError("invalid_blocks_format") from None
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    problems = check_message_blocks(blocks)
    if problems:
        raise InvalidContentError("invalid_blocks", problems)
    if too_long(blocks):
        problem = Problem(
            at="/blocks", message="blocks are too long", rule="All text of one message: about 12,000 characters"
        )
        raise InvalidContentError("msg_blocks_too_long", [problem])
    return blocks


def _metadata(arguments: Arguments) -> Json | None:
    """Return the metadata of a message: `{"event_type": …, "event_payload": {…}}`, None if absent."""
    try:
        metadata = arguments.structure("metadata")
    except ApiError:
        raise ApiError("invalid_metadata_format") from None
    if not metadata:
        return None
    valid = (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
        and set(metadata) <= {"event_type", "event_payload"}
    )
    if not valid:
        raise ApiError("invalid_metadata_format")
    return dict(metadata)
