"""Read a pasted ticket, mail or chat: its sentences, without the lines that say nothing about the concern.

Greetings, signatures, mail headers, ticket metadata, earlier mails, and times and names in a transcript are left out.
So are the turns of the support side in a transcript, and the agent's own line if it only asks for the destination.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from slackguide.matching.sentences import split_sentences
from slackguide.matching.small_talk import without_courtesies
from slackguide.matching.tokenizer import MAX_CHARACTERS

LONG_TEXT = 40
"""Minimum words of a text that is read as passages. A shorter one is a question as it stands."""

OWN_LINE = 40
"""Maximum words of a first or last paragraph that is the agent's own line."""


@dataclass(frozen=True, slots=True)
class Passages:
    """What a text says about the concern."""

    sentences: tuple[str, ...]
    is_pasted: bool
    """Whether the text is a ticket, a mail or a transcript, with or without a line of the agent who asks."""


_LABEL = (
    r"(?:from|to|cc|bcc|date|sent|received|reply-to|requester|requested by|assignee|assigned to|group|status|priority|"
    r"tags?|channel|via|brand|organi[sz]ation|created|updated|ticket(?: id| no\.?)?|case id|tkt|zd|contract id|"
    r"\w+ username|visitor|agent|source|language|e-?mail|phone)"
)
_HEADER_LINE = re.compile(rf"\s*\W{{0,3}}{_LABEL}\s*(?:[:=]|#?\s*\d)", re.IGNORECASE)
_HEADER_FIELD = re.compile(rf"(?:^|[|·/–,;\s]){_LABEL}\s*:", re.IGNORECASE)
_SUBJECT = re.compile(r"\s*(?:subject|subj|betreff|asunto)\s*:\s*(?:(?:re|fw|fwd|aw)\s*:\s*)*", re.IGNORECASE)
_TITLE = re.compile(
    r"\s*\W{0,12}(?:chat|ticket|tkt|live chat|transcript|phone(?: call)?|call|slack|internal|original|forwarded|fwd?|"
    r"begin forwarded|sent from|get outlook|draft)(?!\w)",
    re.IGNORECASE,
)
"""The beginning of a line that names the kind of text: `Chat transcript, 5 Feb`, `-------- Original --------`."""

TITLE_WORDS = 9
"""Maximum words of such a line."""

_STATED = re.compile(r"[.!?]\s|\?\s*$|(?<!\w)(?:i|he|she|they|we|is|was|has|wants?|asks?|says?)(?!\w)", re.IGNORECASE)
_REPLY = re.compile(
    r"^(?:\W{0,4}(?:on|am|le|el)\s.{4,100}(?:wrote|schrieb|écrit|escribió)\s*:?|\W*-{2,}\s*original message\s*-*\W*)$",
    re.IGNORECASE,
)
_TIME = r"\[?\(?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?\]?\)?"
_TURN = re.compile(
    rf"^\s*(?:{_TIME}\s*[-–]?\s*([^:\n]{{1,40}}?)|([A-Z][^:\n]{{0,30}}?)\s*\(?{_TIME}\)?|"
    r"((?:agent|visitor|client|customer|user|support|(?!(?:re|fw|aw|to|cc)\b)[a-z]{2})(?:\s[^:\n]{1,30}?)?))\s*:\s+(?=\S)",
    re.IGNORECASE,
)
"""The beginning of a turn of a transcript: `14:02 Ana: …`, `Ana 14:02: …`, `Agent Ana: …`."""

_TIME_PREFIX = re.compile(rf"^\s*{_TIME}\s*[-–]?\s*")
_NAMED_AGENT = re.compile(r"(?<!\w)agent\W{1,3}([^\W\d_]+)", re.IGNORECASE)
_NOTE = re.compile(r"(?<!\w)notes?(?!\w)", re.IGNORECASE)
_SUPPORT = re.compile(r"(?:agent|support|rep|csr?|bot)(?!\w)", re.IGNORECASE)
_CLOSING = re.compile(
    r"^\W*(?:(?:many|kind|best|warm|with|big|yours|un|vänliga|mit|nga|ngā) )*(?:thanks?|thank you|regards|best|cheers|"
    r"sincerely|faithfully|truly|saludos?|cordialement|pozdrawiam|grüße|gruß|hälsningar|mihi|rgds|br)(?!\w)[^.?]{0,50}$",
    re.IGNORECASE,
)
SIGNATURE_LINES = 5
SIGNATURE_WORDS = 8
"""Maximum lines below a closing, and maximum words of each."""

