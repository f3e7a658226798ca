"""`slackguide labels`: collect labels from use in versions, compare them, and decide which one is in use."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slackguide.cli.compare import print_comparison
from slackguide.cli.database import open_database
from slackguide.cli.guides import guide_of, load_base
from slackguide.cli.options import (
    DEFAULT_KNOWLEDGE,
    DayOption,
    JsonOption,
    KnowledgeOption,
    RoleOption,
    asker_of,
    today_or,
)
from slackguide.cli.output import fail, info, iso, local_time, print_json, print_table, track
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.models import EscalationState
from slackguide.evaluation.compare import compare_knowledge, comparison_json
from slackguide.evaluation.escalation_labels import label_escalations
from slackguide.evaluation.regressions import prediction_changes
from slackguide.evaluation.results import LabelledCase, Observation
from slackguide.evaluation.runner import read_cases, run_questions, without_hidden
from slackguide.evaluation.table_diff import diff_tables
from slackguide.guide import CALIBRATION_VERSION
from slackguide.knowledge import KnowledgeBase
from slackguide.labels import Label, LabelSource, select_labels

if TYPE_CHECKING:
    from slackguide.runtime.container import AdminRepositories
    from slackguide.storage.labels import LabelVersion

WITHOUT = "none"
"""The name of answering without labels, in place of the number of a version."""


def version_of(name: str) -> int:
    """Return the number of a version, 0 for `none`. Raises `typer.BadParameter` for anything else."""
    if name == WITHOUT:
        return 0
    if name.isascii() and name.isdigit() and 0 < len(name) < 10 and int(name):
        return int(name)
    raise typer.BadParameter(f"`{name}` is not a version: use its number, or {WITHOUT}.")


Version = Annotated[
    int, typer.Argument(metavar="VERSION", parser=version_of, help="The number of a version, or none: without labels.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(
        help="Learn from use: collect labels from clicks and escalations in versions, compare them, and use one.",
        no_args_is_help=True,
    )
    app.add_typer(group, name="labels")
    group.command("list")(list_)
    group.command("collect")(collect)
    group.command("compare")(compare)
    group.command("use")(use)
    group.command("undo")(undo)


def list_(
    version: Annotated[
        int | None,
        typer.Argument(metavar="VERSION", parser=version_of, help="List the labels of this version instead."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the versions, oldest first, or the labels of one.

    Reads DATABASE_URL, or the SQLite file in SLACKGUIDE_HOME. Exits 0, or 2 if there is no database or version.
    """
    with open_database() as repositories:
        if version is None:
            _print_versions(repositories.labels.versions(), json=json)
        else:
            repositories.labels.version(version)
            _print_labels(repositories.labels.labels_of(version), json=json)


def collect(knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE, json: JsonOption = False) -> None:
    """Store a new version with the labels from use. It is not in use until `slackguide labels use`.

    Labels come from entries that people opened from a list, from “Helpful”, “Not this” and “None of these”, and from
    resolved escalations: the latest few of each person. The shift of the confidence is learnt from them now, so that a
    version gives the same answers after retention has erased its texts.

    Exits 0 (also if nothing is new: then no version is stored), or 2 if there is no database or the knowledge base is
    invalid.
    """
    base = load_base(knowledge)
    with open_database() as repositories:
        collected = _collected(repositories, base)
        versions = repositories.labels.versions()
        latest = repositories.labels.labels_of(versions[-1].number) if versions else ()
        if [_content(one) for one in collected] == [_content(one) for one in latest]:
            info(f"No new labels: {len(collected)} as in the latest version." if versions else "No labels yet.")
            if json:
                print_json(None)
            return
        shift = guide_of(base).learn_shift(collected, today=today_or(None))
        number = repositories.labels.add_version(collected, method=CALIBRATION_VERSION, shift=shift)
        version = repositories.labels.version(number)
    if json:
        print_json(_version_json(version))
    else:
        counts = Counter(_source_text(one.source) for one in collected)
        info(f"Version {number}: {len(collected)} labels ({_counted(counts)}), confidence {_shift_text(shift)}.")
        info(f"Not in use. See what changes: slackguide labels compare {number}")


def compare(
    version: Version,
    before: Annotated[
        int | None,
        typer.Option(
            "--with",
            metavar="VERSION",
            parser=version_of,
            help="The version before the change, or none. Default: the one in use.",
        ),
    ] = None,
    questions: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Labelled questions; may be repeated. Default: those of the knowledge base or, if it has none, the "
            "labels of the version.",
        ),
    ] = None,
    as_role: RoleOption = "agent",
    today: DayOption = None,
    knowledge: KnowledgeOption = DEFAULT_KNOWLEDGE,
    json: JsonOption = False,
) -> None:
    """List the labelled questions whose outcome a version changes.

    Exits 0, or 2 if the input is invalid.
    """
    base = load_base(knowledge)
    asker, day = asker_of(as_role, base), today_or(today)
    with open_database() as repositories:
        used = next((one.number for one in repositories.labels.versions() if one.in_use), 0)
        shifts = [_shift(repositories, number) for number in (used if before is None else before, version)]
        own = repositories.labels.labels_of(version)
    cases = _cases(base, knowledge, questions, own)
    unshifted = guide_of(base)
    old, new = (
        run_questions(unshifted.with_shift(shift), cases, asker, today=day, clock=time.perf_counter, progress=track)
        for shift in shifts
    )
    changes = prediction_changes(old, new, without_hidden(cases, base.hidden_from(*asker.roles)))
    comparison = compare_knowledge(base, base, changes, diff_tables(base, base), questions=len(cases))
    if json:
        totals = {"before": _totals_json(old), "after": _totals_json(new)}
        print_json({**totals, **comparison_json(comparison)})
    else:
        print_comparison(comparison)
        info(f"before: {_totals_text(old)}")
        info(f"after:  {_totals_text(new)}")


