"""Block elements: which there are, where each may stand, and Slack's limits on them.

Limits are those of docs.slack.dev/reference/block-kit. Elements the bot has no use for are refused as unsupported.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from .problems import Checker, Json

ID_LENGTH: Final = 255

# The property of an element's state that holds what the person chose, as in `view.state.values`.
STATE_KEY: Final = {
    "plain_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "datepicker": "selected_date",
}

# The property that an element starts from, where it has one.
INITIAL_KEY: Final = {
    "plain_text_input": "initial_value",
    "url_text_input": "initial_value",
    "number_input": "initial_value",
    "static_select": "initial_option",
    "external_select": "initial_option",
    "radio_buttons": "initial_option",
    "multi_static_select": "initial_options",
    "checkboxes": "initial_options",
    "users_select": "initial_user",
    "datepicker": "initial_date",
}

TYPED: Final = frozenset({"plain_text_input", "url_text_input", "number_input"})
SINGLE_SELECTS: Final = frozenset({"static_select", "external_select", "users_select"})
MULTI_SELECTS: Final = frozenset({"multi_static_select"})
_PRESSED: Final = frozenset({"button", "overflow", "checkboxes", "radio_buttons", "datepicker"})

IN_SECTION: Final = _PRESSED | SINGLE_SELECTS | MULTI_SELECTS
IN_ACTIONS: Final = _PRESSED | SINGLE_SELECTS
IN_INPUT: Final = (_PRESSED - {"button", "overflow"}) | SINGLE_SELECTS | MULTI_SELECTS | TYPED


def check_element(check: Checker, value: Any, at: str, *, allowed: frozenset[str], place: str) -> None:
    """Check one interactive element standing in `place` (a word for the rule)."""
    element = check.mapping(value, at, "an element")
    if element is None:
        return
    kind = str(element.get("type"))
    if kind not in allowed:
        check.fail(f"{at}/type", f"unsupported type: {kind}", f"{place} does not take an element of type {kind}")
        return
    check.string(element, "action_id", at, "action_id", high=ID_LENGTH)
    if "confirm" in element:
        _confirm(check, element["confirm"], f"{at}/confirm")
    if "placeholder" in element:
        check.text(element["placeholder"], f"{at}/placeholder", "Placeholder", plain=True, high=150)
    check.flag(element, "focus_on_load", at)
    _CHECKS[kind](check, element, at)


def _confirm(check: Checker, value: Any, at: str) -> None:
    confirm = check.mapping(value, at, "a confirm dialog")
    if confirm is None:
        return
    check.keys(confirm, at, required=("title", "text", "confirm", "deny"), optional=("style",))
    for key, plain, high in (("title", True, 100), ("text", False, 300), ("confirm", True, 30), ("deny", True, 30)):
        if key in confirm:
            check.text(confirm[key], f"{at}/{key}", f"Confirm dialog {key}", plain=plain, high=high)
    check.one_of(confirm, "style", at, ("primary", "danger"))


def _button(check: Checker, element: Json, at: str) -> None:
    check.keys(
        element,
        at,
        required=("text",),
        optional=("action_id", "url", "value", "style", "confirm", "accessibility_label"),
    )
    if "text" in element:
        check.text(element["text"], f"{at}/text", "Button text", plain=True, high=75)
    check.string(element, "value", at, "Button value", low=0, high=2000)
    check.string(element, "url", at, "Button URL", high=3000)
    check.string(element, "accessibility_label", at, "Button accessibility label", high=75)
    check.one_of(element, "style", at, ("primary", "danger"))


def _option(check: Checker, value: Any, at: str, *, plain: bool, url: bool = False) -> None:
    option = check.mapping(value, at, "an option")
    if option is None:
        return
    check.keys(option, at, required=("text", "value"), optional=("description", *(("url",) if url else ())))
    if "text" in option:
        check.text(option["text"], f"{at}/text", "Option text", plain=plain, high=75)
    check.string(option, "value", at, "Option value", high=150)
    if "description" in option:
        check.text(option["description"], f"{at}/description", "Option description", plain=plain, high=75)
    check.string(option, "url", at, "Option URL", high=3000)


def _options(
    check: Checker, element: Json, at: str, *, high: int, low: int = 1, plain: bool, url: bool = False
) -> None:
    options = check.items(element.get("options"), f"{at}/options", "Options", low=low, high=high)
    for index, option in enumerate(options):
        _option(check, option, f"{at}/options/{index}", plain=plain, url=url)


def _initial(check: Checker, element: Json, at: str) -> None:
    """`initial_option(s)` must equal one of the options, to the letter."""
    known = [*_list(element.get("options"))]
    for group in _list(element.get("option_groups")):
        known.extend(_list(group.get("options")) if isinstance(group, dict) else ())
    for key in ("initial_option", "initial_options"):
        given = element.get(key)
        if given is None:
            continue
        wanted = given if isinstance(given, list) else [given]
        if key == "initial_options" and (not isinstance(given, list) or not given):
            check.fail(f"{at}/{key}", "no fewer than 1 items allowed", f"`{key}`: left out rather than empty")
        if any(option not in known for option in wanted):
            check.fail(f"{at}/{key}", f"{key} must match one of the options", f"`{key}` equals one of the options")


def _list(value: Any) -> list[Any]:
    """The value if it is a list; what else it may be has been complained of already."""
    return value if isinstance(value, list) else []


def _static_select(check: Checker, element: Json, at: str) -> None:
    several = element["type"].startswith("multi_")
    check.keys(
        element,
        at,
        required=(),
        optional=(
            "options",
            "option_groups",
            "action_id",
            "placeholder",
            "confirm",
            "focus_on_load",
            *(("initial_options", "max_selected_items") if several else ("initial_option",)),
        ),
    )
    if ("options" in element) == ("option_groups" in element):
        check.fail(at, "either options or option_groups is required", "A select has `options` or `option_groups`")
    elif "options" in element:
        _options(check, element, at, high=100, plain=True)
    else:
        groups = check.items(element["option_groups"], f"{at}/option_groups", "Option groups", high=100)
        for index, value in enumerate(groups):
            where = f"{at}/option_groups/{index}"
            group = check.mapping(value, where, "an option group")
            if group is None:
                continue
            check.keys(group, where, required=("label", "options"))
            if "label" in group:
                check.text(group["label"], f"{where}/label", "Option group label", plain=True, high=75)
            _options(check, group, where, high=100, plain=True)
    check.whole(element, "max_selected_items", at, low=1, high=100)
    _initial(check, element, at)


def _external_select(check: Checker, element: Json, at: str) -> None:
    optional = ("action_id", "placeholder", "confirm", "focus_on_load", "min_query_length", "initial_option")
    check.keys(element, at, required=(), optional=optional)
    check.whole(element, "min_query_length", at, low=0, high=1000)
    if "initial_option" in element:
        _option(check, element["initial_option"], f"{at}/initial_option", plain=True)


def _users_select(check: Checker, element: Json, at: str) -> None:
    check.keys(
        element, at, required=(), optional=("action_id", "placeholder", "confirm", "focus_on_load", "initial_user")
    )
    check.string(element, "initial_user", at, "initial_user", high=ID_LENGTH)


def _choices(check: Checker, element: Json, at: str) -> None:
    initial = INITIAL_KEY[element["type"]]
    check.keys(element, at, required=("options",), optional=("action_id", "confirm", "focus_on_load", initial))
    _options(check, element, at, high=10, plain=False)
    _initial(check, element, at)


def _overflow(check: Checker, element: Json, at: str) -> None:
    check.keys(element, at, required=("options",), optional=("action_id", "confirm"))
    _options(check, element, at, high=5, plain=False, url=True)


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _datepicker(check: Checker, element: Json, at: str) -> None:
    check.keys(
        element, at, required=(), optional=("action_id", "placeholder", "confirm", "focus_on_load", "initial_date")
    )
    if "initial_date" in element and not _DATE.fullmatch(str(element["initial_date"])):
        check.fail(f"{at}/initial_date", "must be in the format YYYY-MM-DD", "`initial_date` is written YYYY-MM-DD")


def _plain_text_input(check: Checker, element: Json, at: str) -> None:
    check.keys(
        element,
        at,
        required=(),
        optional=(
            "action_id",
            "initial_value",
            "multiline",
            "min_length",
            "max_length",
            "dispatch_action_config",
            "focus_on_load",
            "placeholder",
        ),
    )
    check.flag(element, "multiline", at)
    check.whole(element, "min_length", at, low=0, high=3000)
    check.whole(element, "max_length", at, low=1, high=3000)
    limit = element.get("max_length", 3000)
    high = limit if isinstance(limit, int) and not isinstance(limit, bool) else 3000
    check.string(element, "initial_value", at, "Initial value", low=0, high=high)


def _line_input(check: Checker, element: Json, at: str) -> None:
    optional = ["action_id", "initial_value", "dispatch_action_config", "focus_on_load", "placeholder"]
    if element["type"] == "number_input":
        optional += ["is_decimal_allowed", "min_value", "max_value"]
        if "is_decimal_allowed" not in element:
            check.fail(at, "missing required field: is_decimal_allowed", "number_input needs `is_decimal_allowed`")
        check.flag(element, "is_decimal_allowed", at)
        for key in ("min_value", "max_value", "initial_value"):
            if key in element and not _is_number(element[key]):
                check.fail(f"{at}/{key}", "must be a string with a number", f"`{key}` is a number written as a string")
    check.keys(element, at, required=(), optional=optional)


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) is not None


_CHECKS: Final[dict[str, Callable[[Checker, Json, str], None]]] = {
    "button": _button,
    "static_select": _static_select,
    "multi_static_select": _static_select,
    "external_select": _external_select,
    "users_select": _users_select,
    "checkboxes": _choices,
    "radio_buttons": _choices,
    "overflow": _overflow,
    "datepicker": _datepicker,
    "plain_text_input": _plain_text_input,
    "url_text_input": _line_input,
    "number_input": _line_input,
}
