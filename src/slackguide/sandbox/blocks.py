"""Block Kit validation: what Slack would say to the blocks of a message or to a view.

Limits are those of docs.slack.dev/reference/block-kit. Blocks the bot has no use for are refused as unsupported.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from .elements import ID_LENGTH, IN_ACTIONS, IN_INPUT, IN_SECTION, check_element
from .problems import Checker, Json, Problem
from .rich_text import check_rich_text

MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
# Slack publishes no number; posts of more than about this many characters come back as msg_blocks_too_long.
MESSAGE_CHARACTERS: Final = 12_000
VIEW_BYTES: Final = 250_000

BLOCKS_TOO_LONG = "msg_blocks_too_long"


def check_message_blocks(blocks: Any) -> list[Problem]:
    """Every problem of a message's blocks, `[]` when Slack would take them."""
    check = Checker()
    _blocks(check, blocks, high=MESSAGE_BLOCKS, low=0)
    return check.problems


def too_long(blocks: list[Json]) -> bool:
    """Whether the blocks of one message hold more text together than Slack takes."""
    return sum(len(text) for text in visible_text(blocks)) > MESSAGE_CHARACTERS


def visible_text(value: Any) -> Iterator[str]:
    """Every piece of text that a reader sees in a block tree: the `text` strings of its text objects."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            elif isinstance(inner, dict | list):
                yield from visible_text(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from visible_text(inner)


def check_view(view: Any) -> list[Problem]:
    """Every problem of a modal or Home tab view, `[]` when Slack would take it."""
    check = Checker()
    found = check.mapping(view, "/view", "a view")
    if found is None:
        return check.problems
    match found.get("type"):
        case "modal":
            _modal(check, found)
        case "home":
            check.keys(
                found, "/view", required=("blocks",), optional=("private_metadata", "callback_id", "external_id")
            )
        case other:
            check.fail("/view/type", f"unsupported type: {other}", "a view is of type modal or home")
            return check.problems
    check.string(found, "private_metadata", "/view", "private_metadata", low=0, high=3000)
    check.string(found, "callback_id", "/view", "callback_id", low=0, high=ID_LENGTH)
    check.string(found, "external_id", "/view", "external_id", low=0, high=ID_LENGTH)
    _blocks(check, found.get("blocks"), high=VIEW_BLOCKS, low=0, root="/view")
    return check.problems


def view_too_large(view: Json) -> bool:
    """Whether a view is over Slack's 250 kB."""
    return len(json.dumps(view, separators=(",", ":"), ensure_ascii=False).encode()) > VIEW_BYTES


def _modal(check: Checker, view: Json) -> None:
    check.keys(
        view,
        "/view",
        required=("title", "blocks"),
        optional=(
            "submit",
            "close",
            "private_metadata",
            "callback_id",
            "clear_on_close",
            "notify_on_close",
            "external_id",
            "submit_disabled",
        ),
    )
    for key in ("title", "submit", "close"):
        if key in view:
            check.text(view[key], f"/view/{key}", f"Modal {key}", plain=True, high=24)
    for key in ("clear_on_close", "notify_on_close", "submit_disabled"):
        check.flag(view, key, "/view")
    blocks = view.get("blocks")
    if isinstance(blocks, list) and "submit" not in view:
        has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
        if has_input:
            check.fail("/view", "missing required field: submit", "A modal with an input block needs a submit label")


def _blocks(check: Checker, value: Any, *, high: int, low: int, root: str = "") -> None:
    seen: dict[str, str] = {}
    for index, item in enumerate(check.items(value, f"{root}/blocks", "Blocks", low=low, high=high)):
        at = f"{root}/blocks/{index}"
        block = check.mapping(item, at, "a block")
        if block is None:
            continue
        kind = block.get("type")
        checker = _CHECKS.get(str(kind))
        if checker is None:
            check.fail(f"{at}/type", f"unsupported type: {kind}", f"The sandbox knows no block of type {kind}")
            continue
        check.string(block, "block_id", at, "block_id", high=ID_LENGTH)
        _unique(check, block.get("block_id"), f"{at}/block_id", "block_id", seen)
        checker(check, block, at)


def _unique(check: Checker, value: Any, at: str, what: str, seen: dict[str, str]) -> None:
    if not isinstance(value, str):
        return
    if value in seen:
        check.fail(at, f"{what} `{value}` already exists at {seen[value]}", f"`{what}` is unique")
    seen.setdefault(value, at)


def _section(check: Checker, block: Json, at: str) -> None:
    check.keys(block, at, required=(), optional=("text", "fields", "accessory", "block_id", "expand"))
    if "text" not in block and "fields" not in block:
        check.fail(at, "missing required field: text", "A section needs `text` or `fields`")
    if "text" in block:
        check.text(block["text"], f"{at}/text", "Section text", high=3000)
    if "fields" in block:
        for index, field in enumerate(check.items(block["fields"], f"{at}/fields", "Section fields", high=10)):
            check.text(field, f"{at}/fields/{index}", "Section field", high=2000)
    check.flag(block, "expand", at)
    if "accessory" in block:
        check_element(check, block["accessory"], f"{at}/accessory", allowed=IN_SECTION, place="A section's accessory")


def _header(check: Checker, block: Json, at: str) -> None:
    check.keys(block, at, required=("text",), optional=("block_id",))
    if "text" in block:
        check.text(block["text"], f"{at}/text", "Header text", plain=True, high=150)


def _context(check: Checker, block: Json, at: str) -> None:
    check.keys(block, at, required=("elements",), optional=("block_id",))
    for index, element in enumerate(check.items(block.get("elements"), f"{at}/elements", "Context elements", high=10)):
        check.text(element, f"{at}/elements/{index}", "Context text", high=3000)


def _divider(check: Checker, block: Json, at: str) -> None:
    check.keys(block, at, required=(), optional=("block_id",))


def _actions(check: Checker, block: Json, at: str) -> None:
    check.keys(block, at, required=("elements",), optional=("block_id",))
    seen: dict[str, str] = {}
    for index, element in enumerate(check.items(block.get("elements"), f"{at}/elements", "Actions elements", high=25)):
        where = f"{at}/elements/{index}"
        check_element(check, element, where, allowed=IN_ACTIONS, place="An actions block")
        if isinstance(element, dict):
            _unique(check, element.get("action_id"), f"{where}/action_id", "action_id", seen)


def _input(check: Checker, block: Json, at: str) -> None:
    check.keys(
        block,
        at,
        required=("label", "element"),
        optional=("block_id", "hint", "optional", "dispatch_action"),
    )
    if "label" in block:
        check.text(block["label"], f"{at}/label", "Input label", plain=True, high=2000)
    if "hint" in block:
        check.text(block["hint"], f"{at}/hint", "Input hint", plain=True, high=2000)
    check.flag(block, "optional", at)
    check.flag(block, "dispatch_action", at)
    if "element" in block:
        check_element(check, block["element"], f"{at}/element", allowed=IN_INPUT, place="An input block")


def _rich_text(check: Checker, block: Json, at: str) -> None:
    check.keys(block, at, required=("elements",), optional=("block_id",))
    check_rich_text(check, block.get("elements"), f"{at}/elements")


_CHECKS: Final[dict[str, Callable[[Checker, Json, str], None]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "input": _input,
    "rich_text": _rich_text,
}
