"""`slackguide triage` and `slackguide schema`, through the command line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from slackguide.guide import Guide
from tests.knowledge.conftest import Copy, copy
from tests.support.cli_runner import Shell, shell
from tests.support.strategies import DECIDING
from tests.triage.conftest import SHIPPED

__all__ = ["copy", "shell"]


def test_the_whole_table_with_reasons_and_sources(shell: Shell) -> None:
    ran = shell("triage", DECIDING, "--knowledge", SHIPPED)
    assert ran.status == 0
    said = " ".join(ran.out.split())
    for words in ("HV Mediation Tier 1", "Hourly, VSB, Regular, 0 to 30 days",
                  "Direct Contract, 8 days or more", "Agent-Initiated Mediation Support", "mediation.yaml:",
                  "Instead: Explain that Mediation does not take a bonus"):  # fmt: skip
        assert words in said
    assert "If an agent states otherwise" in said  # a bonus, where the entry takes a payment for work for granted
    assert (
        "If an agent states otherwise" not in shell("triage", "disputes/ae-still-suspended", "--knowledge", SHIPPED).out
    )


def test_what_the_concern_says_and_what_is_taken_for_granted(shell: Shell) -> None:
    said = " ".join(shell("triage", "disputes/direct-contract", "--knowledge", SHIPPED).out.split())
    assert "Fixed by the concern: Direct Contract." in said
    assert "Assumed unless stated: Work." in said
    assert said.index("Mediation_ Direct_Contracts_CX420") < said.index("If an agent states otherwise")


def test_facts_narrow_the_table(shell: Shell) -> None:
    ran = shell("triage", DECIDING, "--fact", "contract_type=direct_contract", "--fact", "payment_kind=work", "--json",
                "--knowledge", SHIPPED)  # fmt: skip
    assert ran.status == 0
    assert ran.document["told"] == {"contract_type": "direct_contract", "payment_kind": "work"}
    assert [(row["when"], row["destination"]["id"]) for row in ran.document["rows"]] == [
        ({"days_since_last_payment": ["0..7"]}, "mediation-direct-contracts"),
        ({"days_since_last_payment": ["never"]}, "ask-disputes"),
        ({"days_since_last_payment": ["8.."], "funds_in_escrow": ["yes"]}, "ask-disputes"),
        ({"days_since_last_payment": ["8.."], "funds_in_escrow": ["no"]}, "not-eligible"),
    ]


def test_the_rows_for_programs_say_what_triage_decides(shell: Shell, guide: Guide) -> None:
    document: dict[str, Any] = shell("triage", "disputes/project-catalog", "--json", "--knowledge", SHIPPED).document
    assert document["fixes"] == {"contract_type": ["project_catalog"]}
    usual: dict[str, str | int] = {"payment_kind": "work", "days_since_last_payment": 5}
    checked = 0
    for row in document["rows"]:
        known_facts: dict[str, str | int] = {name: values[0] for name, values in row["when"].items()}
        for name in document["facts"]:
            known_facts.setdefault(name, usual.get(name) or _any(guide, name))
        if not row["expected"]:
            assert row["when"].keys() & {"contract_type", "payment_kind"}
        else:
            known_facts["contract_type"] = "project_catalog"
        target = guide.triage.decide(document["id"], known_facts).destination
        assert target is not None
        assert target.id == row["destination"]["id"]
        assert row["sources"]
        assert row["line"].startswith(str(SHIPPED))
        checked += 1
    assert checked > 10


def _any(guide: Guide, name: str) -> str:
    return guide.knowledge.facts[name].choices[0]


def test_an_entry_with_one_destination_is_one_row(shell: Shell) -> None:
    ran = shell("triage", "disputes/hourly-abuse", "--knowledge", SHIPPED)
    assert ran.status == 0
    assert "every case" in ran.out
    assert "Hourly Job Abuse" in ran.out


def test_flowchart(shell: Shell) -> None:
    ran = shell("triage", "ce/follow-up-sla", "--mermaid", "--knowledge", SHIPPED)
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("```mermaid", "flowchart TD", "```")
    assert re.search(r'^    q\d+\{"Is the case urgent or escalated\?"\}$', ran.out, re.MULTILINE)
    assert '-->|"urgent or escalated"|' in ran.out


def test_labels_cannot_break_a_flowchart(shell: Shell, tmp_path: Path) -> None:
    directory = tmp_path / "knowledge"
    shutil.copytree(SHIPPED, directory, ignore=shutil.ignore_patterns("questions"))
    path = directory / "ce.yaml"
    text = path.read_text("utf-8").replace(
        "title: Customer chases a ticket that is with CE", """title: 'A "quoted" `#1` <b> & \\ | end'"""
    )
    path.write_text(text, "utf-8")
    ran = shell("triage", "ce/follow-up-sla", "--mermaid", "--knowledge", directory)
    assert 'start(["A #quot;quoted#quot; #96;#35;1#96; #lt;b#gt; #38; #92; | end"]) --> ' in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["disputes/send-to-mediaton"],
         "unknown entry `disputes/send-to-mediaton`: did you mean `disputes/send-to-mediation`?"),
        (["x"], "unknown entry `x`"),
        ([DECIDING, "--fact", "contract_typ=hourly"], "unknown fact `contract_typ`: did you mean `contract_type`?"),
        (
            [DECIDING, "--fact", "contract_type=hurly"],
            "`hurly` is not a value of `contract_type`: did you mean `hourly`?",
        ),
        ([DECIDING, "--fact", "days_since_last_payment=-3"], "a whole number from 0 to 100,000, or `never`"),
        ([DECIDING, "--fact", "hourly"], "`hourly` is not a fact: --fact takes NAME=VALUE"),
        ([DECIDING, "--fact", "milestone=other", "--fact", "milestone=refused"], "`milestone` is given twice"),
        ([DECIDING, "--json", "--mermaid"], "use one of them"),
    ],
)  # fmt: skip
def test_wrong_use(arguments: list[str], said: str, shell: Shell) -> None:
    ran = shell("triage", *arguments, "--knowledge", SHIPPED)
    assert (ran.status, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())


def test_schema_is_one_json_document(shell: Shell) -> None:
    ran = shell("schema")
    assert ran.status == 0
    assert ran.document["$defs"]["EntrySpec"]["properties"]["concerns"]["minItems"] == 1


def test_a_flowchart_that_nobody_could_follow_is_refused_until_facts_narrow_it(copy: Copy) -> None:
    sizes = ", ".join(f"v{value}: V{value}" for value in range(6))
    facts = "\n".join(f"  f{n}: {{label: F{n}, ask: Which {n}, kind: choice, values: {{{sizes}}}}}" for n in range(3))
    places = "\n".join(f"  d{n}: {{kind: team, name: Desk {n}}}" for n in range(59))
    rules = "\n".join(
        f"    - {{when: {{f0: v{case // 36}, f1: v{case // 6 % 6}, f2: v{case % 6}}}, to: d{case % 59}}}"
        for case in range(216)
    )
    (copy.directory / "much.yaml").write_text(f"facts:\n{facts}\ndestinations:\n{places}\ntables:\n  much:\n{rules}\n")
    copy.edit("team.yaml", "    to: parcel-desk\n    source: Damaged", "    routes: much\n    source: Damaged")
    drawing = ("triage", "parcels/damaged", "--mermaid", "--knowledge", copy.directory)
    ran = copy.shell(*drawing)
    assert (ran.status, ran.out) == (2, "")
    assert "more than 100 nodes, which is too large to read: pass some facts with --fact" in " ".join(ran.err.split())
    assert copy.shell(*drawing, "--fact", "f0=v1").status == 0
