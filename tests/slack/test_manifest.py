"""The manifest asks for exactly what is registered and used."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import slackguide.slack
from slackguide.sandbox import BotApp
from slackguide.slack.ids import Callback
from slackguide.slack.manifest import SCOPES, manifest
from slackguide.slack.registry import EVENTS
from tests.slack.test_privacy import everything
from tests.support.app_harness import AppHarness
from tests.support.escalations import posts, sent
from tests.support.questions import MEDIATION
from tests.support.rendered import words

URL = "https://guide.example/slack/events"

METHODS = {
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.getPermalink": (),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.list": ("channels:read", "groups:read"),
    "conversations.members": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "conversations.replies": ("channels:history", "groups:history", "im:history"),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.conversations": ("channels:read", "groups:read"),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
"""The bot scopes that each method needs, of those for channels, groups and direct messages (docs.slack.dev)."""

SURFACES = {"commands": "commands", "message.im": "im:history", "app_mention": "app_mentions:read"}
"""The bot scopes that commands and shortcuts, and each event, need."""


def methods_in_source() -> set[str]:
    """Every Web API method that the Slack side calls: `client.chat_postMessage(…)`, `pages(client, "users.list")`."""
    found: set[str] = set()
    for path in Path(slackguide.slack.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("client"):
                found.add(node.attr.replace("_", ".", 2 if node.attr.startswith("usergroups_users") else 1))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in METHODS:
                found.add(node.value)
    return found & {*METHODS} | {name for name in found if name.split(".")[0] in METHOD_FAMILIES}


METHOD_FAMILIES = {name.split(".")[0] for name in METHODS}


def test_every_method_that_the_source_calls_is_one_whose_scopes_are_known() -> None:
    assert methods_in_source() == METHODS.keys()


def test_the_scopes_are_those_of_the_methods_and_surfaces_and_no_more() -> None:
    needed = {scope for scopes in METHODS.values() for scope in scopes} | set(SURFACES.values())

    assert set(SCOPES) == needed
    assert list(SCOPES) == sorted(set(SCOPES))
    assert manifest()["oauth_config"]["scopes"]["bot"] == list(SCOPES)


def test_with_these_scopes_nothing_is_refused_from_the_question_to_the_end(harness: AppHarness) -> None:
    """The sandbox refuses a call whose scope the manifest lacks."""
    everything(harness)
    harness.sandbox.open_home("ana")
    harness.settle()

    assert [call.answer for call in harness.workspace.calls if call.answer.get("error") == "missing_scope"] == []
    called = {call.method for call in harness.workspace.calls if not call.method.startswith("http")}
    assert called & METHODS.keys() >= {"chat.postMessage", "chat.update", "views.open", "views.publish", "users.list"}


@pytest.mark.parametrize("scope", ["chat:write", "im:write", "channels:read", "users:read", "usergroups:read"])
def test_without_one_of_them_something_is_refused(make_harness: Callable[..., AppHarness], scope: str) -> None:
    app = BotApp.from_manifest(manifest())
    harness = make_harness(app=replace(app, scopes=app.scopes - {scope}), known=scope != "users:read")
    if scope == "users:read":
        harness.command(MEDIATION)
        harness.until(lambda: any(call.answer.get("error") == "missing_scope" for call in harness.workspace.calls))
    else:
        sent(harness)
        harness.until(lambda: any(call.answer.get("error") == "missing_scope" for call in harness.workspace.calls))


def test_what_the_manifest_offers_is_answered(harness: AppHarness) -> None:
    """The sandbox offers what the manifest says, and nothing else."""
    app = harness.workspace.app
    assert [command.name for command in app.commands] == ["/route"]
    assert [shortcut.callback_id for shortcut in app.shortcuts] == [Callback.MESSAGE_SHORTCUT]
    assert app.events == set(EVENTS)

    assert words(harness.route(MEDIATION))
    assert words(harness.ask(MEDIATION))
    harness.sandbox.mention("ana", "general", MEDIATION)
    harness.sandbox.open_home("ana")
    harness.settle()
    mention, answer = harness.workspace.all_messages("general")
    assert answer.by_bot
    assert harness.workspace.views.home(harness.workspace.person("ana").id)
    assert harness.sandbox.message_shortcut("ben", mention.ts, Callback.MESSAGE_SHORTCUT).ok
    assert words(harness.modal("ben"))


@pytest.mark.parametrize("event", ["reaction_added", "channel_archive", "message", "app_uninstalled", "team_join"])
def test_an_event_that_it_does_not_ask_for_changes_nothing(harness: AppHarness, event: str) -> None:
    payload = harness.sandbox.message("ana", MEDIATION).sent
    harness.settle()
    calls = len(harness.workspace.calls)
    payload["event"] = {"type": event, "user": "U1", "channel": "C1", "channel_type": "channel", "ts": "1.2"}
    payload["event_id"] = "EvOther"

    assert harness.send("events_api", payload).status == 200

    harness.settle()
    assert len(harness.workspace.calls) == calls
    assert posts(harness) == []


def test_over_http_every_address_is_the_one_given() -> None:
    made = manifest(url=URL)

    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == URL
    assert made["settings"]["interactivity"]["request_url"] == URL
    assert made["features"]["slash_commands"][0]["url"] == URL
    assert made["features"]["slash_commands"][0]["should_escape"] is False


def test_in_socket_mode_there_is_no_address() -> None:
    made = manifest()

    assert made["settings"]["socket_mode_enabled"] is True
    assert "https://" not in str(made)


def test_slacks_limits_on_a_manifest_hold() -> None:
    made = manifest()

    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    for shortcut in made["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
    for command in made["features"]["slash_commands"]:
        assert len(command["description"]) <= 2000
