"""Every commit and every Slack call as the place of a crash, times every class of answer: nothing lost or doubled.

The commits and calls are counted from a run of the code. A scenario is one run from a submission, click or message
until delivery rests, with a crash at one place, and one class of answer for the first call after it. In further
scenarios there is no crash, and each call gets each answer once. Nothing changes outside of the process between one
commit or call and the next, so the state after one is the state before the next: it gets every answer only there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from slackguide.guide.reloading import ReloadableGuide
from tests.simulation.plan import ANSWERS, LATE, POST, Moment, Place, Plan
from tests.simulation.scripts import SCRIPTS, Script
from tests.simulation.world import World
from tests.support.databases import Store


@pytest.fixture
def world(store: Store, small_guide: ReloadableGuide) -> Iterator[World]:
    """Return a world on each database. Its many refusals are not logged."""
    made = World(store, small_guide)
    logging.disable(logging.ERROR)
    yield made
    logging.disable(logging.NOTSET)
    made.close()


class Runs:
    """All runs of a script in a world. `count` and `faults` add up."""

    def __init__(self, world: World, script: Script) -> None:
        self.world = world
        self.script = script
        script.before(world)
        self.start = world.snapshot()
        self.count = 0
        self.faults: list[str] = []

    def run(self, plan: Plan) -> Plan:
        """Run the script with a plan, and note what is wrong in the end."""
        self.count += 1
        self.world.begin(plan, *self.start)
        try:
            self.script.act(self.world)
            faults = self.script.faults(self.world)
        except Exception as error:
            faults = [f"{type(error).__name__}: {error}"]
        self.faults += [f"{plan.crash} {plan.answer} at {plan.answer_at}: {fault}" for fault in faults]
        return plan

    def everything(self) -> Plan:
        """Run every scenario. Return the plan of the run without a fault."""
        plain = self.run(Plan())
        assert self.faults == [], "without any fault"
        for number in range(1, plain.calls + 1):
            for answer in ANSWERS:
                self.run(Plan(answer=answer, answer_at=number))
        for place in places(plain):
            for answer in ANSWERS if place.moment is Moment.BEFORE else ("ok",):
                if not self.run(Plan(crash=place, answer=answer)).answered:
                    break  # no call follows: the other answers make no difference
        return plain


def places(plain: Plan) -> list[Place]:
    """Return every place where a run can crash."""
    counts = {"commit": plain.commits, "call": plain.calls}
    return [
        Place(kind, number, moment)
        for kind, count in counts.items()
        for number in range(1, count + 1)
        for moment in Moment
    ]


@pytest.mark.parametrize("script", SCRIPTS, ids=[script.name for script in SCRIPTS])
def test_nothing_is_lost_or_doubled(world: World, script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    runs = Runs(world, script)
    started, cpu = time.monotonic(), time.process_time()
    plain = runs.everything()
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    store = "SQLite" if world.database.is_sqlite else "PostgreSQL"
    with capsys.disabled():
        print(
            f"\n{script.name} on {store}: {plain.commits} commits, {plain.calls} calls, {len(places(plain))} places, "
            f"{len(ANSWERS)} answers, {runs.count} scenarios, {len(runs.faults)} faults "
            f"({seconds:.0f} s, {cpu:.0f} s of processor time)"
        )
    assert runs.faults == []
    assert runs.count > len(places(plain))


@pytest.mark.parametrize("honours", [False, True], ids=["ignored", "honoured"])
@pytest.mark.parametrize("script", SCRIPTS, ids=[script.name for script in SCRIPTS])
def test_only_a_message_that_slack_processes_after_the_search_is_doubled(
    store: Store, small_guide: ReloadableGuide, script: Script, honours: bool
) -> None:
    """The stated window, at each message: once more for each, unless Slack honours the `client_msg_id`."""
    with closing(World(store, small_guide, honours_client_msg_id=honours)) as world:
        runs = Runs(world, script)
        plain = runs.run(Plan())
        posts = [number for number, method in enumerate(plain.seen, 1) if method == POST]
        assert posts
        assert runs.faults == []
        for number in posts:
            runs.faults.clear()
            runs.run(Plan(answer=LATE, answer_at=number))
            doubled = [fault for fault in runs.faults if "2 times" in fault]
            assert bool(doubled) is not honours
            assert [fault for fault in runs.faults if "0 times" in fault or "is parked" in fault] == [], (
                "nothing is lost"
            )
