"""Reading what the bot answered to a command or a form: its content, or the words that Slack shows instead."""

import json
from dataclasses import dataclass, field
from typing import Any

from slackguide.sandbox.arguments import Arguments
from slackguide.sandbox.block_kit.validation import Problem, check_view, view_too_large
from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.ids import Ids
from slackguide.sandbox.posting import Content, Refused, read_content
from slackguide.sandbox.records import Reply
from slackguide.sandbox.screens import View
from slackguide.sandbox.types import Json


@dataclass(frozen=True, kw_only=True)
class CommandAnswer:
    """A command's answer: content to show (to everyone with `to_all`), nothing, or Slack's own `notice`."""

    content: Content | None = None
    to_all: bool = False
    notice: str | None = None
    problems: tuple[Problem, ...] = ()


def read_command_answer(command: str, reply: Reply, ids: Ids) -> CommandAnswer:
    """What a command's acknowledgement shows."""
    if reply.failure == "timeout":
        return CommandAnswer(notice=f"{command} did not respond. (operation_timeout)")
    if not reply.ok:
        return CommandAnswer(notice=f"{command} failed because the app did not take it. (dispatch_failed)")
    if not reply.body.strip():
        return CommandAnswer()
    values: Json = {"text": reply.body}
    if "json" in reply.headers.get("content-type", ""):
        found = _object(reply.body)
        if found is None:
            return CommandAnswer(
                notice=f"{command} answered with something that is not JSON. (invalid_command_response)"
            )
        values = found
    if not values.get("text") and not values.get("blocks"):
        return CommandAnswer()
    try:
        content = read_content(Arguments(values), ids)
    except Refused as refused:
        return CommandAnswer(
            notice=f"{command} answered with a message that Slack refuses. ({refused.code})", problems=refused.problems
        )
    except ApiError as refused:
        return CommandAnswer(notice=f"{command} answered with a message that Slack refuses. ({refused.code})")
    return CommandAnswer(content=content, to_all=values.get("response_type") == "in_channel")


TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, kw_only=True)
class FormAnswer:
    """A submission's answer: `close`, `errors`, `update`, `push`, `clear`, or `trouble` with the modal left open."""

    action: str
    view: Json | None = None
    errors: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_form_answer(view: View, reply: Reply) -> FormAnswer:
    """What a submission's acknowledgement does to the screen."""
    if not reply.ok:
        return FormAnswer(action="trouble")
    if not reply.body.strip():
        return FormAnswer(action="close")
    found = _object(reply.body)
    if found is None:
        return _trouble("the answer to a submission is empty or JSON")
    match found.get("response_action"):
        case None if not found:
            return FormAnswer(action="close")
        case "clear":
            return FormAnswer(action="clear")
        case "errors":
            return _errors(view, found.get("errors"))
        case "update" | "push" as action:
            problems = check_view(found.get("view"))
            if not problems and view_too_large(found["view"]):
                problems = [Problem(at="/view", message="view is too large", rule="A view: at most 250 kB")]
            if problems:
                return FormAnswer(action="trouble", problems=tuple(problems))
            return FormAnswer(action=action, view=found["view"])
        case other:
            return _trouble(f"response_action is errors, update, push or clear, not {other}")


def _errors(view: View, errors: Any) -> FormAnswer:
    fields = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        return _trouble("errors is an object of block id to words")
    strangers = [key for key in errors if key not in fields]
    if strangers:
        return _trouble(f"errors names the block ids of input blocks; there is no input block {strangers[0]}")
    return FormAnswer(action="errors", errors={key: str(words) for key, words in errors.items()})


def _trouble(rule: str) -> FormAnswer:
    return FormAnswer(action="trouble", problems=(Problem(at="", message="invalid response", rule=rule),))


def _object(body: str) -> Json | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
