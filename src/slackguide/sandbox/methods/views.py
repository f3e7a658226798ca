"""views.*: modals and the Home tab."""

from typing import Any

from slackguide.sandbox import slack_json
from slackguide.sandbox.arguments import Arguments
from slackguide.sandbox.block_kit.validation import check_view, view_too_large
from slackguide.sandbox.errors import ApiError, Unknown
from slackguide.sandbox.methods.context import Context
from slackguide.sandbox.posting import Refused
from slackguide.sandbox.screens import View
from slackguide.sandbox.types import Json


def _view(arguments: Arguments, kind: str) -> Json:
    """The `view` argument, checked. Raises Refused invalid_arguments, ApiError view_too_large."""
    arguments.require("view")
    view: Any = arguments.structure("view")
    problems = check_view(view)
    if problems:
        raise Refused("invalid_arguments", problems)
    if view["type"] != kind:
        message = f"[ERROR] view type must be {kind} [json-pointer:/view/type]"
        raise ApiError("invalid_arguments", messages=[message])
    if view_too_large(view):
        raise ApiError("view_too_large")
    return dict(view)


def _shown(context: Context, view: View) -> Json:
    return {"view": slack_json.view(context.workspace, view)}


def _trigger(arguments: Arguments) -> str:
    arguments.require("trigger_id")
    return arguments.text("trigger_id")


def open_view(context: Context, arguments: Arguments) -> Json:
    """views.open."""
    content = _view(arguments, "modal")
    return _shown(context, context.workspace.screens.open(_trigger(arguments), content))


def push_view(context: Context, arguments: Arguments) -> Json:
    """views.push."""
    content = _view(arguments, "modal")
    return _shown(context, context.workspace.screens.push(_trigger(arguments), content))


def update_view(context: Context, arguments: Arguments) -> Json:
    """views.update."""
    screens = context.workspace.screens
    if not arguments.text("view_id") and not arguments.text("external_id"):
        arguments.require("view_id")
    content = _view(arguments, "modal")
    found = screens.by_external_id(arguments.text("external_id")) if arguments.text("external_id") else None
    if found is None:
        try:
            found = screens.view(arguments.text("view_id"))
        except Unknown:
            raise ApiError("not_found") from None
    return _shown(context, screens.update(found, content, hash=arguments.text("hash") or None))


def publish_view(context: Context, arguments: Arguments) -> Json:
    """views.publish."""
    arguments.require("user_id")
    content = _view(arguments, "home")
    try:
        person = context.workspace.person(arguments.text("user_id"))
    except Unknown:
        raise ApiError("user_not_found") from None
    return _shown(context, context.workspace.screens.publish(person.id, content, hash=arguments.text("hash") or None))
