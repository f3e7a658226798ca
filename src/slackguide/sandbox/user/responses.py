"""Parse the app's response to a command or a submission."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from slackguide.sandbox.block_kit.validation import Problem, check_view, view_too_large
from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.id_generator import IdGenerator
from slackguide.sandbox.json_types import Json, parse_json
from slackguide.sandbox.web_api.arguments import Arguments
from slackguide.sandbox.web_api.message_content import InvalidContentError, MessageContent, read_content
from slackguide.sandbox.workspace.records import AppReply
from slackguide.sandbox.workspace.view_stacks import OpenView


@dataclass(frozen=True, kw_only=True)
class CommandResponse:
    """The effect of a response to a command: a message (to everyone with `to_all`), Slack's `notice`, or nothing."""

    content: MessageContent | None = None
    to_all: bool = False
    notice: str | None = None
    problems: tuple[Problem, ...] = ()


def parse_command_response(command: str, reply: AppReply, ids: IdGenerator) -> CommandResponse:
    """Return the effect of the response to a command."""
    if reply.failure == "timeout":
        return CommandResponse(notice=f"{command} did not respond. (operation_timeout)")
    if not reply.ok:
        return CommandResponse(notice=f"{command} failed because the app did not take it. (dispatch_failed)")
    if not reply.body.strip():
        return CommandResponse()
    values: Json = {"text": reply.body}
    if "json" in reply.headers.get("content-type", ""):
        body = _object(reply.body)
        if body is None:
            return CommandResponse(
                notice=f"{command} answered with something that is not JSON. (invalid_command_response)"
            )
        values = body
    if not values.get("text") and not values.get("blocks"):
        return CommandResponse()
    try:
        content = read_content(Arguments(values), ids)
    except InvalidContentError as error:
        return CommandResponse(
            notice=f"{command} answered with a message that Slack refuses. ({error.code})", problems=error.problems
        )
    except ApiError as error:
        return CommandResponse(notice=f"{command} answered with a message that Slack refuses. ({error.code})")
    return CommandResponse(content=content, to_all=values.get("response_type") == "in_channel")


CONNECTION_TROUBLE = "We had some trouble connecting. Try again?"
"""Slack's notice in a modal whose submission failed."""


@dataclass(frozen=True, kw_only=True)
class SubmissionResponse:
    """The effect of a response to a submission.

    `action` is `close`, `errors`, `update`, `push`, `clear`, or `failed`, which leaves the modal open.
    """

    action: str
    view: Json | None = None
    errors: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def parse_submission_response(view: OpenView, reply: AppReply) -> SubmissionResponse:
    """Return the effect of the response to a submission."""
    if not reply.ok:
        return SubmissionResponse(action="failed")
    if not reply.body.strip():
        return SubmissionResponse(action="close")
    body = _object(reply.body)
    if body is None:
        return _invalid_response("The response to a submission is empty or JSON")
    match body.get("response_action"):
        case None if not body:
            return SubmissionResponse(action="close")
        case "clear":
            return SubmissionResponse(action="clear")
        case "errors":
            return _errors(view, body.get("errors"))
        case "update" | "push" as action:
            problems = check_view(body.get("view"))
            if not problems and view_too_large(body["view"]):
                problems = [Problem(at="/view", message="view is too large", rule="A view: at most 250 kB")]
            if problems:
                return SubmissionResponse(action="failed", problems=tuple(problems))
            return SubmissionResponse(action=action, view=body["view"])
        case other:
            return _invalid_response(f"response_action is errors, update, push or clear, not {other}")


def _errors(view: OpenView, errors: Any) -> SubmissionResponse:
    fields = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        return _invalid_response("errors is an object of block ids and messages")
    unknown = [key for key in errors if key not in fields]
    if unknown:
        return _invalid_response(f"errors names the block ids of input blocks; there is no input block {unknown[0]}")
    return SubmissionResponse(action="errors", errors={key: str(text) for key, text in errors.items()})


def _invalid_response(rule: str) -> SubmissionResponse:
    return SubmissionResponse(action="failed", problems=(Problem(at="", message="invalid response", rule=rule),))


def _object(body: str) -> Json | None:
    try:
        value = parse_json(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
