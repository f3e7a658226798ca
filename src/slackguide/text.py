"""Clean text that users type, and normalize it for reading.

The matcher, the extraction of facts, the patterns of form fields, the validation of forms and the subcommands read
normalized text: without what Slack and other programs add around the words. What people see is the text as written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html import unescape as unescape_entities
from itertools import pairwise

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and lone surrogates. Not every database can store them, and they have no visible form."""

STRAIGHT = dict.fromkeys(map(ord, "\u2019\u2018\u02bc`\u00b4"), "'")
"""A table for `str.translate` that maps the variants of an apostrophe to the straight one."""

ONES = {
    word: number
    for number, word in enumerate(
        str.split(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        )
    )
}
"""The English number words below twenty, by word."""

TENS = {
    word: 10 * number
    for number, word in enumerate(str.split("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
}
"""The English number words for the tens from twenty to ninety, by word."""

MAX_CHARACTERS = 8_000
"""Maximum characters that are read of a text: Slack's own limit for a command. A message has at most 40,000."""

_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Characters that Unicode classifies as letters or symbols, but that are drawn as nothing (Hangul fillers, Braille)."""

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys(_BLANK_LETTERS, " "),
        **dict.fromkeys("\u2028\u2029\x85\x0b\x0c", "\n"),
        **dict.fromkeys("\u2010\u2011\u2012\u2212\ufe58\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2014\u2015", " - "),
        **dict.fromkeys("\u2019\u2018\u02bc\u00b4\u201b\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"'),
        "\t": " ",
        "\r": None,
    }
)
_INVISIBLE = frozenset({"Cf", "Cs", "Co", "Cn"})
"""Unicode categories without a visible form: format characters, lone surrogates, private use and unassigned."""

_EN_DASH = re.compile(r"(?<=\d)\s?\u2013\s?(?=\d)")
"""A dash of a range: `29–31 days`. Any other en dash separates clauses."""

_REFERENCE = re.compile(r"<([^<>|\n]{1,2000})(?:\|([^<>\n]{0,2000}))?>")
"""Slack's syntax for links, users, channels and special mentions: `<https://…|label>`, `<@U1>`, `<#C1|name>`."""

_MENTION = re.compile(r"(?<![\w/@#.])[@#][^\W\d][\w-]{0,79}")
"""A user, group or channel by its name. It names a place or a person, not the concern."""

_EMOJI_NAME = re.compile(r"(?<![\w:]):(?:[a-z][\w+'-]{0,80}|[+-]1|100)(?:::skin-tone-[2-6])?:(?!\d)", re.IGNORECASE)
"""An emoji as Slack sends it, and as its short names are written (docs: formatting text, "Using emoji")."""

_EMOTICON = re.compile(r"(?<!\w)(?:[:;]-?[DPpOo]|[xX]D+)(?!\w)|<3+(?=\W*\Z)")
"""An emoticon with a letter or a number in it. `<3 days` is none."""

_EMPHASIS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\w*])\*{1,3}(?=[^\s*])([^*]{1,2000}?)(?<=[^\s*])\*{1,3}(?![\w*])",
        r"(?<!\w)_{1,3}(?=[^\s_])([^_]{1,2000}?)(?<=[^\s_])_{1,3}(?!\w)",
        r"(?<![\w`])`{1,3}(?=[^\s`])([^`]{1,2000}?)(?<=[^\s`])`{1,3}(?![\w`])",
    )
)
"""Bold, italics and code, also over several lines. A mark inside a word (`user_name`) stays."""

_STRUCK = re.compile(r"(?<![\w~])~(?=[^\s~])[^~\n]{1,500}?(?<=[^\s~])~(?![\w~])")
"""Text that the writer struck out, and so does not say."""

_CODE_FENCE = re.compile(r"```")
_QUOTE_MARK = re.compile(r"^[ ]*(?:>|&gt;){1,3}[ ]?", re.MULTILINE)
_SPACES = re.compile(r"[ ]{2,}")

_ITEM = re.compile(r"\s*(?:[-*•‣▪·–]|\(?\d{1,2}[.)]|[A-Za-z][\w /]{0,30}:|\[?\d{1,2}:\d{2}(?::\d{2})?\]?)(?:\s|$)")
"""The beginning of a list item, of a line with a label or of a turn: `- …`, `2) …`, `Status: …`, `14:02 Ana: …`."""

_FIRST_WORD = re.compile(r"\S+")
_TORN_AFTER = frozenset(
    str.split(
        "a an the not no never without any is are was were be been being has have had do does did will would can could "
        "should may might must of to for from with by at in on and or but nor if whether that which who when because "
        "since until than as my his her their our your its this these those i he she they we it dont doesnt didnt isnt "
        "arent wasnt werent hasnt havent hadnt wont cant cannot about last past after before more less only still"
    )
)
"""Words that do not end a statement: after one of them a line break is a wrap."""

