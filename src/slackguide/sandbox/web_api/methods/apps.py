"""bots.info, apps.manifest.export and blocks.validate: the app itself, and its blocks."""

from __future__ import annotations

from typing import Any

from slackguide.sandbox.block_kit.validation import Problem, check_message_blocks, check_view
from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api.arguments import Arguments
from slackguide.sandbox.web_api.methods.context import MethodContext

KINDS = {"blocks": "invalid_blocks", "message": "invalid_message", "view": "invalid_view"}
"""The arguments of blocks.validate, each with its error."""


def bot_info(context: MethodContext, arguments: Arguments) -> Json:
    """Run bots.info."""
    app = context.workspace.app
    if arguments.text("bot") not in ("", app.bot_id):
        raise ApiError("bot_not_found")
    bot = {"id": app.bot_id, "app_id": app.id, "user_id": app.user_id, "name": app.display_name, "deleted": False}
    return {"bot": bot}


def export_manifest(context: MethodContext, arguments: Arguments) -> Json:
    """Run apps.manifest.export, with the parts of a manifest that the sandbox knows."""
    arguments.require("app_id")
    app = context.workspace.app
    if arguments.text("app_id") != app.id:
        raise ApiError("app_not_found")
    return {
        "manifest": {
            "display_information": {"name": app.display_name},
            "features": {"slash_commands": [{"command": command.name} for command in app.commands]},
            "oauth_config": {"scopes": {"bot": sorted(app.scopes)}},
            "settings": {"event_subscriptions": {"bot_events": sorted(app.events)}},
        }
    }


def validate_blocks(context: MethodContext, arguments: Arguments) -> Json:
    """Run blocks.validate, a public method (docs.slack.dev/reference/methods/blocks.validate)."""
    del context
    given = [name for name in KINDS if arguments.values.get(name) not in (None, "")]
    if len(given) != 1:
        raise ApiError("invalid_arguments", messages=["must provide exactly one of `blocks`, `view`, or `message`"])
    payload: Any = arguments.structure(given[0])
    problems = _problems(given[0], payload)
    if problems:
        errors = [{"code": "failed_constraint", "message": one.message, "pointer": one.at} for one in problems]
        raise ApiError(KINDS[given[0]], more={"errors": errors})
    return {}


def _problems(kind: str, payload: Any) -> list[Problem]:
    if kind == "view":
        return check_view(payload)
    if kind == "blocks":
        return check_message_blocks(payload)
    if not isinstance(payload, dict):
        return [Problem(at="", message="must be an object", rule="Message: a JSON object")]
    return check_message_blocks(payload.get("blocks", []))