def use(version: Version) -> None:
    """Answer with this version: every process takes it within 15 seconds, or when it reloads.

    Exits 0, or 2 if there is no such version, or if another release of slackguide learnt it.
    """
    with open_database() as repositories:
        if version and repositories.labels.version(version).method != CALIBRATION_VERSION:
            fail(f"version {version} was learnt by another release: collect the labels again.")
        repositories.labels.use(version or None)
    info(f"Version {version} is in use." if version else "No labels are in use.")


def undo() -> None:
    """Return to the version that was in use before the last `slackguide labels use`.

    Exits 0, or 2 if there is nothing to undo.
    """
    with open_database() as repositories:
        number = repositories.labels.undo()
    info(f"Version {number} is in use again." if number else "No labels are in use.")


def _collected(repositories: AdminRepositories, base: KnowledgeBase) -> tuple[Label, ...]:
    filter_ = EscalationFilter(states={EscalationState.RESOLVED}, oldest_first=True)
    escalated = label_escalations(
        repositories.escalations.iterate(filter_), base, repositories.escalations.by_reference
    )
    return select_labels((*repositories.labels.clicks(), *(one.label for one in escalated.questions)))


def _content(label: Label) -> tuple[object, ...]:
    return label.text, label.ids, label.rejected


def _shift(repositories: AdminRepositories, number: int) -> float:
    """Return the shift of a version. Raises `UnusableInput` if there is none of that number."""
    return repositories.labels.version(number).shift if number else 0.0


def _cases(
    base: KnowledgeBase, folder: Path, files: Sequence[Path] | None, own: Sequence[Label]
) -> tuple[LabelledCase, ...]:
    paths = files or sorted((folder / "questions").glob("*.jsonl"))
    if paths:
        return read_cases(paths, known=base.entries)
    cases = tuple(
        LabelledCase("labels", number, one.text, one.ids)
        for number, one in enumerate(own, 1)
        if one.text and one.source is not LabelSource.NOT_THIS and base.entries.keys() >= set(one.ids)
    )
    if not cases:
        fail(f"no questions: there is no file in {folder / 'questions'}; pass one with --questions FILE.")
    info("Compared on the labels of the version itself, from which it was learnt.")
    return cases


def _totals_json(observations: Sequence[Observation]) -> dict[str, int]:
    answered = [one for one in observations if one.answered]
    return {"questions": len(observations), "answered": len(answered), "wrong": sum(one.wrong for one in answered)}


def _totals_text(observations: Sequence[Observation]) -> str:
    totals = _totals_json(observations)
    return f"{totals['answered']} of {totals['questions']} answered, {totals['wrong']} of them wrong"


def _print_versions(versions: Sequence[LabelVersion], *, json: bool) -> None:
    if json:
        print_json([_version_json(one) for one in versions])
    elif versions:
        print_table(
            ("version", "collected", "labels", "confidence", ""),
            ((str(one.number), local_time(one.created_at), _size(one), *_state(one)) for one in versions),
        )
    else:
        info("No versions yet: slackguide labels collect stores one.")


def _print_labels(labels: Sequence[Label], *, json: bool) -> None:
    if json:
        print_json([_label_json(one) for one in labels])
    else:
        print_table(
            ("time", "source", "entry", "question"),
            ((local_time(one.at), _source_text(one.source), _meaning(one), one.text or "(erased)") for one in labels),
        )


def _size(version: LabelVersion) -> str:
    erased = version.labels - version.readable
    return f"{version.labels} ({erased} erased)" if erased else str(version.labels)


def _state(version: LabelVersion) -> tuple[str, str]:
    outdated = version.method != CALIBRATION_VERSION
    state = "in use" if version.in_use else ""
    return _shift_text(version.shift), "outdated: collect again" if outdated else state


def _shift_text(shift: float) -> str:
    return f"{'raised' if shift > 0 else 'lowered'} by {abs(shift):.2f}" if shift else "as without labels"


def _meaning(label: Label) -> str:
    return f"not {label.rejected}" if label.rejected else ", ".join(label.ids) or "none"


def _source_text(source: LabelSource) -> str:
    return source.replace("_", " ")


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


def _version_json(version: LabelVersion) -> dict[str, Any]:
    return {
        "version": version.number,
        "at": iso(version.created_at),
        "labels": version.labels,
        "erased": version.labels - version.readable,
        "shift": version.shift,
        "outdated": version.method != CALIBRATION_VERSION,
        "in_use": version.in_use,
    }


def _label_json(label: Label) -> dict[str, Any]:
    return {
        "at": iso(label.at),
        "source": label.source.value,
        "text": label.text,
        "ids": list(label.ids),
        "not": label.rejected,
    }