_SHORTEST_WRAP = 30
"""Minimum width in characters of text that a program wrapped. Shorter lines are list items."""

_LIST_WORDS = 3
"""Maximum words of a line that stands for itself, as an item of a list without marks."""


def clean(text: str) -> str:
    """Return the text without control characters, lone surrogates and surrounding white space."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 entry`, `2 entries`. The plural is the noun with an s, unless given."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def replace_surrogates(text: str) -> str:
    """Return the text with every lone surrogate (half of a character, or a byte that is not UTF-8) replaced by �."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def normalize(text: str) -> str:
    """Return the first `MAX_CHARACTERS` characters of a message as plain text for reading.

    Invisible characters, emphasis, code and quote marks, emoji names, names of users and channels and text struck out
    are removed. Links keep their label and target. A line break remains only between statements; see `join_wraps`.
    """
    lines = _QUOTE_MARK.sub("", normalize_characters(text[:MAX_CHARACTERS]))
    return remove_markup(join_wraps(lines))  # in this order, because markup counts for the width of a wrapped line


def normalize_characters(text: str) -> str:
    """Return the text with plain spaces, dashes and quotes, in NFKC, and without invisible characters."""
    if text.isascii():
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _EN_DASH.sub("-", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\u2013", " - ")
    text = unicodedata.normalize("NFKC", text.translate(_CHARACTERS))[: 2 * MAX_CHARACTERS]
    categories = map(unicodedata.category, text)
    return "".join(
        " " if kind == "Zs" else c for c, kind in zip(text, categories, strict=True) if kind not in _INVISIBLE
    )


def remove_markup(text: str) -> str:
    """Return the text without Slack's markup, references, emoji names and text struck out."""
    text = _EMOTICON.sub(" ", text)
    if "<" in text or "&" in text:
        text = unescape_entities(_REFERENCE.sub(_readable_reference, text))
    text = _MENTION.sub(" ", text)
    text = _EMOJI_NAME.sub(" ", text)
    text = _STRUCK.sub(" ", text)
    for mark in _EMPHASIS:
        text = mark.sub(r"\1", text)
    text = _CODE_FENCE.sub("\n", text)
    return _SPACES.sub(" ", text).strip()


def is_emoji_only(text: str) -> bool:
    """Return whether a message consists of emoji names, such as a thumb up, and of emoticons."""
    return bool(_EMOJI_NAME.search(text) or _EMOTICON.search(text)) and not normalize(text)


def join_wraps(text: str) -> str:
    """Return the text with the line breaks of wrapped text replaced by spaces.

    A break stays after punctuation, at a blank line, before a list item or a label, and between short lines. A break
    that may be either stays too; see `readings`.
    """
    if "\n" not in text:
        return text
    return "\n\n".join(_join_paragraph(paragraph.split("\n")) for paragraph in re.split(r"\n\s*\n", text))


def _join_paragraph(lines: list[str]) -> str:
    lines = [line.strip() for line in lines]
    width = max(map(len, lines))
    return _join(lines, lambda before, line: _is_wrap(before, line, width))


def _is_wrap(before: str, line: str, width: int) -> bool:
    """Return whether the break between two lines was made by wrapping at `width` or within a statement."""
    first = _FIRST_WORD.match(line)
    if not before or first is None or _ITEM.match(line):
        return False
    words = before.split()
    if re.sub(r"[^\w]", "", words[-1]).casefold() in _TORN_AFTER and not before.endswith((".", "!", "?")):
        return True
    filled = width >= _SHORTEST_WRAP and len(before) + 1 + len(first.group()) > width
    return filled and not (before[-1] in ".!?:;" and len(before) < width)


def readings(normalized: str) -> tuple[str, ...]:
    """Return the text, and also with spaces for the line breaks that may lie within a statement, if there are any."""
    lines = normalized.split("\n")
    if not any(_is_torn(before, line) for before, line in pairwise(lines)):
        return (normalized,)
    return normalized, _join(lines, _is_torn)


def _join(lines: list[str], is_within_statement: Callable[[str, str], bool]) -> str:
    """Join lines with a space where the break lies within a statement, and with a line break elsewhere."""
    joined = [lines[0]]
    for before, line in pairwise(lines):
        joined.append(f"{' ' if is_within_statement(before, line) else chr(10)}{line}")
    return "".join(joined)


def _is_torn(before: str, line: str) -> bool:
    """Return whether a statement may go on on the next line: no punctuation, no list item, no capital."""
    if (
        not before
        or not line
        or before[-1] in ".!?:;,"
        or _ITEM.match(line)
        or not (line[0].islower() or line[0].isdigit())
    ):
        return False
    return max(len(before.split()), len(line.split())) > _LIST_WORDS


def _readable_reference(match: re.Match[str]) -> str:
    target, label = match.group(1), match.group(2)
    if target[0] in "@#!":
        return " "
    target = target.removeprefix("mailto:").removeprefix("tel:")
    return target if not label or label in target else f"{label} {target}"
