"""The rich_text block: its four containers and the pieces within them (docs.slack.dev/reference/block-kit)."""

from typing import Any, Final

from .problems import Checker, Json

# No piece can be longer than all the text that one message may hold.
MAX_PIECE: Final = 12_000
_STYLES: Final = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
_PIECES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "text": (("text",), ("style",)),
    "link": (("url",), ("text", "style", "unsafe")),
    "emoji": (("name",), ("style", "unicode", "skin_tone")),
    "user": (("user_id",), ("style",)),
    "channel": (("channel_id",), ("style",)),
    "usergroup": (("usergroup_id",), ("style",)),
    "broadcast": (("range",), ("style",)),
    "date": (("timestamp", "format"), ("url", "fallback", "style")),
}
_CONTAINERS: Final[dict[str, tuple[str, ...]]] = {
    "rich_text_section": (),
    "rich_text_preformatted": ("border", "language"),
    "rich_text_quote": ("border",),
    "rich_text_list": ("style", "indent", "offset", "border"),
}


def check_rich_text(check: Checker, elements: Any, at: str) -> None:
    """Check the `elements` of a rich_text block."""
    for index, value in enumerate(check.items(elements, at, "Rich text elements", low=0, high=1000)):
        where = f"{at}/{index}"
        container = check.mapping(value, where, "a rich text element")
        if container is None:
            continue
        kind = str(container.get("type"))
        if kind not in _CONTAINERS:
            check.fail(f"{where}/type", f"unsupported type: {kind}", "rich_text holds sections, lists, quotes and code")
            continue
        check.keys(container, where, required=("elements",), optional=_CONTAINERS[kind])
        if kind == "rich_text_list":
            _list(check, container, where)
        else:
            _pieces(check, container.get("elements"), f"{where}/elements")


def _list(check: Checker, container: Json, at: str) -> None:
    check.one_of(container, "style", at, ("bullet", "ordered"))
    if "style" not in container:
        check.fail(at, "missing required field: style", "rich_text_list needs `style`")
    check.whole(container, "indent", at, low=0, high=8)
    items = check.items(container.get("elements"), f"{at}/elements", "List items", low=0, high=1000)
    for index, item in enumerate(items):
        where = f"{at}/elements/{index}"
        section = check.mapping(item, where, "a list item")
        if section is None:
            continue
        if section.get("type") != "rich_text_section":
            check.fail(f"{where}/type", f"unsupported type: {section.get('type')}", "A list holds rich_text_section")
            continue
        check.keys(section, where, required=("elements",))
        _pieces(check, section.get("elements"), f"{where}/elements")


def _pieces(check: Checker, pieces: Any, at: str) -> None:
    for index, value in enumerate(check.items(pieces, at, "Rich text pieces", low=0, high=1000)):
        where = f"{at}/{index}"
        piece = check.mapping(value, where, "a piece of rich text")
        if piece is None:
            continue
        kind = str(piece.get("type"))
        if kind not in _PIECES:
            check.fail(f"{where}/type", f"unsupported type: {kind}", f"rich text has no piece of type {kind}")
            continue
        required, optional = _PIECES[kind]
        check.keys(piece, where, required=required, optional=optional)
        if kind == "text" and "text" in piece:
            check.length(piece["text"], f"{where}/text", "Rich text", high=MAX_PIECE)
        if "style" in piece:
            style = check.mapping(piece["style"], f"{where}/style", "A style")
            if style is not None:
                check.keys(style, f"{where}/style", required=(), optional=_STYLES)