_ROUTING = re.compile(
    r"(?<!\w)(?:where (?:do|does|should|shall|can|would|to) ?(?:i|we|this|it|that)? ?(?:send|route|go|put|file)?"
    r"(?: this| it| that)?(?: go| to| off| one)?|"
    r"is (?:this|that|it) (?:us|ours|one of ours|for us|mine)(?: or [\w ]{1,30})?|"
    r"(?:us|ours) or [\w ]{1,30}|who (?:owns|handles|takes|gets|does) (?:this|it|that|these|those)(?: one)?|"
    r"(?:which|what) (?:queue|team|group|dept|department|desk)|not sure (?:who|where)[\w ]{0,30}|any ideas?|help)"
    r"\W*$",
    re.IGNORECASE,
)
"""A sentence of the agent that asks for the destination only. The queues it guesses are no evidence."""


def is_long(text: str) -> bool:
    """Return whether a text is read as passages."""
    return len(text) > 3 * LONG_TEXT and text.count(" ") + text.count("\n") >= LONG_TEXT


def read_passages(text: str) -> Passages:
    """Return the sentences of a long text that can speak of the concern, in order."""
    text = text[:MAX_CHARACTERS]
    lines = _without_replies(text.split("\n"))
    is_pasted = len(lines) < text.count("\n") + 1
    turns = 0
    agents = {name.lower() for name in _NAMED_AGENT.findall(text)}
    paragraphs = _paragraphs(lines)
    own = _own_paragraphs(paragraphs)
    sentences: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        said = _without_signature(paragraph, is_last=number + 1 >= len(paragraphs) - len(own))
        is_pasted |= len(said) < len(paragraph)
        for line in said:
            turn = _TURN.match(line)
            turns += turn is not None
            is_pasted |= turns > 1 or _is_metadata(line)
            if (turn and _is_support(turn, agents)) or _is_metadata(line):
                continue
            line = _SUBJECT.sub("", line[turn.end() :] if turn else _TIME_PREFIX.sub("", line))
            parts = split_sentences(without_courtesies(line))
            sentences += [part for part in parts if not (number in own and _ROUTING.search(part))]
    return Passages(tuple(sentences), is_pasted or bool(own))


def _without_replies(lines: list[str]) -> list[str]:
    """Return the lines without earlier mails: from the line that says who wrote them to the next blank line."""
    kept: list[str] = []
    in_reply = False
    for line in lines:
        in_reply = bool(line.strip()) and (in_reply or _REPLY.match(line.strip()) is not None)
        if not in_reply:
            kept.append(line)
    return kept


def _paragraphs(lines: list[str]) -> list[list[str]]:
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return paragraphs if paragraphs[-1] else paragraphs[:-1]


def _own_paragraphs(paragraphs: list[list[str]]) -> frozenset[int]:
    """Return the numbers of the first and last paragraph that are the agent's own line beside a pasted text."""
    own: set[int] = set()
    if len(paragraphs) < 2:
        return frozenset()
    for number in (0, len(paragraphs) - 1):
        lines = paragraphs[number]
        words = sum(len(line.split()) for line in lines)
        if words <= OWN_LINE and len(lines) <= 3 and _is_own(lines):
            own.add(number)
    return frozenset(own) if len(own) < len(paragraphs) else frozenset()


def _is_own(lines: list[str]) -> bool:
    if any(_is_metadata(line) or _TURN.match(line) or _CLOSING.match(line) for line in lines):
        return False
    first = lines[0].lstrip("^ ")
    return (bool(first) and first[0].islower()) or any(_ASKS.search(line) for line in lines)


_ASKS = re.compile(
    r"(?<!\w)(?:(?:do|can|may|should|shall|could|must) i|am i (?:allowed|right)|is (?:this|that) (?:us|ours)|how do i|"
    r"where (?:do|does|should) (?:i|this|it)|who owns|which (?:queue|team|group|form|boxes)|what do i)(?!\w)",
    re.IGNORECASE,
)


def _without_signature(lines: list[str], *, is_last: bool) -> list[str]:
    """Return the lines up to a closing that has only a few short lines below it."""
    for number in range(max(len(lines) - SIGNATURE_LINES - 1, 0), len(lines)):
        below = lines[number + 1 :]
        short = all(len(one.split()) <= SIGNATURE_WORDS and not one.rstrip().endswith("?") for one in below)
        if _CLOSING.match(lines[number]) and short:
            return lines[:number]
    if is_last and len(lines) <= SIGNATURE_LINES and all(len(line.split()) <= 5 for line in lines):
        return [] if not any("?" in line for line in lines) else lines
    return lines


def _is_support(turn: re.Match[str], agents: set[str]) -> bool:
    """Return whether a turn of a transcript is the support side's. The agent's notes on a ticket are not."""
    name = next(group for group in turn.groups() if group is not None).strip()
    first = name.split()[0].lower().strip("\"'(") if name else ""
    return (_SUPPORT.match(name) is not None or first in agents) and not _NOTE.search(name)


def _is_metadata(line: str) -> bool:
    if _SUBJECT.match(line):
        return False
    if len(_HEADER_FIELD.findall(line)) >= 2 or (_HEADER_LINE.match(line) and not _STATED.search(line)):
        return True
    return _TITLE.match(line) is not None and len(line.split()) <= TITLE_WORDS and not _STATED.search(line)
