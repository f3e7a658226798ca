"""`slackguide doctor` names what is wrong with an installation, before the first day."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from slackguide.config import read_settings
from slackguide.doctor.examination import Examination
from slackguide.doctor.findings import Finding, Status
from slackguide.sandbox import BotApp, Channel, FaultKind, InjectedFault, Sandbox, Team, UserGroup, demo_team
from slackguide.slack.manifest import manifest
from slackguide.web.signature import verify_signature
from tests.support.cli_runner import Shell, shell
from tests.support.credentials import APP_TOKEN, BOT_TOKEN, SECRET
from tests.support.databases import open_database, sqlite_url
from tests.support.processes import free_port
from tests.support.sandbox_workspace import small_knowledge

__all__ = ["shell"]

CONFIG_TOKEN = "xoxe.xoxp-config-token-of-tests"
CHALLENGED: dict[str, Any] = {"challenge": "slackguide-doctor"}

Json = dict[str, Any]


class Installation:
    """A workspace, and the environment of an installation in it, which `find` examines."""

    def __init__(self, folder: Path, team: Team, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
        self.sandbox = Sandbox(
            clock=time.time, signing_secret=SECRET, bot_token=BOT_TOKEN, team=team, config_token=CONFIG_TOKEN,
            rate_limit=None, **options,
        )  # fmt: skip
        self.sandbox.start()
        self.environment = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": self.sandbox.api_url,
            "SLACKGUIDE_HOME": str(folder / "home"),
            "SLACKGUIDE_KNOWLEDGE": str(small_knowledge(folder / "knowledge")),
        }
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)

    def find(
        self, *, now: Callable[[], datetime] | None = None, environment: Json | None = None, **options: Any
    ) -> dict[str, Finding]:
        """Return the findings by check."""
        settings = read_settings({**self.environment, **(environment or {})})
        examination = Examination(settings=settings, **options)
        found = list((replace(examination, now=now) if now else examination).run())
        assert len({finding.check for finding in found}) == len(found)
        return {finding.check: finding for finding in found}


def team(**changes: Any) -> Team:
    app = changes.pop("app", None) or BotApp.from_manifest(manifest())
    made = demo_team(escalation_channels=["ask-disputes"], groups={"disputes-specialists": ("marek",)}, app=app)
    return replace(made, **changes)


def with_channel(**changes: Any) -> Team:
    """Return the team whose channel of escalations has changed."""
    made = team()
    channels = tuple(replace(c, **changes) if c.name == "ask-disputes" else c for c in made.channels)
    return replace(made, channels=channels)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Installation]]:
    """Return a function that makes an installation. It takes a team, and the options of a sandbox."""
    made: list[Installation] = []

    def make(of: Team | None = None, **options: Any) -> Installation:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Installation(folder, of or team(), monkeypatch, **options))
        return made[-1]

    yield make
    for one in made:
        one.sandbox.faults.clear()
        one.sandbox.stop()


def problems(found: dict[str, Finding]) -> dict[str, str]:
    return {name: one.message for name, one in found.items() if one.status is Status.PROBLEM}


def test_a_good_installation_has_no_problem(install: Callable[..., Installation], shell: Shell) -> None:
    one = install()
    ran = shell("doctor")
    assert (ran.status, problems(one.find())) == (0, {})
    lines = ran.out.splitlines()
    assert [line.split()[0] for line in lines] == ["ok"] * 3 + ["not"] + ["ok"] * 3 + ["not"] + ["ok"] * 2
    assert "acts as @slackguide in Support" in ran.out
    assert ran.err == "No problems found.\n"
    assert [call.method for call in one.sandbox.workspace.calls if call.method.startswith("chat.")] == []


def test_the_findings_are_one_json_document(install: Callable[..., Installation], shell: Shell) -> None:
    install(with_channel(bot_joined=False))
    ran = shell("doctor", "--json")
    assert ran.status == 1
    (found,) = [one for one in ran.document if one["status"] == "problem"]
    assert found["check"] == "channel #ask-disputes"
    assert found["message"].endswith("exists, but @slackguide is not in it")
    assert found["remedy"] == "Type `/invite @slackguide` in the channel"
    assert {tuple(one) for one in ran.document} == {("check", "status", "message", "remedy")}


def test_settings_that_are_wrong_exit_2(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    ran = shell("doctor")
    assert ran.status == 2
    assert "PORT must be an integer" in ran.err
    assert "SLACK_SIGNING_SECRET" in ran.err


def test_without_a_token_what_is_here_is_checked(install: Callable[..., Installation]) -> None:
    found = install().find(environment={"SLACK_BOT_TOKEN": "", "SLACK_SIGNING_SECRET": ""})
    assert problems(found) == {"settings": "no Slack variable is set, so that the sandbox would start"}
    assert found["knowledge"].status is found["database"].status is Status.OK


@pytest.mark.parametrize("code", ["invalid_auth", "account_inactive", "token_revoked"])
def test_a_refused_token_is_told_with_its_reason(install: Callable[..., Installation], code: str) -> None:
    one = install()
    one.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, code=code))
    found = one.find()
    assert list(problems(found)) == ["token"]
    assert f"Slack refused auth.test ({code}): slackguide's" in found["token"].message
    assert found["token"].remedy
    assert found["workspace"].status is Status.NOT_CHECKED


def test_unreachable_is_not_told_as_refused(install: Callable[..., Installation]) -> None:
    one = install()
    address = f"http://127.0.0.1:{free_port()}/api/"
    found = one.find(environment={"SLACK_API_URL": address})
    assert found["token"].message.startswith("Slack cannot be reached: 127.0.0.1:")
    assert found["token"].message.endswith("refuses the connection")
    found = one.find(environment={"SLACK_API_URL": "http://no-such-host.invalid/api/"})
    assert problems(found)["token"].endswith("the name no-such-host.invalid cannot be resolved")
    one.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR))
    assert problems(one.find())["token"] == "Slack answered auth.test with status 500"


def test_missing_scopes_are_named(install: Callable[..., Installation]) -> None:
    app = BotApp.from_manifest(manifest())
    one = install(team(app=replace(app, scopes=(app.scopes | {"files:read"}) - {"usergroups:read", "im:write"})))
    found = one.find()
    assert found["scopes"].message == "missing: im:write, usergroups:read"
    assert found["groups"].message == "Slack refused usergroups.list: the token lacks the scope usergroups:read"
    assert set(problems(found)) == {"scopes", "groups"}
    one = install(team(app=replace(app, scopes=app.scopes | {"files:read"})))
    assert one.find()["scopes"].message == "all 11 granted; not needed: files:read"


@pytest.mark.parametrize(("seconds", "direction"), [(400, "ahead of"), (-400, "behind")])
def test_a_wrong_clock_is_noticed(install: Callable[..., Installation], seconds: int, direction: str) -> None:
    found = install().find(now=lambda: datetime.now(UTC) + timedelta(seconds=seconds))
    assert list(problems(found)) == ["clock"]
    assert f"{direction} Slack's" in found["clock"].message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"archived": True}, "exists, but is archived"),
        ({"bot_joined": False}, "exists, but @slackguide is not in it"),
        ({"shared": True}, "exists, and is shared with another company, which reads every escalation"),
        ({"private": True, "bot_joined": False}, "no channel of this name is visible: it does not exist, or is "
         "private without @slackguide in it"),
        ({"name": "disputes"}, "no channel of this name is visible: it does not exist, or is private without "
         "@slackguide in it"),
    ],
)  # fmt: skip
def test_channels_of_the_knowledge(install: Callable[..., Installation], changes: Json, message: str) -> None:
    one = install(with_channel(**changes))
    found = one.find()
    assert list(problems(found)) == ["channel #ask-disputes"]
    assert found["channel #ask-disputes"].message.endswith(message)


def test_an_archived_namesake_does_not_count(install: Callable[..., Installation]) -> None:
    made = team()
    old = Channel(name="ask-disputes", archived=True, id="C0OLD")
    one = install(replace(made, channels=(old, *made.channels)))
    assert problems(one.find()) == {}


def test_configured_channels_are_looked_up_by_id(install: Callable[..., Installation]) -> None:
    one = install(with_channel(name="disputes", id="C0DISPUTES"))
    found = one.find(environment={"SLACKGUIDE_CHANNELS": "ask-disputes=C0DISPUTES"})
    assert found["channel #ask-disputes"].message == "C0DISPUTES exists as #disputes, with @slackguide in it"
    found = one.find(environment={"SLACKGUIDE_CHANNELS": "ask-disputes=C0NONE"})
    assert found["channel #ask-disputes"].message == "SLACKGUIDE_CHANNELS says C0NONE, which @slackguide cannot see"


def test_many_channels_are_read_on_from_where_slack_stopped(install: Callable[..., Installation]) -> None:
    made = team()
    many = tuple(Channel(name=f"room-{number}", members=()) for number in range(2500))
    one = install(replace(made, channels=(*many, *made.channels)))
    one.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.RATE_LIMITED, method="conversations.list", times=1, seconds=1)
    )
    assert problems(one.find()) == {}
    pages = [call for call in one.sandbox.workspace.calls if call.method == "conversations.list"]
    assert len(pages) == 4


def test_user_groups_need_members(install: Callable[..., Installation]) -> None:
    empty = (UserGroup(handle="disputes-specialists", name="Disputes", users=()),)
    assert problems(install(team(groups=empty)).find()) == {"group @disputes-specialists": "the group has no members"}
    found = install(team(groups=())).find()
    assert problems(found) == {"group @disputes-specialists": "there is no such user group"}
    assert "SLACKGUIDE_TEAM_LEADS" not in str(found["group @disputes-specialists"].remedy)


def test_events_are_compared_where_slack_tells(install: Callable[..., Installation]) -> None:
    app = BotApp.from_manifest(manifest())
    one = install(team(app=replace(app, events=app.events - {"app_mention"})))
    assert one.find()["events"].status is Status.NOT_CHECKED
    found = one.find(environment={"SLACK_CONFIG_TOKEN": CONFIG_TOKEN})
    assert problems(found) == {"events": "not subscribed: app_mention"}
    found = one.find(environment={"SLACK_CONFIG_TOKEN": "expired"})
    assert "Slack refused apps.manifest.export (invalid_auth)" in problems(found)["events"]
    found = install().find(environment={"SLACK_CONFIG_TOKEN": CONFIG_TOKEN})
    assert found["events"].message.startswith(f"all {len(app.events)} subscribed; no event has arrived yet")


def test_socket_mode_needs_its_own_token(install: Callable[..., Installation]) -> None:
    one = install(app_token=APP_TOKEN)
    assert one.find(environment={"SLACK_APP_TOKEN": APP_TOKEN})["app token"].status is Status.OK
    assert list(problems(one.find(environment={"SLACK_APP_TOKEN": "xapp-other"}))) == ["app token"]


def test_the_knowledge_is_checked(install: Callable[..., Installation]) -> None:
    one = install()
    folder = Path(one.environment["SLACKGUIDE_KNOWLEDGE"])
    with (folder / "help.yaml").open("a", encoding="utf-8") as file:
        file.write("nonsense: 1\n")
    assert problems(one.find())["knowledge"].startswith(f"1 error in {folder}, the first: ")
    assert problems(one.find(environment={"SLACKGUIDE_KNOWLEDGE": str(folder / "none")}))["knowledge"]


def test_a_database_that_cannot_be_used_is_told(install: Callable[..., Installation], tmp_path: Path) -> None:
    one = install()
    url = sqlite_url(tmp_path)
    path = Path(url.removeprefix("sqlite:///"))
    found = one.find(environment={"DATABASE_URL": url})
    assert found["database"].message == f"{path} is reachable, migrated and writable"
    assert found["outbox"].message == "0 messages pending"
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM counters").fetchone() == (0,)
        connection.execute("UPDATE alembic_version SET version_num = 'ffff'")
    connection.close()
    assert "newer version" in problems(one.find(environment={"DATABASE_URL": url}))["database"]
    path.write_bytes(b"not a database" * 100)
    assert "damaged" in problems(one.find(environment={"DATABASE_URL": url}))["database"]
    nowhere = one.find(environment={"DATABASE_URL": "postgresql://u@127.0.0.1:1/none"})
    assert problems(nowhere)["database"].startswith("The database cannot be reached.")


def test_dead_letters_are_named(install: Callable[..., Installation], tmp_path: Path) -> None:
    one = install()
    url = sqlite_url(tmp_path)
    with open_database(url) as database, database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO outbox (kind, payload, lane, state, due_at, set_at, created_at) "
            "VALUES ('refresh_home', '{}', 'x', 'parked', '2026-01-01', '2026-01-01', '2026-01-01')"
        )
    assert problems(one.find(environment={"DATABASE_URL": url})) == {"outbox": "1 message cannot be delivered"}


def test_a_message_that_slack_refuses_is_a_problem_from_the_start(
    install: Callable[..., Installation], tmp_path: Path
) -> None:
    one = install()
    url = sqlite_url(tmp_path)
    with open_database(url) as database, database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO outbox (kind, payload, lane, state, due_at, set_at, created_at, refused) "
            "VALUES ('refresh_home', '{}', 'x', 'due', '2999-01-01', '2026-01-01', '2999-01-01', 'is_archived')"
        )
    message = "Slack refuses 1 message, which will be tried again (is_archived)"
    assert problems(one.find(environment={"DATABASE_URL": url})) == {"outbox": message}


def _slackguide(secret: str) -> Any:
    return verify_signature(_json(HTTPStatus.OK, CHALLENGED), secret=secret, clock=time.time)


def _json(status: HTTPStatus, document: Json) -> Any:
    def application(environ: Any, start: Any) -> list[bytes]:
        body = json.dumps(document).encode()
        start(f"{status.value} {status.phrase}", [("Content-Length", str(len(body)))])
        return [body]

    return application


@pytest.mark.parametrize(
    ("application", "message"),
    [
        (_slackguide(SECRET), None),
        (_slackguide("another"), "slackguide answers there, but refuses a request signed with SLACK_SIGNING_SECRET"),
        (_json(HTTPStatus.OK, {"up": True}), "answers with status 200, not as slackguide does"),
        (_json(HTTPStatus.UNAUTHORIZED, {}), "answers with status 401, not as slackguide does"),
    ],
)
def test_the_public_url_leads_to_slackguide(
    install: Callable[..., Installation], application: Any, message: str | None
) -> None:
    """Only the path of Slack's requests is forwarded by the proxy."""
    one = install(routes={"/slack/events": application})
    found = problems(one.find(url=f"{one.sandbox.url}slack/events"))
    assert list(found) == (["public URL"] if message else [])
    assert found.get("public URL", "").endswith(message or "")
    unreachable = one.find(url=f"http://127.0.0.1:{free_port()}/slack/events")
    assert problems(unreachable)["public URL"].endswith("refuses the connection")


