"""Parse the content of a message from chat methods, command responses and response_url."""

from __future__ import annotations

from dataclasses import dataclass

from slackguide.sandbox.block_kit.state import state_of, with_ids
from slackguide.sandbox.block_kit.validation import Problem, check_message_blocks, too_long
from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.id_generator import IdGenerator
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api.arguments import Arguments

# docs.slack.dev/reference/methods/chat.postMessage: longer text is cut.
TEXT_CUT = 40_000


class InvalidContentError(ApiError):
    """A payload that breaks Block Kit's rules; `problems` say which, for the request log."""

    def __init__(self, code: str, problems: list[Problem]) -> None:
        lines = [problem.slack() for problem in problems]
        super().__init__(
            code, messages=lines, more={"errors": [transport.removeprefix("[ERROR] ") for transport in lines]}
        )
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class MessageContent:
    """Text, blocks with their ids, and metadata of a message to be. `blocks` is None where none were given at all."""

    text: str
    blocks: tuple[Json, ...] | None
    metadata: Json | None

    @property
    def state(self) -> Json:
        """The state of the message's own selects and checkboxes before anyone touched them."""
        return dict(state_of(list(self.blocks or ())))


def read_content(arguments: Arguments, ids: IdGenerator, *, required: bool = True) -> MessageContent:
    """Check and read the content of a message.

    Raises ApiError: no_text, invalid_blocks_format, invalid_metadata_format; Refused: invalid_blocks,
    msg_blocks_too_long.
    """
    arguments.refuse("attachments", "markdown_text", "icon_emoji", "icon_url", "username")
    text = arguments.text("text")
    blocks = read_blocks(arguments)
    if required and not text.strip() and not blocks:
        raise ApiError("no_text")
    return MessageContent(
        text=text[:TEXT_CUT],
        blocks=None if blocks is None else tuple(with_ids(blocks, ids)),
        metadata=_metadata(arguments),
    )


def read_blocks(arguments: Arguments) -> list[Json] | None:
    """The blocks of a message, checked; None where none were given."""
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
        rule = Problem(
            at="/blocks", message="blocks are too long", rule="All text of one message: about 12,000 characters"
        )
        raise InvalidContentError("msg_blocks_too_long", [rule])
    return blocks


def _metadata(arguments: Arguments) -> Json | None:
    """Message metadata: `{"event_type": …, "event_payload": {…}}`."""
    try:
        metadata = arguments.structure("metadata")
    except ApiError:
        raise ApiError("invalid_metadata_format") from None
    if not metadata:
        return None
    good = (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
        and set(metadata) <= {"event_type", "event_payload"}
    )
    if not good:
        raise ApiError("invalid_metadata_format")
    return dict(metadata)
