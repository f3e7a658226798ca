"""Every surface asks the same access policy, whoever comes: table of surfaces and people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from slackguide.sandbox import Exchange, FaultKind, InjectedFault, Message, OpenView, Person, PersonRole
from slackguide.slack.access import AccessPolicy, Allowed
from slackguide.slack.button_payloads import Section
from slackguide.slack.ids import ASK_TEXT, Action, Callback
from slackguide.storage import directory as directory
from tests.slack.test_app_home import home, shown
from tests.support.app_harness import STAFF, AppHarness
from tests.support.escalations import filled, kept, posted, sent
from tests.support.forged_requests import press_value
from tests.support.questions import MEDIATION
from tests.support.rendered import labels, words

DISPUTES = "ask-disputes"
PAT = Person(name="pat", real_name="Pat Lund", role=PersonRole.AGENT)


@pytest.fixture
def pat(harness: AppHarness) -> AppHarness:
    """Return a workspace with Pat in it, an agent whom the directory knows."""
    harness.workspace.add_person(PAT, channels=(STAFF, DISPUTES, "general"))
    harness.repositories.directory.put(directory.DirectoryUser(PAT.id, harness.workspace.team.id, PAT.name))
    return harness


# -- who they turn out to be ------------------------------------------------------------------------------------------


def known(**changes: Any) -> Callable[[AppHarness], None]:
    """Change what the directory knows of them."""

    def become(harness: AppHarness) -> None:
        found = harness.repositories.directory.find(PAT.id)
        assert found is not None
        harness.repositories.directory.put(replace(found, **changes))

    return become


def looked_up(role: PersonRole) -> Callable[[AppHarness], None]:
    """Let the directory forget them: Slack tells who they are."""

    def become(harness: AppHarness) -> None:
        forgotten(harness)
        harness.workspace.change_person(PAT.name, role=role)

    return become


def nobody(harness: AppHarness) -> None:
    forgotten(harness)
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, method="users.info", code="user_not_found"))


def forgotten(harness: AppHarness) -> None:
    others = [person.id for person in harness.workspace.people if person.id != PAT.id and person.listed]
    everyone = [found for id in others if (found := harness.repositories.directory.find(id)) is not None]
    harness.repositories.directory.replace(everyone, None)


ADMITTED = {"an agent": known(), "a newcomer": looked_up(PersonRole.AGENT)}

GUEST, OUTSIDER = "you are a guest here", "your account belongs to another one"
DENIED: dict[str, tuple[Callable[[AppHarness], None], str]] = {
    "a guest": (known(guest=True), GUEST),
    "a stranger": (known(team_id="T0ELSEWHERE"), OUTSIDER),
    "a deactivated account": (known(deleted=True), "deactivated"),
    "a bot": (known(bot=True), "answers people only"),
    "a guest nobody knew": (looked_up(PersonRole.GUEST), GUEST),
    "a single-channel guest nobody knew": (looked_up(PersonRole.SINGLE_CHANNEL_GUEST), GUEST),
    "a stranger nobody knew": (looked_up(PersonRole.OUTSIDER), OUTSIDER),
    "somebody Slack does not know": (nobody, "could not look you up"),
}

# -- where they come --------------------------------------------------------------------------------------------------

Act = Callable[[], Exchange | None]


@dataclass(frozen=True)
class Surface:
    """`ready` does what comes before, as an agent, and returns the act itself; `marker` is what it shows then."""

    ready: Callable[[AppHarness], Act]
    marker: str


def command(harness: AppHarness) -> Act:
    return lambda: harness.command(MEDIATION, PAT.name, STAFF)


def direct_message(harness: AppHarness) -> Act:
    return lambda: harness.sandbox.message(PAT.name, MEDIATION)


def mention(harness: AppHarness) -> Act:
    return lambda: harness.sandbox.mention(PAT.name, STAFF, MEDIATION)


def message_shortcut(harness: AppHarness) -> Act:
    harness.sandbox.say("ben", STAFF, MEDIATION)
    ts = harness.workspace.messages(STAFF)[-1].ts
    return lambda: harness.sandbox.message_shortcut(PAT.name, ts, Callback.MESSAGE_SHORTCUT)


def ask_form(harness: AppHarness) -> Act:
    harness.command("", PAT.name, STAFF)
    return lambda: harness.submit({ASK_TEXT: MEDIATION}, PAT.name)


def answered(harness: AppHarness) -> Message:
    """Return an answer that Pat alone sees."""
    (message,) = harness.command(MEDIATION, PAT.name, STAFF).messages
    assert isinstance(message, Message)
    return message


def answer_button(harness: AppHarness) -> Act:
    message = answered(harness)
    return lambda: harness.sandbox.click(PAT.name, message, f"{Action.SET_FACT}:0")


def public_answer_button(harness: AppHarness) -> Act:
    harness.sandbox.mention(PAT.name, STAFF, MEDIATION)
    harness.settle()
    message = next(m for m in harness.workspace.all_messages(STAFF) if m.by_bot)
    return lambda: harness.sandbox.click(PAT.name, message, f"{Action.SET_FACT}:0")


def escalate_button(harness: AppHarness) -> Act:
    message = harness.opened(answered(harness), Section.MORE, PAT.name)
    return lambda: harness.sandbox.click(PAT.name, message, Action.ESCALATE)


def choose_form_button(harness: AppHarness) -> Act:
    (message,) = harness.command("escalate", PAT.name, STAFF).messages
    return lambda: harness.sandbox.click(PAT.name, message, f"{Action.CHOOSE_FORM}:0")


def escalation_form(harness: AppHarness) -> Act:
    harness.command(f"escalate {DISPUTES}", PAT.name, STAFF)
    return lambda: harness.submit(filled(), PAT.name)


def claim_button(harness: AppHarness) -> Act:
    post = posted(harness, sent(harness))
    return lambda: harness.sandbox.click(PAT.name, post, Action.CLAIM)


def claimed(harness: AppHarness) -> Message:
    """Return an escalation that Pat has claimed."""
    post = posted(harness, sent(harness))
    harness.click(post, Action.CLAIM, PAT.name)
    harness.settle()
    return harness.workspace.message(post.ts)


def small_form_button(harness: AppHarness) -> Act:
    post = claimed(harness)
    return lambda: harness.sandbox.click(PAT.name, post, Action.RESOLVE)


def small_form(harness: AppHarness) -> Act:
    harness.click(claimed(harness), Action.ASK_MORE, PAT.name)
    return lambda: harness.submit({"words": "Which hours?"}, PAT.name)


def app_home(harness: AppHarness) -> Act:
    return lambda: harness.sandbox.open_home(PAT.name)


def home_ask_button(harness: AppHarness) -> Act:
    view = home(harness, PAT.name)
    return lambda: harness.sandbox.click(PAT.name, view, labels(view)["Ask"])


def home_page_button(harness: AppHarness) -> Act:
    view = home(harness, PAT.name)

    def act() -> None:
        press_value(harness, f"{Action.HOME_PAGE}:open:on", "{}", PAT.name, where=view)

    return act


ANSWER, OPTIONS = "Send a case to Mediation", "HV Mediation Tier 1"
SURFACES = {
    "command": Surface(command, ANSWER),
    "direct message": Surface(direct_message, ANSWER),
    "mention": Surface(mention, ANSWER),
    "message shortcut": Surface(message_shortcut, ANSWER),
    "ask form": Surface(ask_form, ANSWER),
    "answer's button": Surface(answer_button, OPTIONS),
    "public answer's button": Surface(public_answer_button, OPTIONS),
    "escalate button": Surface(escalate_button, ANSWER),
    "choose form button": Surface(choose_form_button, "Contract ID"),
    "escalation form": Surface(escalation_form, "D-1001"),
    "claim button": Surface(claim_button, "*Claimed* by"),
    "small form's button": Surface(small_form_button, "How did it end?"),
    "small form": Surface(small_form, "Which hours?"),
    "App Home": Surface(app_home, "Your open escalations"),
    "App Home's Ask": Surface(home_ask_button, "What is the concern?"),
    "App Home's pages": Surface(home_page_button, "Your open escalations"),
}


def screen(harness: AppHarness) -> Iterator[tuple[str, str]]:
    """Everything that Pat can see of ours, by what it is."""
    workspace = harness.workspace
    messages = [
        *workspace.ephemerals(PAT.name), *workspace.direct_messages(PAT.name),
        *workspace.all_messages(STAFF), *workspace.all_messages(DISPUTES),
    ]  # fmt: skip
    for message in messages:
        if message.by_bot:
            yield message.ts, f"{words(message)}\n{message.text}"
    views: list[OpenView | None] = [*workspace.views.stack(PAT.id), workspace.views.home(PAT.id)]
    for view in views:
        if view is not None:
            yield f"{view.id} {view.hash}", words(view)


def outcome(harness: AppHarness, surface: Surface, become: Callable[[AppHarness], None], wanted: str) -> str:
    """Return what is new on Pat's screen after the act, once `wanted` is there and no job is pending."""
    act = surface.ready(harness)
    harness.settle()
    before = dict(screen(harness))
    become(harness)
    exchange = act()
    errors = "\n".join(exchange.errors.values()) if exchange is not None else ""

    def new() -> str:
        return "\n".join([errors, *(text for key, text in screen(harness) if before.get(key) != text)])

    harness.until(lambda: wanted in new())
    harness.settle()
    return new()


