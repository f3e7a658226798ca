"""A program that times a pattern on adversarial texts. `pattern_checks` runs it in a separate process.

The texts are derived from the pattern: a prefix that it requires, many repetitions of a part that it repeats, and a
suffix that it does not match. Standard input is a JSON list of the pattern and its use. Each text is described on
standard output before it is tried. The last line is `sound`, or the description of the text that was too slow.

A separate process is necessary to stop a pattern that does not terminate: by a signal, or by the CPU time limit where
`re` does not check for signals. The program imports only the standard library, so that it starts fast.
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
"""The method of `re.Pattern` by which a pattern is used."""

TEXT_LENGTH = 8000
"""Characters of the texts. No longer text of a user is matched."""

SLOW_SECONDS = 0.01
"""CPU seconds at `TEXT_LENGTH` above which a pattern is slow. Linear patterns take about 0.001, quadratic ones 0.03."""

RUN_LIMIT = 0.1
"""CPU seconds after which a run is stopped."""

TOTAL_LIMIT = 30
"""CPU seconds for all texts of a pattern. A fast pattern takes well under one."""

RUNS = 5
"""A pattern is slow if all runs are. A single one can be, on a busy machine."""

FAST = "sound"
"""The last line of the output if no text was too slow."""

_MAX_SAMPLE = 200
"""Maximum characters of a prefix or a repeated piece."""

_USUAL = "a0_ \n!\0"
"""Characters used with every pattern: a letter, a digit, white space, and some that most patterns do not match."""

# The parser of `re` is an internal module with this name since Python 3.11. It is simpler than a parser of our own, and
# consistent with `re`.
_parser: Any = importlib.import_module("re._parser")

Item = tuple[Any, Any]
"""A node of the parse tree: its opcode (`MAX_REPEAT`) and its operands."""

_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdecimal,
    "SPACE": str.isspace,
    "WORD": lambda character: character.isalnum() or character == "_",
}


def _try_all() -> None:
    """Describe and try each text, and stop at the first slow one."""
    resource.setrlimit(resource.RLIMIT_CPU, (TOTAL_LIMIT, TOTAL_LIMIT))
    signal.signal(signal.SIGVTALRM, _stop)
    pattern, use = json.loads(sys.stdin.read())
    run: Callable[[str], object] = getattr(re.compile(pattern), use)
    for attack in _attacks(pattern, use):
        print(attack.describe(), flush=True)
        if _is_slow(run, attack):
            return
    print(FAST)


@dataclass(frozen=True, slots=True)
class _Attack:
    """An adversarial text: a prefix, a repeated piece and a suffix."""

    start: str
    piece: str
    end: str

    def text(self, length: int) -> str:
        """Return the text: `length` characters and the suffix."""
        return (self.start + self.piece * (length // len(self.piece) + 1))[:length] + self.end

    def describe(self) -> str:
        """Return a description of the text."""
        start = f"`{_visible(self.start)}` and then " if self.start else ""
        end = f" and then `{_visible(self.end)}`" if self.end else ""
        return f"{start}`{_visible(self.piece)}` many times{end}"


def _visible(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii").replace("`", "'")


def _is_slow(run: Callable[[str], object], attack: _Attack) -> bool:
    """Return whether every run takes too long. It is the first fast one that ends this."""
    text = attack.text(TEXT_LENGTH)
    return all(_seconds(run, text) > SLOW_SECONDS for _ in range(RUNS))


def _seconds(run: Callable[[str], object], text: str) -> float:
    """Return the CPU time of a run in seconds, or infinity if it was stopped."""
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, RUN_LIMIT)
        try:
            started = time.process_time()
            run(text)
            return time.process_time() - started
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except (_Stopped, MemoryError):
        return float("inf")


class _Stopped(Exception):
    """The pattern reached `RUN_LIMIT`."""


def _stop(number: int, frame: object) -> None:
    del number, frame
    raise _Stopped


def _attacks(pattern: str, use: Use) -> list[_Attack]:
    """Return adversarial texts: for each repeat, a match of the preceding part, then many matches of its body.

    For a search, which restarts at every position, the preceding part is repeated too.
    """
    tree = _parser.parse(pattern)
    alphabet = _Alphabet(tree)
    attacks: dict[_Attack, None] = {}
    for before, body in _repeats(tree, alphabet, ("",)):
        pieces = sorted({*alphabet.characters, *_alternatives(body, alphabet)} - {""})
        attacks |= dict.fromkeys(_Attack(*parts) for parts in product(before, pieces, alphabet.ends))
        if use == "search":
            repeated = ("".join(parts) for parts in product(before, alphabet.characters))
            attacks |= dict.fromkeys(_Attack("", piece, end) for piece, end in product(repeated, alphabet.ends))
    return list(attacks)


class _Alphabet:
    """Representative characters: one for each group that the pattern does not distinguish."""

    def __init__(self, tree: Any) -> None:
        sets = list({repr(item): item for item in _character_sets(tree)}.values())
        edges = {chr(number) for item in sets for number in _edges(item)}
        groups: dict[tuple[bool, ...], str] = {}
        for character in (*_USUAL, *sorted(edges)):
            groups.setdefault(tuple(_contains(item, character) for item in sets), character)
        by_use = sorted(groups, key=sum, reverse=True)
        self.characters = tuple(groups[group] for group in by_use)
        """Sorted by the number of character sets that contain them, most first."""
        self.ends = (*self.characters[:-3:-1], "")
        """Suffixes, those in the fewest character sets first. Backtracking needs a text that does not match."""

    def of(self, item: Item, *, common: bool) -> str:
        """Return a character of the set that is in many other sets of the pattern, or in few."""
        members = [character for character in self.characters if _contains(item, character)]
        return (members[0] if common else members[-1]) if members else ""


def _parts(item: Item) -> Iterator[Any]:
    """Yield the sequences inside an item."""
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
    """Yield the code points at the bounds of the set, inside and outside."""
    kind, operands = item[0].name, item[1]
    if kind == "IN":
        for member in operands:
            yield from _edges(member)
    elif kind in ("LITERAL", "NOT_LITERAL", "RANGE"):
        low, high = operands if kind == "RANGE" else (operands, operands)
        yield from (number for number in (low - 1, low, high, high + 1) if 0 <= number <= 0x10FFFF)


def _contains(item: Item, character: str) -> bool:
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
            return any(_contains(member, character) for member in operands[negated:]) != negated
        case _:  # ANY
            return character != "\n"


def _repeats(sequence: Any, alphabet: _Alphabet, before: Sequence[str]) -> Iterator[tuple[Sequence[str], Any]]:
    """Yield every part that can repeat, with texts that match the preceding part."""
    for number, item in enumerate(sequence):
        here = tuple(
            dict.fromkeys(
                (start + _sample(sequence[:number], alphabet, least=least))[:_MAX_SAMPLE]
                for start, least in product(before, (True, False))
            )
        )
        if item[0].name in _REPEATS and item[1][1] > 1:
            yield here, item[1][2]
        for part in _parts(item):
            yield from _repeats(part, alphabet, here[:2])


def _alternatives(sequence: Any, alphabet: _Alphabet) -> set[str]:
    """Return texts that the sequence matches: minimal, maximal, and from each alternative."""
    least, most = (_sample(sequence, alphabet, least=least) for least in (True, False))
    texts = {least, most, least + most}
    for item in sequence:
        for part in _parts(item):
            texts |= _alternatives(part, alphabet)
    return texts


def _sample(sequence: Any, alphabet: _Alphabet, *, least: bool) -> str:
    """Return a text that the sequence matches: with a minimum of repetitions, or with at least one of each.

    Lookarounds and backreferences are treated as empty.
    """
    text = ""
    for item in sequence:
        kind, operands = item[0].name, item[1]
        if kind in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            text += alphabet.of(item, common=least)
        elif kind in _REPEATS:
            one = _sample(operands[2], alphabet, least=least)
            text += one * min(operands[0] if least else max(operands[0], 1), _MAX_SAMPLE)
        elif kind in ("SUBPATTERN", "BRANCH", "ATOMIC_GROUP"):
            parts = list(_parts(item))
            text += _sample(parts[0] if least else parts[-1], alphabet, least=least)
    return text[:_MAX_SAMPLE]


if __name__ == "__main__":
    _try_all()
