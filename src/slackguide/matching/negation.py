"""Find the clauses in which an agent says what a case is not about.

"She isn't asking for a refund, she only wants a date": the words of the first clause are those of another entry. A
negation of a state ("he didn't answer", "not eligible") is a part of the concern and stays.
"""

from __future__ import annotations

import re

MIN_WORDS = 4
"""Minimum words that must remain. If fewer do, the denial is the message."""

_CUE = re.compile(r"\b(?:not|never|nobody|nothing|no|instead|rather|unlike)\b|n['\u2019]t\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_CLAUSE = re.compile(r"(?<=[,;:.!?\n])\s*|\s+-\s+|\s+(?=but\b)", re.IGNORECASE)

_BE_NOT = r"\b(?:is|was|are|were)(?:\s+not|n['\u2019]?t)"
_DO_NOT = r"\b(?:do|does|did)(?:\s+not|n['\u2019]?t)"
_IT_IS_NOT = r"\b(?:it|this|that|these|he|she)(?:(?:['\u2019]?s|\s+is|\s+was)\s+not|\s+(?:isn|wasn)['\u2019]?t)"


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_DENIAL = _any_of(
    rf"(?:{_BE_NOT}|{_DO_NOT}|\bnot|\bnever|\bno\s+longer)\s+(?:\w+\s+)?(?:asking|ask|contesting|disputing|complaining"
    r"|claiming|looking|after|about|here\s+(?:for|to))\b",
    rf"{_DO_NOT}\s+(?:want|need|wish|mean|explain)\b",
    rf"{_IT_IS_NOT}\s+(?:a|an|the|one|about|just|small|only|who|that|(?-i:[A-Z])\w*|(?:\w+\s+){{1,2}}who)\b",
    rf"{_BE_NOT}\s+(?:the|my|his|her)\s+(?:\w+\s+)?(?:issue|trouble|problem|question|point|doubt)\b",
    rf"{_BE_NOT}\s+what\s+\w+(?:['\u2019]s|\s+is)\s+after\b",
    r"\bno\s+(?:\w+\s+){1,2}(?:wanted|needed|required)\b",
    r"\bnothing\s+to\s+do\s+with\b|\bunlike\b",
    r"\b(?:nobody|no\s+one|never)\s+(?:gave|given|went|passed|handed|sent|forwarded|escalated|complained)\b",
)
"""A clause that names what is not asked, or what the case is not."""

_CONTRAST = _any_of(
    r"\b(?:just|only|simply|rather|instead|but|wants?|asks?|asking|needs?|question|already)\b",
    r"(?:\bwould|['\u2019]d)\s+like\b",
    r"\bit(?:['\u2019]?s|\s+is|\s+was)\b",
    r"\b(?:is|was|that)\s+done\b",
)
"""What the rest of a message says in place of a denied concern. Without it, the negation is the concern."""

_NEGATED = _any_of(_BE_NOT + r"\b", r"\bnot\b")
_CORRECTION = re.compile(
    r"\s*(?:but\s+|and\s+)?(?:(?:he|she|they|it)(?:\s+is|\s+was|['\u2019]?s)?\s+)?(?:just|only|simply|rather)\b",
    re.IGNORECASE,
)
"""The beginning of a clause that corrects the negated one before it: `isn't suspended, only warned`."""

_STATES = (
    *(
        "sure",
        "eligible",
        "able",
        "happy",
        "satisfied",
        "possible",
        "allowed",
        "available",
        "visible",
        "rude",
        "pleased",
    ),
    *("willing", "one", "even", "yet", "at", "to", "what", "if", "paid", "pay", "be", "been", "being"),
    *(r"respond\w*", r"answer\w*", r"work\w*", r"receiv\w*", r"show\w*", r"know\w*", r"get\w*"),
)
_EXCLUSION = re.compile(
    rf"\s*(?:and\s+|but\s+|so\s+)?not\s+(?!(?:{'|'.join(_STATES)})\b)[\w'\u2019 -]{{1,40}}[,;:.!?]?\s*$", re.IGNORECASE
)
"""A clause of a few words that excludes something: `UFL, not CE`. After one of `_STATES` it states what happened."""

_INSTEAD = re.compile(
    r"\b(?:instead\s+of|rather\s+than)\b\s+\S+(?:\s+(?!(?:he|she|they|i|we)\b)[^\s,;:.!?]+){0,8}", re.IGNORECASE
)
"""A phrase to the end of its clause, or to the next subject."""


def without_denials(text: str) -> str | None:
    """Return the text without the clauses that deny another concern, or None if it has none or little else."""
    if not _CUE.search(text):
        return None
    remaining, instead = _INSTEAD.subn(" ", text)
    clauses = [clause for clause in _CLAUSE.split(remaining) if clause]
    denials = [_denies(clause, after) for clause, after in zip(clauses, [*clauses[1:], ""], strict=True)]
    kept = " ".join(clause for clause, denied in zip(clauses, denials, strict=True) if denied is False)
    if not (instead or any(denied is not False for denied in denials)) or len(_WORD.findall(kept)) < MIN_WORDS:
        return None
    is_corrected = instead or True in denials or _CONTRAST.search(kept)
    return kept if is_corrected else None


def _denies(clause: str, after: str) -> bool | None:
    """Return whether a clause denies a concern; None if it does so only where the rest states another one."""
    if clause.rstrip().endswith("?"):
        return False
    if _EXCLUSION.match(clause) or (_NEGATED.search(clause) and _CORRECTION.match(after)):
        return True
    return None if _DENIAL.search(clause) else False