REFUSALS = tuple({phrase for _, phrase in DENIED.values()})


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("kind", ADMITTED)
def test_members_are_let_in(pat: AppHarness, surface: str, kind: str) -> None:
    shown = outcome(pat, SURFACES[surface], ADMITTED[kind], SURFACES[surface].marker)

    assert not any(phrase in shown for phrase in REFUSALS)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("kind", DENIED)
def test_everybody_else_is_rejected_with_a_message(pat: AppHarness, surface: str, kind: str) -> None:
    become, phrase = DENIED[kind]

    shown = outcome(pat, SURFACES[surface], become, phrase)

    assert SURFACES[surface].marker not in shown


@pytest.mark.parametrize("kind", DENIED)
def test_a_menu_offers_nobody_anything(pat: AppHarness, kind: str) -> None:
    """No menu of ours asks for options while somebody types."""
    DENIED[kind][0](pat)
    payload = {"type": "block_suggestion", "action_id": "x", "block_id": "x", "value": "m", "user": {"id": PAT.id}}

    reply = pat.send("interactive", payload | {"team": {"id": "T"}})

    assert (reply.status, reply.body) == (200, '{"options": []}')


# -- App Home ---------------------------------------------------------------------------------------------------------


def test_a_home_that_is_drawn_again_is_drawn_for_who_they_are_now(pat: AppHarness) -> None:
    """Somebody became a guest, and something on their Home changes."""
    escalation = sent(pat, PAT.name)
    post = posted(pat, escalation)
    assert escalation.reference in words(home(pat, PAT.name))

    known(guest=True)(pat)
    pat.click(post, Action.CLAIM, "marek")
    pat.settle()

    assert kept(pat, escalation).claimed_by is not None
    view = shown(pat, PAT.name)
    assert GUEST in words(view)
    assert escalation.reference not in words(view)
    assert labels(view) == {}


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.CONNECTION_RESET, FaultKind.RATE_LIMITED])
def test_a_home_waits_until_slack_says_who_they_are(pat: AppHarness, kind: FaultKind) -> None:
    looked_up(PersonRole.GUEST)(pat)
    pat.sandbox.inject_fault(InjectedFault(kind=kind, method="users.info", times=2))

    assert GUEST in words(home(pat, PAT.name))


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        ((), {"agent"}),
        (("leads",), {"team_lead"}),
        (("console-b",), {"agent", "console"}),
        (("leads", "console-a"), {"team_lead", "console"}),
        (("others",), {"agent"}),
    ],
)
def test_the_user_groups_of_a_role_give_it(harness: AppHarness, groups: tuple[str, ...], roles: set[str]) -> None:
    policy = AccessPolicy(
        directory=harness.repositories.directory,
        our_team=lambda: None,
        leads=(),
        lead_groups=lambda: ("leads",),
        role_groups=lambda: {"team_lead": ("leads",), "console": ("console-a", "console-b")},
    )
    person = directory.DirectoryUser(PAT.id, harness.workspace.team.id, PAT.name, groups=frozenset(groups))
    decided = policy.decide(person)
    assert isinstance(decided, Allowed)
    assert decided.asker.roles == roles
