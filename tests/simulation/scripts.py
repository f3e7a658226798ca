"""What people do in a simulation, and what must be on Slack in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from slackguide.delivery.tasks import AnswerMessage, OfferReply
from slackguide.escalation.models import EscalationState, Requester
from slackguide.escalation.state_machine import Ask, Claim
from slackguide.sandbox.workspace.team import ANA, MAREK
from slackguide.slack.ids import ESCALATION_EVENT
from slackguide.storage.bot_identity import BotIdentity
from slackguide.storage.directory import DirectoryUser
from tests.simulation.world import World
from tests.support.credentials import BOT_TOKEN
from tests.support.databases import new_escalation

QUESTION = "Which contract is it?"


@dataclass(frozen=True)
class Script:
    """Something that people do. `before` leads to the state from which runs begin, `act` is what runs are about.

    `faults` returns what is wrong with the end of a run, nothing if all is well.
    """

    name: str
    before: Callable[[World], None]
    act: Callable[[World], None]
    expected: Callable[[World], list[str]]

    def faults(self, world: World) -> list[str]:
        """Return everything that is lost or doubled."""
        return [*_outbox_faults(world), *_doubled(world), *self.expected(world)]


def known_people(world: World) -> None:
    """Slack knows the bot, and the directory everybody but the requester, who is looked up."""
    team = world.workspace.team
    identity = BotIdentity(
        team_id=team.id, enterprise_id=None, bot_id=team.app.bot_id, bot_user_id=team.app.user_id, url="http://x/"
    )
    world.identities.put(BOT_TOKEN, identity)
    world.directory.put(*(DirectoryUser(p.id, team.id, p.name) for p in world.workspace.people if p.id != ANA.id))


def submit(world: World) -> None:
    """Submit a form. Whoever does not read that it is saved submits the same form again."""
    requester = Requester(ANA.id, world.workspace.team.id)
    world.surviving(lambda: world.escalations.submit(new_escalation(requester=requester)))
    world.rest()


def claim(world: World) -> None:
    """Claim the escalation; whoever does not see that it is claimed clicks again."""
    (row,) = world.rows("escalations")

    def click() -> None:
        if world.rows("escalations")[0]["claimed_by"] is None:
            world.escalations.apply(row["id"], Claim(MAREK.id))

    world.surviving(click)
    world.rest()


def ask_requester(world: World) -> None:
    """Ask the requester; whoever does not see that the question is asked submits it again."""
    (row,) = world.rows("escalations")

    def submit_question() -> None:
        if world.rows("escalations")[0]["state"] != EscalationState.AWAITING_REQUESTER:
            world.escalations.apply(row["id"], Ask(MAREK.id, QUESTION))

    world.surviving(submit_question)
    world.rest()


def ask_in_messages(world: World) -> None:
    """Ask by direct message. Slack sends the event again unless it is acknowledged."""
    direct = world.workspace.direct_message(ANA.id)
    ts = world.clock.now
    task = AnswerMessage("Ev1", direct.id, f"{ts:.6f}", ANA.id, world.workspace.team.id, "badge problem", f"{ts:.6f}")
    _asked(world, task)


def answer_in_messages(world: World) -> None:
    """Answer the question by a direct message that shows a critical sign: it is answered, then offered to be sent."""
    direct = world.workspace.direct_message(ANA.id)
    ts = f"{world.clock.now:.6f}"
    task = AnswerMessage("Ev3", direct.id, ts, ANA.id, world.workspace.team.id, "badge problem", ts)
    (row,) = world.rows("escalations")
    world.person_says(direct.id, ANA.id, task.text, ts)

    def accept() -> None:
        escalation = world.escalations.get(row["id"])
        world.inbox.accept(task.event_id, task, OfferReply(task, answered=True), escalation=escalation)

    world.surviving(accept)
    world.rest()


def ask_in_shared_channel(world: World) -> None:
    """Mention the bot in a channel of two companies: it answers in Messages, and puts a note into the thread."""
    channel = world.workspace.conversation("partner-desk")
    ts = world.clock.now
    task = AnswerMessage("Ev2", channel.id, f"{ts:.6f}", ANA.id, world.workspace.team.id, "badge problem", f"{ts:.6f}")
    _asked(world, task)


def _asked(world: World, task: AnswerMessage) -> None:
    world.person_says(task.channel_id, ANA.id, task.text, task.thread_ts)
    world.surviving(lambda: world.inbox.accept(task.event_id, task))
    world.rest()


# -- what must be there -----------------------------------------------------------------------------------------------


def _outbox_faults(world: World) -> list[str]:
    return [
        f"job {row['kind']} is {row['state']}: {row['why']}" for row in world.rows("outbox") if row["state"] != "done"
    ]


def _doubled(world: World) -> list[str]:
    """Return the messages that are on Slack more than once, by the job or the escalation in their metadata."""
    keys = Counter((m.metadata["event_type"], str(m.metadata["event_payload"])) for m in world.messages() if m.metadata)
    return [f"{count} times {key}" for key, count in keys.items() if count != 1]


def _exactly(world: World, channel: str, *texts: str) -> list[str]:
    """Return a fault for each text that is not in exactly one message of a channel or of a person's messages."""
    messages = [m.text for m in world.messages() if m.channel == channel and m.by_bot]
    counts = {text: sum(text in message for message in messages) for text in texts}
    return [f"{count} times {text!r}" for text, count in counts.items() if count != 1]


