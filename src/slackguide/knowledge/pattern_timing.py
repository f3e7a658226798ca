"""A program that tries a pattern on texts that may make it slow; `pattern_checks` runs it in a process of its own.

The texts are derived from the pattern itself: what it has to see first, then something that it repeats, many times
over, then something that it does not expect. Standard input is a JSON list of the pattern and how it is used. Each
text is written to standard output before it is tried; the last line is `sound`, or else the text that was too slow.

It is a process of its own because only there a pattern that would never end can be stopped: by a signal, or, where `re`
does not look for one, by the limit on computing time. It imports nothing but the standard library, so that it starts in
a moment.
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

Use = Literal["fullmatch", "search"]
"""How a pattern is used: on a whole text, or to find something in it."""

LENGTH = 8000
"""Characters at which patterns are timed: the most of a person's text that is read."""

HIGHEST_RATIO = 3.0
"""Most by which the time may grow from half of `LENGTH` to all of it: 2 is linear, 4 is quadratic."""

NEGLIGIBLE = 0.0005
"""Seconds of computing at `LENGTH`; what takes less is slow for nobody, and too short for its growth to be measured."""

LONGEST_RUN = 0.1
"""Seconds of computing after which a pattern is stopped; then it is slow whatever its growth."""

TIME_LIMIT = 30
"""Seconds of computing that all texts of a pattern may take; a sound pattern takes well under one."""

ROUNDS, RUNS = 3, 3
"""A pattern is slow if each of `ROUNDS` measurements says so, the fastest of `RUNS`; a busy machine alone is not."""

SOUND = "sound"
"""The last line where no text was too slow."""

_LONGEST_SAMPLE = 200
"""Characters of a piece or beginning, at most."""

_USUAL = "a0_ \n!\0"
"""Characters that every pattern is tried with: a letter, a digit, white space, and some that most do not expect."""

# The parse tree of `re`: an internal module, which has this name since Python 3.11. Reading a tree is far simpler, and
# surer to agree with `re`, than a parser of our own.
_parser: Any = importlib.import_module("re._parser")

Item = tuple[Any, Any]
"""A node of the tree: what it is (`MAX_REPEAT`) and its operands."""

_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdecimal,
    "SPACE": str.isspace,
    "WORD": lambda character: character.isalnum() or character == "_",
}


def _try_all() -> None:
    """Say each text before it is tried, and end at one that is slow."""
    resource.setrlimit(resource.RLIMIT_CPU, (TIME_LIMIT, TIME_LIMIT))
    signal.signal(signal.SIGVTALRM, _stop)
    pattern, use = json.loads(sys.stdin.read())
    run: Callable[[str], object] = getattr(re.compile(pattern), use)
    for attack in _attacks(pattern, use):
        print(attack.shown(), flush=True)
        if _is_slow(run, attack):
            return
    print(SOUND)


