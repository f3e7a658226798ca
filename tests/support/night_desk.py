"""A small knowledge base with a clock, second destinations, a checklist and its own resolution codes."""

from __future__ import annotations

from pathlib import Path

from slackguide.knowledge import KnowledgeBase
from slackguide.triage import load_verified

NIGHT_DESK = """\
team: Help
owner: leads
reviewed: 2026-11-21
destinations:
  desk: {kind: team, name: Front Desk}
  night: {kind: pager, name: Night Shift, pager: "1234"}
  lead: {kind: team, name: Duty Lead}
clock:
  zone: America/New_York
  hours:
    wednesday: 09:00-17:00
    thursday: [09:00-12:00, 13:00-17:00]
    friday: [00:00-06:00, 22:00-24:00]
  holidays: {2026-12-24: Christmas Eve}
facts:
  severe:
    label: Everybody is affected
    ask: Is everybody affected?
    kind: yes_no
    implied: [{when: {weekday: sunday}, value: "no", because: Nobody works on a Sunday}]
  ready:
    label: Ready to move
    ask: What holds?
    kind: checklist
    values: {backup: Backup exists, tested: Restore was tested, owner: Owner agreed}
entries:
  - id: server
    title: Server is down
    concerns: [server is down, the server does not answer, cannot reach the server]
    path: [Look at the status page.]
    routes:
      - {when: {holiday: "yes"}, to: lead}
      - {when: {support_hours: "no", severe: "yes"}, to: night}
      - {to: desk}
  - id: breach
    title: Data was stolen
    concerns: [data was stolen, somebody stole our data, customer data leaked]
    path: [Write down what is known.]
    to: lead
    also: [desk, night]
  - id: move
    title: Move a database
    concerns: [move a database, database migration, new home for the database]
    path: [Plan the date.]
    routes:
      - {when: {ready: all}, to: desk}
      - {when: {ready: [backup, tested]}, to: desk, also: lead}
      - {when: {ready: none}, not_eligible: Nothing is prepared}
      - {to: lead}
"""


def night_desk(directory: Path) -> KnowledgeBase:
    """Write the base to `directory` and load it."""
    (directory / "night.yaml").write_text(NIGHT_DESK, "utf-8")
    return load_verified(directory)
