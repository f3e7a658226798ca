"""Read macros and triggers as Zendesk's API and exports write them, in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bs4 import BeautifulSoup

from slackguide.importing.entry_drafts import Draft, DraftEntry, DraftRoute, Skipped, UnreadableImport, clean

_COMMENTS = ("comment_value", "comment_value_html", "side_conversation")
_SILENT = (
    "notification_user",
    "notification_group",
    "notification_target",
    "notification_webhook",
    "comment_mode_is_public",
)
_OPERATORS = {
    "is": "is", "is_not": "is not", "includes": "includes", "not_includes": "does not include", "value": "is",
    "less_than": "is less than", "greater_than": "is more than", "changed": "changed", "value_previous": "was",
}  # fmt: skip


def read_zendesk(raw: bytes, name: str) -> Draft:
    """Read the macros and triggers of a JSON document. `groups` in it give the names of groups."""
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableImport(f"{name} is not JSON.") from error
    macros, triggers = _listed(document, "macros", "macro"), _listed(document, "triggers", "trigger")
    if not macros and not triggers:
        raise UnreadableImport(f"{name} has no `macros` and no `triggers`.")
    groups = {str(group.get("id")): clean(group.get("name")) for group in _listed(document, "groups", "group")}
    draft = Draft()
    for kind, items in (("macro", macros), ("trigger", triggers)):
        for number, item in enumerate(items, 1):
            title = clean(item.get("title"))
            where = f"{name}, {kind} {number}"
            if item.get("active") is False:
                draft.skipped.append(Skipped(where, title, f"the {kind} is switched off"))
            elif not title:
                draft.skipped.append(Skipped(where, "", f"the {kind} has no title"))
            elif kind == "macro":
                _add_macro(item, title, where, groups, draft)
            else:
                _add_trigger(item, title, where, groups, draft)
    return draft


def _listed(document: Any, plural: str, single: str) -> list[dict[str, Any]]:
    if not isinstance(document, dict):
        return []
    items = document.get(plural, [document[single]] if single in document else [])
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _actions(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    actions = item.get("actions")
    for action in actions if isinstance(actions, list) else []:
        if isinstance(action, dict):
            value = action.get("value")
            parts = [str(part) for part in (value if isinstance(value, list) else [value]) if part is not None]
            text = parts[-1] if str(action.get("field")) in _COMMENTS and parts else " ".join(parts)
            yield str(action.get("field")), text


def _group(value: str, groups: Mapping[str, str]) -> str:
    return groups.get(value) or (f"Group {value}" if value.isdigit() else value)


def _add_macro(item: Mapping[str, Any], title: str, where: str, groups: Mapping[str, str], draft: Draft) -> None:
    entry = DraftEntry(clean(title.split("::")[-1]), where, steps=[f"Apply the macro “{title}”."])
    if description := clean(item.get("description")):
        entry.examples.append(description[:300])
    for field, value in _actions(item):
        if field in ("group_id", "assignee_group"):
            entry.routes = [DraftRoute(_group(value, groups))]
        elif field in _COMMENTS:
            entry.note = BeautifulSoup(value, "html.parser").get_text("\n").strip()[:2500]
        elif (step := _step(field, value)) is not None:
            entry.steps.append(step)
        elif field not in _SILENT:
            draft.skipped.append(Skipped(where, f"{field}: {value}"[:200], "this action is not understood"))
    draft.entries.append(entry)


def _step(field: str, value: str) -> str | None:
    match field:
        case "status":
            return f"The macro sets the status to {value}."
        case "priority" | "type":
            return f"The macro sets the {field} to {value}."
        case "current_tags" | "set_tags":
            return f"The macro adds the tags {value}."
        case "remove_tags":
            return f"The macro removes the tags {value}."
        case "assignee_id":
            return "The macro assigns the ticket to a person."
        case _ if field.startswith("custom_fields_"):
            return f"The macro sets the field {field.removeprefix('custom_fields_')} to {value}."
        case _:
            return None


def _add_trigger(item: Mapping[str, Any], title: str, where: str, groups: Mapping[str, str], draft: Draft) -> None:
    group = next(
        (_group(value, groups) for field, value in _actions(item) if field in ("group_id", "assignee_group")), None
    )
    if group is None:
        draft.skipped.append(Skipped(where, title, "the trigger sends the ticket to no group"))
        return
    conditions = item.get("conditions")
    conditions = conditions if isinstance(conditions, dict) else {}
    when = [
        " and ".join(_conditions(conditions.get("all"), groups)),
        " or ".join(_conditions(conditions.get("any"), groups)),
    ]
    text = " and ".join(part for part in when if part)
    entry = DraftEntry(clean(title.split("::")[-1]), where, steps=[f"The trigger “{title}” assigns the ticket."])
    entry.routes = [DraftRoute(group, text)]
    draft.entries.append(entry)


def _conditions(conditions: Any, groups: Mapping[str, str]) -> Iterator[str]:
    for one in conditions if isinstance(conditions, list) else []:
        if isinstance(one, dict):
            field, value = str(one.get("field", "")), str(one.get("value", ""))
            value = _group(value, groups) if field == "group_id" else value
            operator = _OPERATORS.get(str(one.get("operator")), str(one.get("operator", "")).replace("_", " "))
            name = field.removeprefix("custom_fields_").replace("current_", "").replace("_", " ")
            yield clean(f"{name} {operator} {value}")
