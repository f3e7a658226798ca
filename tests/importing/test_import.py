"""`slackguide import`: what each format yields, what is reported as not understood, and that the result is valid."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from slackguide.importing.destinations_in_text import destinations_in
from slackguide.importing.entry_drafts import UnreadableImport
from slackguide.importing.files import read_file
from slackguide.importing.spreadsheets import COLUMNS, UNKNOWN_COLUMN
from slackguide.importing.yaml_writer import Target, write_knowledge
from slackguide.triage import load_verified
from tests.support.cli_runner import Shell, shell

__all__ = ["shell"]

CSV = """\
Concern,Example questions,Steps,Goes to,When,Link,Cost centre
Laptop broken,"my laptop does not start
screen is black","1. Try another charger. 2. Note the asset tag.",Hardware Desk,warranty = expired,https://help.example/laptop,12
Laptop broken,,,vendor@example.org,warranty = valid,,
Laptop broken,,,Hardware Desk,,,
Password forgotten,I forgot my password; locked out,Send the reset link,self,,,
Nothing to do,,,,,,
"""
MARKDOWN = """\
# Handbook

Read this first.

## Refunds

Customers have 14 days.

1. Look up the order in [the shop](https://shop.example/orders).
2. Send the ticket to Billing Team.
   - with the order number

## Overview

This is general.

## Outages

| Problem | What to do |
| --- | --- |
| Site is down | Escalate to #on-call |
| Slow pages | Ask for the URL |

| Day | Shift |
| --- | --- |
| Monday | Early |
"""
HTML = """\
<html><head><style>x</style><script>y()</script></head><body><nav><a href="/">Home</a></nav>
<h1>Parcels</h1>
<h2>Lost parcel</h2><ul><li>Check the tracking<ol type="a"><li>of the carrier</li></ol></li>
<li>Assign the case to the Parcel Investigations queue.</li></ul>
<h2>Which team?</h2>
<table><tr><th>Concern</th><th>Process Path</th></tr>
<tr><td>Damaged parcel</td><td><p>Ask for photographs.</p><ul><li>Transfer it to Claims</li></ul></td></tr>
<tr><td>Late parcel</td><td>Wait two days. See <a href="https://x.example/late">Late parcels</a></td></tr></table>
</body></html>
"""
TEXT = """\
Loading
{ "global": { "icon": "info" } }
IMPORTANT

Answer within a day.

Concern

Process Path

Broken screens

Assign ticket to Hardware Team

Lost badges Assign tickets to Front_Desk_01
Broken printers
    • Ask for the room
    • Ask for the model
Broken screens

    • Take a photograph of the screen

Was this article helpful?

Get Support
"""
ZENDESK = {
    "groups": [{"id": 7, "name": "Tier 2"}],
    "macros": [
        {
            "title": "Billing::Refund",
            "active": True,
            "description": "Customer wants the money back",
            "actions": [
                {"field": "group_id", "value": "7"},
                {"field": "comment_value_html", "value": "<p>Hello {{ticket.requester.first_name}},</p><p>done.</p>"},
                {"field": "status", "value": "pending"},
                {"field": "current_tags", "value": "refund money"},
                {"field": "brand_id", "value": "3"},
            ],
        },
        {"title": "Old", "active": False, "actions": []},
    ],
    "triggers": [
        {
            "title": "VIP to Tier 2",
            "active": True,
            "conditions": {"all": [{"field": "current_tags", "operator": "includes", "value": "vip"}], "any": []},
            "actions": [{"field": "group_id", "value": "7"}],
        },
        {"title": "Notify", "actions": [{"field": "notification_user", "value": ["requester_id", "x", "y"]}]},
    ],
}


def write(directory: Path, name: str, content: str | bytes) -> Path:
    path = directory / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def imported(shell: Shell, path: Path, *more: str) -> dict[str, dict[str, Any]]:
    """Return the entries that a dry run lists, by title."""
    ran = shell("import", path, "--json", *more)
    assert ran.status == 0, ran.err
    return {one["title"]: one for one in ran.document["entries"]}


def skipped(shell: Shell, path: Path) -> list[tuple[str, str]]:
    return [(one["text"], one["reason"]) for one in shell("import", path, "--json").document["skipped"]]


# -- spreadsheets -----------------------------------------------------------------------------------------------------


def check_table(entries: dict[str, dict[str, Any]]) -> None:
    assert list(entries) == ["Laptop broken", "Password forgotten"]
    laptop = entries["Laptop broken"]
    assert laptop["examples"] == ["my laptop does not start", "screen is black"]
    assert laptop["steps"] == ["Try another charger.", "Note the asset tag."]
    assert laptop["goes_to"] == [
        {"to": "Hardware Desk", "when": "warranty = expired"},
        {"to": "vendor@example.org", "when": "warranty = valid"},
        {"to": "Hardware Desk", "when": None},
    ]
    assert laptop["links"] == ["https://help.example/laptop"]
    assert entries["Password forgotten"]["examples"] == ["I forgot my password", "locked out"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(shell: Shell, tmp_path: Path, delimiter: str) -> None:
    text = (
        CSV
        if delimiter == ","
        else CSV.replace("; locked out", "\nlocked out")
        .replace("I forgot my password\nlocked out", '"I forgot my password\nlocked out"')
        .replace(",", delimiter)
    )
    path = write(tmp_path, "desk.csv", text)
    check_table(imported(shell, path))
    assert ("Cost centre", UNKNOWN_COLUMN) in skipped(shell, path)
    assert ("Nothing to do", "it has neither steps nor a destination") in skipped(shell, path)


def test_csv_of_windows(shell: Shell, tmp_path: Path) -> None:
    path = write(tmp_path, "desk.csv", "Concern;Steps\nCafé closed;Öffnen\n".encode("cp1252"))
    assert imported(shell, path)["Café closed"]["steps"] == ["Öffnen"]


def test_excel(shell: Shell, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("Concern", "Examples", "Steps", "Goes to", "When", "Link"),
        ("Laptop broken", "my laptop does not start\nscreen is black", "1. Try another charger. 2. Note the asset tag.",
         "Hardware Desk", "warranty = expired", "https://help.example/laptop"),
        ("Laptop broken", None, None, "vendor@example.org", "warranty = valid", None),
        (None, None, None, "Hardware Desk", None, None),
        ("Password forgotten", "I forgot my password\nlocked out", "Send the reset link", "self", None, None),
    ):  # fmt: skip
        sheet.append(row)
    book.save(tmp_path / "desk.xlsx")
    check_table(imported(shell, tmp_path / "desk.xlsx"))


def test_a_table_becomes_a_base_that_decides(shell: Shell, tmp_path: Path) -> None:
    path = write(tmp_path, "desk.csv", CSV)
    ran = shell("import", path, "--write", tmp_path / "new" / "desk.yaml", "--team", "IT", "--owner", "it-leads")
    assert ran.status == 0
    assert "Understood: 2 entries with 3 steps; 1 for somebody else." in ran.out
    checked = shell("check", tmp_path / "new")
    assert checked.status == 0
    assert "2 entries are not reviewed: read them" in checked.err
    shown = shell("route", "--knowledge", tmp_path / "new", "--entry", "it/password-forgotten").out
    assert "Owner: it-leads, not reviewed yet" in shown
    for fact, name, kind in (
        ("valid", "vendor@example.org", "mailbox"),
        ("expired", "Hardware Desk", "team"),
        ("other", "Hardware Desk", "team"),
    ):
        decided = shell("route", "--knowledge", tmp_path / "new", "--entry", "it/laptop-broken", "--json",
                        "--fact", f"warranty={fact}").document  # fmt: skip
        destination = decided["answer"]["destination"]
        assert (destination["name"], destination["kind"]) == (name, kind)
    asked = shell("route", "--knowledge", tmp_path / "new", "--json", "I forgot my password").document
    assert asked["matches"][0]["id"] == "it/password-forgotten"


@pytest.mark.parametrize(
    ("cell", "steps"),
    [
        ("No under 3. 3-6 with booster seat", ["No under 3. 3-6 with booster seat"]),
        ("Opens at 10. Closes at 6. Call 5", ["Opens at 10. Closes at 6. Call 5"]),
        ("12. row is broken; use 13. row", ["12. row is broken", "use 13. row"]),
        ("1. Give row 12. 13 is broken; 2. Note it 3) Call 5", ["Give row 12. 13 is broken", "Note it", "Call 5"]),
        ("1) check\n2) compare\n10. row only", ["check", "compare", "10. row only"]),
        ("Send to Tier 2 - Billing", ["Send to Tier 2 - Billing"]),
        ("- Ask - Look it up", ["Ask", "Look it up"]),
    ],
)
def test_only_numbers_that_count_from_one_split_a_cell(
    shell: Shell, tmp_path: Path, cell: str, steps: list[str]
) -> None:
    path = write(tmp_path, "desk.csv", f'concern,steps\nSeats,"{cell}"\n')
    assert imported(shell, path)["Seats"]["steps"] == steps


TITLED = """\
"Our list; last change: Sandra",,
,,
Problem,How they say it,What we do,Who
Card charged twice,"paid twice / ""debited 2x"" and/or more",Look,Accounts
"""


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_the_headings_may_be_below_a_title(shell: Shell, tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, "desk.csv", TITLED.replace(",", delimiter))
    entry = imported(shell, path)["Card charged twice"]
    assert entry["examples"] == ["paid twice", 'debited 2x" and/or more']
    assert (entry["steps"], entry["goes_to"]) == (["Look"], [{"to": "Accounts", "when": None}])
    assert entry["where"] == "desk.csv, row 4"
    assert skipped(shell, path) == [("Our list; last change: Sandra", "it is above the headings")]


def test_columns_that_are_missing_are_named(shell: Shell, tmp_path: Path) -> None:
    path = write(tmp_path, "desk.csv", "Problem,How it is mended,Who\nCharged twice,Look,Accounts\n")
    assert imported(shell, path)["Charged twice"]["todo"] == ["Write the steps: the source has none."]
    assert "there is no column “steps”" in shell("import", path).out


def test_the_documentation_lists_the_accepted_names() -> None:
    page = (Path(__file__).parents[2] / "docs/your-own-base.md").read_text("utf-8")
    for column, names in COLUMNS.items():
        assert f"| {column} | {', '.join(names)} |" in page


UNCLEAR = """\
concern,steps,goes to,when
Upgrade,Look,"if > 100 EUR Accounts, otherwise we",
Sponsor,Look,Press Office or Accounts,
Lost card,Look,counter (we do it),
Student,Look,,
Photo,Look,,
Refund,Look,Accounts,amount > 100
Refund,Look,Press,amount <= 100
Refund,Look,we handle it,otherwise
US orders,Look,US Support,
"""


def test_a_destination_that_is_unclear_becomes_a_todo(shell: Shell, tmp_path: Path) -> None:
    ran = shell("import", write(tmp_path, "d.csv", UNCLEAR), "--write", tmp_path / "new" / "d.yaml", "--team", "Box")
    assert ran.status == 0, ran.err
    assert "Upgrade: 1 step, to decide" in ran.out
    base = load_verified(tmp_path / "new")
    assert {one.name for one in base.destinations.values() if one.kind == "team"} == {"Accounts", "Press", "US Support"}
    assert [rule.target.name for rule in base.entries["box/refund"].rules] == ["Accounts", "Press"]
    assert [(fact.label, fact.kind) for fact in base.facts.values()] == [("Amount", "number")]
    todo = shell("check", "--todo", tmp_path / "new").out.splitlines()
    assert [line.partition(" ")[0] for line in todo] == [
        f"box/{name}" for name in ("upgrade", "sponsor", "lost-card", "student", "photo", "refund")
    ]
    assert "“Press Office or Accounts” depends on something" in todo[1]
    assert "names no destination" in todo[3]


UNTIDY = """\
Bike share - what to do (draft!! ask Noor),,,,
Problem,How riders say it,What we do,Who handles it,When
Will not unlock,app says unlocked but the bolt stays in,Restart the app,Ops desk,
Will not unlock,,,#field-crew,several bikes at one station
Charged too much,billed 24 hours,Check the trip log,self,refund up to $20
Charged too much,,,Billing (billing@bikes.example),refund over $20
Charged too much,,,Manager,refund over $50
Flat tyre,wheel wobbles,Lock it,field crew,
Crash,rider fell,Call 911,Safety Officer (pager),
Stolen,someone took it,Ask for the police report,ops-desk,within 24h
Stolen,,,billing,after 24h
"""


def test_conditions_on_numbers_decide_and_ways_to_write_a_destination_are_one(shell: Shell, tmp_path: Path) -> None:
    path = write(tmp_path, "bike.csv", UNTIDY)
    ran = shell("import", path, "--write", tmp_path / "new" / "d.yaml", "--team", "Bikes")
    assert ran.status == 0, ran.err
    base = load_verified(tmp_path / "new")
    named = {
        one.name: (one.kind, one.mailbox)
        for one in base.destinations.values()
        if one.kind not in ("self", "not_eligible")
    }
    assert named == {
        "Ops desk": ("team", None), "#field-crew": ("channel", None), "Billing": ("team", "billing@bikes.example"),
        "Safety Officer": ("pager", None), "Manager": ("team", None),
    }  # fmt: skip
    assert {fact.unit for fact in base.facts.values() if fact.kind == "number"} == {"dollars", "hours"}
    for entry, fact, value, name in (
        ("charged-too-much", "refund_in_dollars", "20", "You handle it"),
        ("charged-too-much", "refund_in_dollars", "21", "Billing"),
        ("stolen", "hours_in_hours", "24", "Ops desk"),
        ("stolen", "hours_in_hours", "25", "Billing"),
    ):
        decided = shell("route", "--knowledge", tmp_path / "new", "--entry", f"bikes/{entry}", "--json",
                        "--fact", f"{fact}={value}").document  # fmt: skip
        assert decided["answer"]["destination"]["name"] == name
    assert base.entries["bikes/will-not-unlock"].concerns[1] == "app says unlocked but the bolt stays in"
    assert "“refund over $50” is covered by the conditions before it: Manager is left out." in ran.out


def test_the_steps_of_a_row_with_a_condition_are_for_its_cases(shell: Shell, tmp_path: Path) -> None:
    rows = ("concern,steps,goes to,when", "Late fee,Ask why.,,", "Late fee,Send it on.,Fees,amount > 20",
            "Late fee,Waive it yourself.,you,amount <= 20", "Lost card,Block it.,Fees,members only")  # fmt: skip
    path = write(tmp_path, "fees.csv", "\n".join(rows))
    assert shell("import", path, "--write", tmp_path / "new" / "d.yaml", "--team", "Lib").status == 0
    for amount, steps in (("20", ["Ask why.", "Waive it yourself."]), ("21", ["Ask why.", "Send it on."])):
        decided = shell("route", "--knowledge", tmp_path / "new", "--entry", "lib/late-fee", "--json",
                        "--fact", f"amount_number={amount}").document  # fmt: skip
        assert decided["answer"]["path"] == steps
    lost = shell("route", "--knowledge", tmp_path / "new", "--entry", "lib/lost-card", "--json").document
    assert lost["answer"]["path"] == ["Block it."]


# -- articles ---------------------------------------------------------------------------------------------------------


def test_markdown(shell: Shell, tmp_path: Path) -> None:
    path = write(tmp_path, "handbook.md", MARKDOWN)
    entries = imported(shell, path)
    assert list(entries) == ["Site is down", "Slow pages", "Refunds"]
    refunds = entries["Refunds"]
    assert refunds["steps"] == [
        "Customers have 14 days.",
        "Look up the order in the shop.",
        "Send the ticket to Billing Team.",
        "with the order number",
    ]
    assert refunds["goes_to"] == [{"to": "Billing Team", "when": None}]
    assert refunds["links"] == ["https://shop.example/orders"]
    assert entries["Site is down"]["goes_to"] == [{"to": "#on-call", "when": None}]
    assert entries["Slow pages"]["goes_to"] == [{"to": None, "when": None}]
    assert ("Day | Shift", "a table without columns for the concern and what to do") in skipped(shell, path)
    assert ("This is general.", "it is general, not about one concern") in skipped(shell, path)


def test_a_page_with_an_introduction_questions_and_a_table_of_situations(shell: Shell, tmp_path: Path) -> None:
    page = (
        "<h1>Leave</h1><p>We want you to rest.</p><h2>Parental leave</h2><table><tr><th>Situation</th><th>Steps</th>"
        "<th>Contact</th></tr><tr><td>Adoption</td><td>Send the decision</td><td>leave@acme.example</td></tr></table>"
        "<h2>FAQ</h2><h3>Can I carry days over?</h3><p>Up to five. Enter them in <b>PeopleHub</b>.</p>"
    )
    path = write(tmp_path, "leave.html", page)
    entries = imported(shell, path)
    assert list(entries) == ["Adoption", "Can I carry days over?"]
    assert entries["Adoption"]["goes_to"] == [{"to": "leave@acme.example", "when": None}]
    assert entries["Can I carry days over?"]["steps"] == ["Up to five. Enter them in PeopleHub."]
    assert skipped(shell, path) == [("We want you to rest.", "it introduces the page")]


def test_html(shell: Shell, tmp_path: Path) -> None:
    entries = imported(shell, write(tmp_path, "parcels.html", HTML))
    assert list(entries) == ["Damaged parcel", "Late parcel", "Lost parcel"]
    assert entries["Lost parcel"]["steps"] == [
        "Check the tracking",
        "of the carrier",
        "Assign the case to the Parcel Investigations queue.",
    ]
    assert entries["Lost parcel"]["goes_to"] == [{"to": "Parcel Investigations", "when": None}]
    assert entries["Damaged parcel"]["steps"] == ["Ask for photographs.", "Transfer it to Claims"]
    assert entries["Damaged parcel"]["goes_to"] == [{"to": "Claims", "when": None}]
    assert entries["Late parcel"]["links"] == ["https://x.example/late"]


def test_a_page_saved_as_text(shell: Shell, tmp_path: Path) -> None:
    entries = imported(shell, write(tmp_path, "page.txt", TEXT))
    assert {title: (one["steps"], one["goes_to"][0]["to"]) for title, one in entries.items()} == {
        "Broken screens": (
            ["Assign ticket to Hardware Team", "Take a photograph of the screen"],
            "Hardware Team",
        ),
        "Lost badges": (["Assign tickets to Front_Desk_01"], "Front_Desk_01"),
        "Broken printers": (["Ask for the room", "Ask for the model"], None),
    }


def test_a_table_with_bars_in_a_text(shell: Shell, tmp_path: Path) -> None:
    text = "Concern | Process Path |\nLost card? |\nBlock it.\nSend it to Card Services.\n|\nNew card | See “Cards” |\n"
    entries = imported(shell, write(tmp_path, "page.txt", text))
    assert entries["Lost card?"]["steps"] == ["Block it.", "Send it to Card Services."]
    assert entries["Lost card?"]["goes_to"] == [{"to": "Card Services", "when": None}]
    assert entries["New card"]["steps"] == ["See “Cards”"]


@pytest.mark.parametrize(
    ("step", "names"),
    [
        ("Assign the ticket to Content Team.", ["Content Team"]),
        ("escalate it to #ask-billing, please", ["#ask-billing"]),
        ("Re-assign ticket to Content_Engagement_Tier_1", ["Content_Engagement_Tier_1"]),
        ("Send it to the Claims and Returns team", ["Claims and Returns"]),
        ("Transfer the call to Tier 2 - Billing", ["Tier 2 - Billing"]),
        ("Send the customer to the help page", []),
        ("Ask the customer to Send it", []),
        ("Send a letter. To Whom it may concern", []),
        ("Forward to Legal, or escalate to Finance", ["Legal", "Finance"]),
    ],
)
def test_destinations_in_steps(step: str, names: list[str]) -> None:
    assert destinations_in([step]) == names


HANDBOOK = """\
---
title: "Parcel scanner"
questions: [scanners]
---

Ask in [#scanners](https://chat.example/scanners) to borrow one.

## Setup

Charge it for an hour.

### Rules

- Lock it away at night.

## Repairs

If the screen is broken, contact the Device Support Desk.

You can also send email to devices@depot.example.

### Rules

- Do not open it.

## Lost scanners

1. Report it to the Depot Security Team, security@depot.example, within an hour.
2. Questions? Write to insurance@depot.example.

## Glossary

### Cradle

The place where it is charged.
"""


def test_a_page_of_a_handbook(shell: Shell, tmp_path: Path) -> None:
    entries = imported(shell, write(tmp_path, "scanner.md", HANDBOOK))
    assert {title: (entry["goes_to"][0]["to"], len(entry["steps"])) for title, entry in entries.items()} == {
        "Parcel scanner": ("#scanners", 1),
        "Parcel scanner: Setup": (None, 1),
        "Parcel scanner: Rules": (None, 1),
        "Repairs": ("Device Support Desk", 2),
        "Repairs: Rules": (None, 1),
        "Lost scanners": ("Depot Security Team", 2),
    }
    assert "insurance@depot.example" in entries["Lost scanners"]["todo"][0]
    assert not entries["Repairs"]["todo"]


# -- Zendesk ----------------------------------------------------------------------------------------------------------


def test_macros_and_triggers(shell: Shell, tmp_path: Path) -> None:
    path = write(tmp_path, "export.json", json.dumps(ZENDESK))
    entries = imported(shell, path)
    assert list(entries) == ["Refund", "VIP to Tier 2"]
    assert entries["Refund"]["goes_to"] == [{"to": "Tier 2", "when": None}]
    assert entries["Refund"]["steps"] == [
        "Apply the macro “Billing::Refund”.",
        "The macro sets the status to pending.",
        "The macro adds the tags refund money.",
    ]
    assert entries["VIP to Tier 2"]["goes_to"] == [{"to": "Tier 2", "when": "tags includes vip"}]
    assert skipped(shell, path) == [
        ("brand_id: 3", "this action is not understood"),
        ("Old", "the macro is switched off"),
        ("Notify", "the trigger sends the ticket to no group"),
    ]
    ran = shell("import", path, "--write", tmp_path / "new" / "zendesk.yaml")
    assert ran.status == 0
    base = load_verified(tmp_path / "new")
    assert "Hello" in next(iter(base.notes.values())).text
    ids = [rule.target.name for rule in base.entries["support/vip-to-tier-2"].rules]
    assert ids == ["Tier 2", "You handle it"]
    assert base.entries["support/vip-to-tier-2"].todo == (
        "Where does it go if none of the conditions holds? (export.json, trigger 1)",
    )


# -- into a base, and what is refused ---------------------------------------------------------------------------------


BASE = """\
team: Box office
owner: leads
reviewed: 2026-11-27
kinds: {team: {label: team}, channel: {label: Slack channel}}
destinations:
  accounts: {kind: team, name: Accounts, also: [Bookkeeping], pager: extension 210}
  ticketing: {kind: channel, name: ticketing-help, mailbox: tickets@mill.example}
  us: {kind: self, name: The box office}
entries:
  - {id: one, title: One, concerns: [one thing], path: [Look], to: us}
"""


@pytest.mark.parametrize(
    ("name", "id", "doubt"),
    [
        ("ACCOUNTS", "accounts", None),
        ("bookkeeping", "accounts", None),
        ("Extension 210", "accounts", None),
        ("#ticketing-help", "ticketing", None),
        ("Tickets@mill.example", "ticketing", None),
        ("we", "us", None),
        ("ext. 210", "ext-210", "“extension 210”"),
        ("Accounts dept", "accounts-dept", "“accounts”"),
        ("Press Office", "press-office", None),
    ],
)
def test_an_import_beside_a_base_uses_its_destinations(
    shell: Shell, tmp_path: Path, name: str, id: str, doubt: str | None
) -> None:
    base = tmp_path / "base"
    base.mkdir()
    write(base, "base.yaml", BASE)
    path = write(tmp_path, "more.csv", f"concern,steps,goes to\nCard refused,Ask,{name}\n")
    ran = shell("import", path, "--write", base / "more.yaml")
    assert ran.status == 0, ran.err
    knowledge = load_verified(base)
    entry = knowledge.entries["support/card-refused"]
    assert entry.rules[0].target.id == id
    assert ("destinations:" in (base / "more.yaml").read_text("utf-8")) == (id not in ("accounts", "ticketing", "us"))
    assert [doubt is not None and doubt in text for text in entry.todo] == ([True] if doubt else [])


def test_nothing_is_written_without_being_asked(shell: Shell, tmp_path: Path) -> None:
    path = write(tmp_path, "desk.csv", CSV)
    ran = shell("import", path)
    assert (ran.status, sorted(tmp_path.iterdir())) == (0, [path])
    assert "Nothing was written" in ran.err
    there = write(tmp_path, "there.yaml", "mine")
    refused = shell("import", path, "--write", there)
    assert refused.status == 2
    assert "exists already" in refused.err
    assert there.read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", "x", "none of the known endings"),
        ("a.json", "[", "is not JSON"),
        ("a.json", "{}", "has no `macros` and no `triggers`"),
        ("a.xlsx", "x", "is not an Excel workbook"),
    ],
)
def test_what_cannot_be_imported_is_a_message(shell: Shell, tmp_path: Path, name: str, content: str, said: str) -> None:
    ran = shell("import", write(tmp_path, name, content))
    assert ran.status == 2
    assert said in ran.err


@pytest.mark.parametrize(("name", "content"), [("a.csv", "a,b\n1,2\n"), ("a.csv", ""), ("a.md", "")])
def test_a_file_with_nothing_to_read_fails(shell: Shell, tmp_path: Path, name: str, content: str) -> None:
    ran = shell("import", write(tmp_path, name, content), "--write", tmp_path / "new.yaml")
    assert ran.status == 1
    assert "nothing was understood" in ran.err
    assert not (tmp_path / "new.yaml").exists()


def test_a_missing_file_is_a_message(shell: Shell, tmp_path: Path) -> None:
    ran = shell("import", tmp_path / "none.csv")
    assert ran.status == 2
    assert "cannot be read" in ran.err


PIECES = st.sampled_from(
    ("# A", "\n", "\n\n", "- ", "1. ", "| a | b |", "Concern", "Steps", ",", ";", '"', "<table><tr><td>", "</td>",
     "<h2>",
     "</h2>", "<li>", "<ul>", "Process Path", "Assign to Team B.", "a", "é", "x" * 700, "A: b", "{", "}", "#x", "yes",
     "Concern,Steps,Goes to,When\n", "Concern | Process Path |\n", "plan = pro", "not sure")
)  # fmt: skip


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    suffix=st.sampled_from([".csv", ".md", ".html", ".txt", ".json", ".xlsx"]),
    content=st.one_of(st.binary(max_size=80), st.lists(PIECES, max_size=25).map(lambda parts: "".join(parts).encode())),
)
def test_any_file_is_refused_or_becomes_a_valid_base(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path, f"any{suffix}", content)
    try:
        draft = read_file(path)
    except UnreadableImport:
        return
    written = write_knowledge(draft.entries, Target("Support", "leads", date(2026, 11, 27)))
    if not written.destinations:
        return
    base = tmp_path / "base"
    base.mkdir(exist_ok=True)
    write(base, "any.yaml", written.text)
    load_verified(base)