@pytest.mark.parametrize(("honours", "words"), [(True, "posts a repeated"), (False, "ignores client_msg_id")])
def test_live_posts_reads_back_and_deletes(install: Callable[..., Installation], honours: bool, words: str) -> None:
    one = install(honours_client_msg_id=honours)
    found = one.find(live_channel="#ask-disputes")
    assert problems(found) == {}
    live = [name for name in found if name.startswith("live")]
    assert live == [
        "live post", "live read back", "live same client msg id", "live thread", "live update", "live delete",
    ]  # fmt: skip
    assert words in found["live same client msg id"].message
    assert one.sandbox.workspace.all_messages("ask-disputes") == ()
    posted = [call for call in one.sandbox.workspace.calls if call.method == "chat.postMessage"]
    assert len(posted) == 3


@pytest.mark.parametrize(
    ("method", "check"),
    [
        ("conversations.list", "live"),
        ("chat.postMessage", "live post"),
        ("conversations.history", "live read back"),
        ("conversations.replies", "live thread"),
        ("chat.update", "live update"),
        ("chat.delete", "live delete"),
    ],
)
def test_live_names_the_step_that_fails(install: Callable[..., Installation], method: str, check: str) -> None:
    one = install()
    one.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, method=method, code="not_allowed_token_type"))
    found = one.find(live_channel="ask-disputes", environment={"SLACKGUIDE_CHANNELS": _channels(one)})
    assert list(problems(found)) == [check]
    assert f"Slack refused {method} (not_allowed_token_type)" in found[check].message
    if method != "chat.delete":
        assert one.sandbox.workspace.all_messages("ask-disputes") == ()


def _channels(one: Installation) -> str:
    return f"ask-disputes={one.sandbox.workspace.conversation('ask-disputes').id}"


def test_slack_validates_a_card_of_each_kind(install: Callable[..., Installation]) -> None:
    one = install()
    found = one.find(validate_cards=True)
    assert problems(found) == {}
    calls = [call for call in one.sandbox.workspace.calls if call.method == "blocks.validate"]
    assert len(calls) > 60
    assert {next(iter(call.arguments)) for call in calls} == {"message", "view"}
    assert found["cards"].message == f"Slack accepts {len(calls)} of {len(calls)} kinds of cards"
    one.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.API_ERROR, method="blocks.validate", code="invalid_view", times=1)
    )
    assert len(problems(one.find(validate_cards=True))) == 1