def _posted(world: World) -> list[str]:
    channel = world.workspace.conversation("ask-disputes").id
    cards = [m for m in world.messages() if m.metadata and m.metadata["event_type"] == ESCALATION_EVENT]
    (row,) = world.rows("escalations")
    faults = [] if len(cards) == 1 else [f"{len(cards)} cards"]
    if cards and (row["card_channel"], row["card_ts"]) not in {(channel, card.ts) for card in cards}:
        faults.append("the stored card is not on Slack")
    return [*faults, *_exactly(world, world.workspace.direct_message(ANA.id).id, "is in #ask-disputes")]


def _claimed(world: World) -> list[str]:
    return _thread(world, "Claimed", "claimed D-", "claimed D-")


def _asked_for_more(world: World) -> list[str]:
    return _thread(world, "Waiting for the requester", "asks about D-", QUESTION)


def _thread(world: World, status: str, reply: str, notice: str) -> list[str]:
    """Return what is wrong with the card's status, the reply in its thread, and the requester's notice."""
    channel = world.workspace.conversation("ask-disputes").id
    (card,) = [m for m in world.messages() if m.metadata and m.metadata["event_type"] == ESCALATION_EVENT]
    faults = [] if status in card.text else ["the card is not up to date"]
    notices = _exactly(world, world.workspace.direct_message(ANA.id).id, notice)
    return [*faults, *_exactly(world, channel, reply), *notices]


def _answered(world: World) -> list[str]:
    return _exactly(world, world.workspace.direct_message(ANA.id).id, "About the badge")


def _answered_and_offered(world: World) -> list[str]:
    """Return what is missing or doubled; an answer that Slack refuses at first comes after the offer."""
    return _exactly(world, world.workspace.direct_message(ANA.id).id, "About the badge", "Send this for D-")


def _answered_directly(world: World) -> list[str]:
    shared = world.workspace.conversation("partner-desk").id
    notes = [m for m in world.messages() if m.channel == shared and m.by_bot]
    faults = [] if len(notes) == 1 and "badge" not in notes[0].text else [f"{len(notes)} notes"]
    return [*_answered(world), *faults]


def _posted_before(world: World) -> None:
    known_people(world)
    submit(world)


def _claimed_before(world: World) -> None:
    _posted_before(world)
    claim(world)


def _asked_before(world: World) -> None:
    _claimed_before(world)
    ask_requester(world)


SCRIPTS = (
    Script("a submitted form", known_people, submit, _posted),
    Script("a claim", _posted_before, claim, _claimed),
    Script("a question to the requester", _claimed_before, ask_requester, _asked_for_more),
    Script("a critical answer of the requester", _asked_before, answer_in_messages, _answered_and_offered),
    Script("a direct message", known_people, ask_in_messages, _answered),
    Script("a mention in a shared channel", known_people, ask_in_shared_channel, _answered_directly),
)