@dataclass(frozen=True, slots=True)
class _Attack:
    """A text of any length: a beginning, a piece that is repeated, an end."""

    start: str
    piece: str
    end: str

    def text(self, length: int) -> str:
        """The text, of that length and its end."""
        return (self.start + self.piece * (length // len(self.piece) + 1))[:length] + self.end

    def shown(self) -> str:
        """The text in words."""
        start = f"`{_visible(self.start)}` and then " if self.start else ""
        end = f" and then `{_visible(self.end)}`" if self.end else ""
        return f"{start}`{_visible(self.piece)}` many times{end}"


def _visible(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii").replace("`", "'")


def _is_slow(run: Callable[[str], object], attack: _Attack) -> bool:
    """Whether the time grows too fast from half of the length to all of it, or is too long."""
    half, whole = attack.text(LENGTH // 2), attack.text(LENGTH)
    took = _seconds(run, whole)
    if took > LONGEST_RUN:
        return True
    if took < max(NEGLIGIBLE, 2.5 * _seconds(run, half)):  # a single run may be off by a little
        return False
    return all(_fastest(run, whole) > HIGHEST_RATIO * _fastest(run, half) for _ in range(ROUNDS))


def _fastest(run: Callable[[str], object], text: str) -> float:
    return min(_seconds(run, text) for _ in range(RUNS))


def _seconds(run: Callable[[str], object], text: str) -> float:
    """Seconds of computing, so that whatever else the machine does hardly counts; infinite where it was stopped."""
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_RUN)
        try:
            began = time.process_time()
            run(text)
            return time.process_time() - began
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except (_Stopped, MemoryError):
        return float("inf")


class _Stopped(Exception):
    """The pattern ran for `LONGEST_RUN`."""


def _stop(number: int, frame: object) -> None:
    del number, frame
    raise _Stopped


def _attacks(pattern: str, use: Use) -> list[_Attack]:
    """Texts that are slow for the patterns that have such: what precedes each repeat, and many of what it repeats.

    A search begins anew at every place, so that what precedes a repeat is repeated too.
    """
    tree = _parser.parse(pattern)
    alphabet = _Alphabet(tree)
    attacks: dict[_Attack, None] = {}
    for before, body in _repeats(tree, alphabet, ("",)):
        pieces = sorted({*alphabet.characters, *_alternatives(body, alphabet)} - {""})
        attacks |= dict.fromkeys(_Attack(*parts) for parts in product(before, pieces, alphabet.ends))
        if use == "search":
            again = ("".join(parts) for parts in product(before, alphabet.characters))
            attacks |= dict.fromkeys(_Attack("", piece, end) for piece, end in product(again, alphabet.ends))
    return list(attacks)


class _Alphabet:
    """A few characters that stand for all: one for each group of characters that a pattern does not tell apart."""

    def __init__(self, tree: Any) -> None:
        sets = list({repr(item): item for item in _character_sets(tree)}.values())
        edges = {chr(number) for item in sets for number in _edges(item)}
        groups: dict[tuple[bool, ...], str] = {}
        for character in (*_USUAL, *sorted(edges)):
            groups.setdefault(tuple(_holds(item, character) for item in sets), character)
        by_use = sorted(groups, key=sum, reverse=True)
        self.characters = tuple(groups[group] for group in by_use)
        """Those that most parts of the pattern match come first."""
        self.ends = (*self.characters[:-3:-1], "")
        """What the pattern hardly expects, first: where a text matches, nothing is slow."""

    def of(self, item: Item, *, common: bool) -> str:
        """Return a character of the set: one that many other sets of the pattern hold too, or few."""
        held = [character for character in self.characters if _holds(item, character)]
        return (held[0] if common else held[-1]) if held else ""


def _parts(item: Item) -> Iterator[Any]:
    """The sequences inside an item."""
    kind, operands = item[0].name, item[1]
    if kind in _REPEATS:
        yield operands[2]
    elif kind == "SUBPATTERN":
        yield operands[3]
    elif kind == "BRANCH":
        yield from operands[1]
    elif kind == "ATOMIC_GROUP":
        yield operands
    elif kind in ("ASSERT", "ASSERT_NOT"):
        yield operands[1]
    elif kind == "GROUPREF_EXISTS":
        yield from (part for part in operands[1:] if part is not None)


def _character_sets(sequence: Any) -> Iterator[Item]:
    for item in sequence:
        if item[0].name in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            yield item
        for part in _parts(item):
            yield from _character_sets(part)


def _edges(item: Item) -> Iterator[int]:
    """Where the set begins and ends, and what lies just outside."""
    kind, operands = item[0].name, item[1]
    if kind == "IN":
        for member in operands:
            yield from _edges(member)
    elif kind in ("LITERAL", "NOT_LITERAL", "RANGE"):
        low, high = operands if kind == "RANGE" else (operands, operands)
        yield from (number for number in (low - 1, low, high, high + 1) if 0 <= number <= 0x10FFFF)


def _holds(item: Item, character: str) -> bool:
    kind, operands = item[0].name, item[1]
    match kind:
        case "LITERAL":
            return bool(ord(character) == operands)
        case "NOT_LITERAL":
            return bool(ord(character) != operands)
        case "RANGE":
            return bool(operands[0] <= ord(character) <= operands[1])
        case "CATEGORY":
            name = operands.name.removeprefix("CATEGORY_").removeprefix("UNI_")
            return _CATEGORIES[name.removeprefix("NOT_")](character) != bool(name.startswith("NOT_"))
        case "IN":
            negated = bool(operands[0][0].name == "NEGATE")
            return any(_holds(member, character) for member in operands[negated:]) != negated
        case _:  # ANY
            return character != "\n"


def _repeats(sequence: Any, alphabet: _Alphabet, before: Sequence[str]) -> Iterator[tuple[Sequence[str], Any]]:
    """Every part that can be there more than once, each with texts that match what precedes it."""
    for number, item in enumerate(sequence):
        here = tuple(
            dict.fromkeys(
                (start + _sample(sequence[:number], alphabet, least=least))[:_LONGEST_SAMPLE]
                for start, least in product(before, (True, False))
            )
        )
        if item[0].name in _REPEATS and item[1][1] > 1:
            yield here, item[1][2]
        for part in _parts(item):
            yield from _repeats(part, alphabet, here[:2])


def _alternatives(sequence: Any, alphabet: _Alphabet) -> set[str]:
    """Texts that the part of a pattern matches: the least of it, all of it, each of its alternatives."""
    least, most = (_sample(sequence, alphabet, least=least) for least in (True, False))
    found = {least, most, least + most}
    for item in sequence:
        for part in _parts(item):
            found |= _alternatives(part, alphabet)
    return found


def _sample(sequence: Any, alphabet: _Alphabet, *, least: bool) -> str:
    """A text that the part of a pattern matches: with as little as it can do with, or with something of everything.

    What only looks around, and what refers to an earlier group, is taken for empty.
    """
    text = ""
    for item in sequence:
        kind, operands = item[0].name, item[1]
        if kind in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            text += alphabet.of(item, common=least)
        elif kind in _REPEATS:
            one = _sample(operands[2], alphabet, least=least)
            text += one * min(operands[0] if least else max(operands[0], 1), _LONGEST_SAMPLE)
        elif kind in ("SUBPATTERN", "BRANCH", "ATOMIC_GROUP"):
            parts = list(_parts(item))
            text += _sample(parts[0] if least else parts[-1], alphabet, least=least)
    return text[:_LONGEST_SAMPLE]


if __name__ == "__main__":
    _try_all()
