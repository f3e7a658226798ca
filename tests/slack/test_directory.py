"""People are stored as they arrive; user groups are a step of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from slack_sdk import WebClient

from slackguide.delivery.sender import RateLimitedError, SlackRefusedError, SlackUnreachableError
from slackguide.sandbox import FaultKind, InjectedFault, Person, PersonRole
from slackguide.slack.access import GUEST_MESSAGE, AccessPolicy, Allowed, Denial, Denied
from slackguide.slack.api.directory_sync import GROUPS_RETRY_SECONDS, REFRESH_SECONDS, DirectorySync
from tests.support.app_harness import AppHarness
from tests.support.credentials import BOT_TOKEN


@pytest.fixture
def harness(make_harness: Callable[..., AppHarness]) -> AppHarness:
    """Return a workspace whose directory nobody refreshes but the test."""
    return make_harness(known=False)


@pytest.fixture
def directory(harness: AppHarness) -> DirectorySync:
    people, knowledge = harness.repositories.directory, harness.guide().knowledge
    client = WebClient(token=BOT_TOKEN, base_url=harness.sandbox.api_url, timeout=5, retry_handlers=[])
    app = AccessPolicy(
        directory=people, our_team=lambda: None, leads=(), lead_groups=lambda: knowledge.team_lead_groups
    )
    return DirectorySync(
        client=client,
        quick_client=client,
        directory=people,
        identities=harness.repositories.identities,
        access_policy=app,
        token=BOT_TOKEN,
        groups=lambda: knowledge.user_groups,
        walks=harness.repositories.walks,
        page_size=200,
    )


GROUPS = {
    "refused": (
        InjectedFault(kind=FaultKind.API_ERROR, method="usergroups.list", code="missing_scope"),
        REFRESH_SECONDS,
    ),
    "unknown": (
        InjectedFault(kind=FaultKind.API_ERROR, method="usergroups.list", code="unknown_method"),
        REFRESH_SECONDS,
    ),
    "refused members": (
        InjectedFault(kind=FaultKind.API_ERROR, method="usergroups.users.list", code="no_permission"),
        REFRESH_SECONDS,
    ),
    "cut off": (InjectedFault(kind=FaultKind.CONNECTION_RESET, method="usergroups.list"), GROUPS_RETRY_SECONDS),
    "failing members": (
        InjectedFault(kind=FaultKind.SERVER_ERROR, method="usergroups.users.list"),
        GROUPS_RETRY_SECONDS,
    ),
    "rate limited": (InjectedFault(kind=FaultKind.RATE_LIMITED, method="usergroups.list"), GROUPS_RETRY_SECONDS),
}


@pytest.mark.parametrize("known_before", [False, True])
@pytest.mark.parametrize("what", GROUPS)
def test_people_are_known_whatever_becomes_of_user_groups(
    harness: AppHarness, directory: DirectorySync, what: str, known_before: bool
) -> None:
    fault, rest = GROUPS[what]
    lena = harness.workspace.person("lena").id
    if known_before:
        assert directory.refresh() == REFRESH_SECONDS
        assert harness.repositories.directory.members("team-leads") == (lena,)
    nora = harness.workspace.add_person(Person(name="nora", real_name="Nora Vik", role=PersonRole.AGENT))
    harness.sandbox.inject_fault(fault)

    assert directory.refresh() == rest

    assert harness.repositories.directory.find(nora.id) is not None
    assert harness.repositories.directory.members("team-leads") == ((lena,) if known_before else ())
    harness.sandbox.faults.clear()
    assert directory.refresh() == REFRESH_SECONDS
    assert harness.repositories.directory.members("team-leads") == (lena,)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.SERVER_ERROR, SlackUnreachableError),
        (FaultKind.CONNECTION_RESET, SlackUnreachableError),
        (FaultKind.RATE_LIMITED, RateLimitedError),
    ],
)
def test_whoever_was_listed_is_known_although_the_list_was_cut_off(
    harness: AppHarness, directory: DirectorySync, kind: FaultKind, error: type[Exception]
) -> None:
    """Slack gives the first page of two. Nobody is taken for gone, and a new guest is a guest."""
    directory.refresh()
    harness.workspace.change_person("ben", role=PersonRole.GUEST)
    for number in range(250):
        harness.workspace.add_person(Person(name=f"agent{number}", real_name=f"Agent {number}", role=PersonRole.AGENT))
    listed = [person.id for person in harness.workspace.people if person.listed]
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SLOW, method="users.list", seconds=0.0, times=1))
    harness.sandbox.inject_fault(InjectedFault(kind=kind, method="users.list"))

    with pytest.raises(error):
        directory.refresh()

    people = harness.repositories.directory
    assert people.find(listed[150]) is not None
    assert people.find(listed[-1]) is None
    ben = people.find(harness.workspace.person("ben").id)
    assert ben is not None
    assert ben.guest
    assert people.members("team-leads") == (harness.workspace.person("lena").id,)


def test_a_stranger_is_looked_up_before_they_are_sent_anything(harness: AppHarness, directory: DirectorySync) -> None:
    ana, gil = harness.workspace.person("ana").id, harness.workspace.person("gil").id
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.CONNECTION_RESET, method="users.info", times=1))
    with pytest.raises(SlackUnreachableError):
        directory.authorize_recipient(ana)
    assert isinstance(directory.authorize_recipient(ana), Allowed)
    assert directory.authorize_recipient(gil) == Denied(GUEST_MESSAGE, Denial.GUEST)
    with pytest.raises(SlackRefusedError, match="user_not_found"):
        directory.authorize_recipient("UNOBODY")


def test_who_is_refused_a_look_up_is_reported_that_asking_again_does_not_help(
    harness: AppHarness, directory: DirectorySync
) -> None:
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.API_ERROR, method="users.info", code="token_revoked", times=1)
    )
    refused = directory.look_up(harness.workspace.person("ana").id)
    assert isinstance(refused, Denied)
    assert "Slack refused" in refused.message
    assert "token_revoked" in refused.message
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.CONNECTION_RESET, method="users.info", times=1))
    unreachable = directory.look_up(harness.workspace.person("ana").id)
    assert isinstance(unreachable, Denied)
    assert "did not answer" in unreachable.message
