"""The same question, answer, section and feedback over HTTP and over Socket Mode, with the app in its own process."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Tabs
from tests.browser.page_object import heading, steps_of
from tests.browser.test_route_command import DESTINATION, MEDIATION, SEGMENT
from tests.support.credentials import APP_TOKEN
from tests.support.processes import SHIPPED, run_to_exit, running
from tests.support.sandbox_workspace import SandboxWorkspace, sandbox_workspace

SOCKET_MODE, HTTP = "Socket Mode", "HTTP"


@pytest.fixture(params=[HTTP, SOCKET_MODE])
def transport(request: pytest.FixtureRequest) -> str:
    """Return the way in which Slack reaches the app."""
    return str(request.param)


@pytest.fixture
def environment() -> dict[str, str]:
    """Return the environment of the process, filled in once it runs."""
    return {}


@pytest.fixture
def slack(transport: str, tmp_path: Path, environment: dict[str, str]) -> Iterator[SandboxWorkspace]:
    """Run a workspace with a slackguide process that has the shipped knowledge."""
    token = APP_TOKEN if transport == SOCKET_MODE else None
    with sandbox_workspace(tmp_path, app_token=token) as slack:
        environment |= slack.environment(SLACKGUIDE_KNOWLEDGE=SHIPPED, **({"SLACK_APP_TOKEN": token} if token else {}))
        with running(environment, slack.folder) as process:
            process.wait_for_status("/readyz", 200)
            process.wait_for_log("the directory is up to date")
            yield slack
            process.stop()


def test_question_answer_section_and_feedback(
    transport: str, slack: SandboxWorkspace, environment: dict[str, str], tabs: Tabs
) -> None:
    ana = tabs.open("ana", slack.sandbox.url)
    expect(ana.page.locator("#top").get_by_text(SOCKET_MODE)).to_have_count(int(transport == SOCKET_MODE))

    card = ana.route(MEDIATION)
    expect(heading(card, SEGMENT)).to_be_visible()
    ana.click(card, "Mid-Market")
    expect(heading(card, DESTINATION)).to_be_visible()
    card.get_by_role("button", name=re.compile(r"^Steps \(\d+\)$")).click()
    expect(ana.button(card, "Hide the steps")).to_be_visible()
    assert len(steps_of(card)) > 1
    ana.click_more(card, "Not helpful")
    ana.click(card, "Unclear")
    expect(card).to_contain_text("Thank you. The owner of this entry sees it.")
    expect(heading(card, DESTINATION)).to_be_visible()

    exchanges = [exchange for exchange in slack.workspace.exchanges if exchange.person == ana_id(slack)]
    assert [exchange.kind for exchange in exchanges] == ["slash_commands", *["block_actions"] * 5]
    assert all(exchange.ok for exchange in exchanges)
    assert {exchange.raw.startswith('{"envelope_id"') for exchange in exchanges} == {transport == SOCKET_MODE}

    listed = run_to_exit(environment, slack.folder, ("-m", "slackguide", "feedback", "list", "--json"))
    (feedback,) = json.loads(listed.out)
    recorded = feedback["verdict"], feedback["reason"], feedback["entry"]
    assert recorded == ("not_helpful", "unclear", "disputes/send-to-mediation")


def ana_id(slack: SandboxWorkspace) -> str:
    """Return the user id of Ana."""
    return slack.workspace.person("ana").id
