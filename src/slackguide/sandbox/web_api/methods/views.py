"""views.*: modals and the Home tab."""

from __future__ import annotations

from typing import Any

from slackguide.sandbox.block_kit.validation import check_view, view_too_large
from slackguide.sandbox.errors import ApiError, NotFoundError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api import serializers
from slackguide.sandbox.web_api.arguments import Arguments
from slackguide.sandbox.web_api.message_content import InvalidContentError
from slackguide.sandbox.web_api.methods.context import MethodContext
from slackguide.sandbox.workspace.view_stacks import OpenView


def _view(arguments: Arguments, kind: str) -> Json:
    """Return the validated `view` argument. Raises InvalidContentError invalid_arguments, ApiError view_too_large."""
    arguments.require("view")
    view: Any = arguments.structure("view")
    problems = check_view(view)
    if problems:
        raise InvalidContentError("invalid_arguments", problems)
    if view["type"] != kind:
        message = f"[ERROR] view type must be {kind} [json-pointer:/view/type]"
        raise ApiError("invalid_arguments", messages=[message])
    if view_too_large(view):
        raise ApiError("view_too_large")
    return dict(view)


def _response(context: MethodContext, view: OpenView) -> Json:
    return {"view": serializers.view(context.workspace, view)}


def _trigger(arguments: Arguments) -> str:
    arguments.require("trigger_id")
    return arguments.text("trigger_id")


def open_view(context: MethodContext, arguments: Arguments) -> Json:
    """Run views.open."""
    content = _view(arguments, "modal")
    return _response(context, context.workspace.views.open(_trigger(arguments), content))


def push_view(context: MethodContext, arguments: Arguments) -> Json:
    """Run views.push."""
    content = _view(arguments, "modal")
    return _response(context, context.workspace.views.push(_trigger(arguments), content))


def update_view(context: MethodContext, arguments: Arguments) -> Json:
    """Run views.update."""
    views = context.workspace.views
    if not arguments.text("view_id") and not arguments.text("external_id"):
        arguments.require("view_id")
    content = _view(arguments, "modal")
    view = views.by_external_id(arguments.text("external_id")) if arguments.text("external_id") else None
    if view is None:
        try:
            view = views.view(arguments.text("view_id"))
        except NotFoundError:
            raise ApiError("not_found") from None
    return _response(context, views.update(view, content, hash=arguments.text("hash") or None))


def publish_view(context: MethodContext, arguments: Arguments) -> Json:
    """Run views.publish."""
    arguments.require("user_id")
    content = _view(arguments, "home")
    try:
        person = context.workspace.person(arguments.text("user_id"))
    except NotFoundError:
        raise ApiError("user_not_found") from None
    return _response(context, context.workspace.views.publish(person.id, content, hash=arguments.text("hash") or None))
