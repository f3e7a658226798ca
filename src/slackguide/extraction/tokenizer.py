"""Split text into tokens with their positions and the separators between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, IntEnum

from slackguide.text import STRAIGHT

MAX_CHARACTERS = 12_000
"""Maximum characters read of a text. The longest answer in a form has 3,000."""

MAX_TOKENS = 1_000
"""Maximum tokens read of a text. It bounds the time for texts of many short words."""

MAX_WORD = 40
"""Maximum characters of one word; the rest is cut."""

HUGE = 10**9
"""The maximum value of a number token, larger than the maximum of any fact."""


class Separator(IntEnum):
    """The separator between a token and the previous one, in order of strength."""

    NONE = 0
    GLUED = 1
    """No characters in between: `12d`, `A+`."""
    HYPHEN = 2
    """A hyphen without spaces: `read-only`."""
    COLON = 3
    """A colon starts a clause, but a phrase can continue across it: `the ticket: open`."""
    SLASH = 4
    BREAK = 5
    """A dash or bracket."""
    COMMA = 6
    SENTENCE = 7


class TokenKind(Enum):
    """The kind of a token."""

    WORD = "word"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    PLUS = "plus"


@dataclass(slots=True)
class Token:
    """One word, number, amount of money, numeric date or plus sign."""

    kind: TokenKind
    text: str
    """The word in lower case, without contractions, plural and third-person endings; or the digits of a number."""
    start: int
    end: int
    separator: Separator
    capitals: bool = False
    """Whether the word is written in capitals, in a text that is not all capitals."""
    value: int | None = None
    """The value of an integer or amount, None for a fraction."""
    asked: bool = False
    """Whether a question mark follows."""
    plural: bool = False
    negative: bool = False
    """Whether a number has a minus sign."""


_TOKEN = re.compile(
    r"""
      (?P<link>(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,60}\.[\w.]{2,20}|<[@\#!][^>\s]{1,80}>|\#\d+)
    | (?P<amount>[$€£₱](?:\s?\d+(?:[.,]\d+)*(?:\s?k(?!\w))?)?
                |(?<!\w)(?:usd|eur|gbp|php)\s?\d+(?:[.,]\d+)*(?:\s?k(?!\w))?
                |\d+(?:[.,]\d+)*\s?k?\s?(?:[$€£₱]|(?:usd|eur|gbp|php|dollars?|bucks|euros?)(?!\w)))
    | (?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\w)
              |\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?!\w)
              |\d{1,2}/\d{1,2}(?![\w/])
              |\d{1,2}\.\d{1,2}\.(?!\w))
    | (?P<number>\d+(?:[.,]\d+)*%?)
    | (?P<word>(?<!\w)[a-z]/[a-z](?!\w)|(?<!\w)w/(?=\s)|[^\W\d_]+(?:'[^\W\d_]+)*)
    | (?P<mark>[^\w\s]|\n)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_STRAIGHT = {**STRAIGHT, ord("\r"): "\n"}
_ENDINGS = re.compile(r"'(?:s|re|ve|ll|d|m)?$")
_NOT = {
    "cannot": "can",
    "cant": "can",
    "wont": "will",
    **{
        f"{verb}nt": verb
        for verb in ("do", "does", "did", "is", "are", "was", "were", "has", "have", "had", "would", "should", "could")
    },
    "aint": "is",
}
_SHORT = {"i'm": ("i", "am"), "im": ("i", "am"), "w/o": ("without",), "w/": ("with",)}
_IN_QUOTES = re.compile(r"""["'”’]\s[a-z]""")
"""After a question mark: the question is a quotation within a sentence."""
_PLUS_AFTER = re.compile(r"""\s*(?:$|[.,;:!?)/\n"'”’])""")


def tokenize(text: str) -> list[Token]:
    """Return the tokens of the first `MAX_CHARACTERS` characters of any string."""
    text = text[:MAX_CHARACTERS].translate(_STRAIGHT)
    mixed = not text.isupper()
    tokens: list[Token] = []
    separator, end = Separator.SENTENCE, 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "mark":
            separator = max(separator, _separator(match, text, tokens))
            continue
        if kind == "link":
            continue
        if separator is Separator.NONE and match.start() == end and tokens:
            separator = Separator.GLUED
        for token in _tokens_of(match, mixed):
            token.separator = separator
            tokens.append(token)
            separator = Separator.NONE
        end = match.end()
        if len(tokens) >= MAX_TOKENS:
            break
    return tokens


def _tokens_of(match: re.Match[str], mixed: bool) -> list[Token]:
    raw, start, end = match.group(), match.start(), match.end()
    if match.lastgroup == "date":
        return [Token(TokenKind.DATE, raw, start, end, Separator.NONE)]
    if match.lastgroup in ("amount", "number"):
        kind = TokenKind.AMOUNT if match.lastgroup == "amount" else TokenKind.NUMBER
        minus = match.string[max(0, start - 2) : start]
        negative = minus[-1:] in ("-", "−") and not minus[:-1].strip()
        return [Token(kind, raw, start, end, Separator.NONE, value=whole(raw), negative=negative)]
    parts = _split_compound(raw.lower())
    capitals = mixed and raw.isupper()
    if len(parts) == 1:
        word = normalize(parts[0])
        return [Token(TokenKind.WORD, word, start, end, Separator.NONE, capitals, plural=word != parts[0])]
    return [
        Token(TokenKind.WORD, word, start, end, Separator.NONE, capitals=capitals, plural=word != part)
        for part, word in zip(parts, map(normalize, parts), strict=True)
    ]


def _split_compound(word: str) -> tuple[str, ...]:
    """Split a contraction: `isn't` becomes two words, `tenant's` loses its ending."""
    if word in _NOT:
        return (_NOT[word], "not")
    if word in _SHORT:
        return _SHORT[word]
    if "'" not in word:
        return (word,)
    if word.endswith("n't"):
        return ({"ca": "can", "wo": "will"}.get(word[:-3], word[:-3]) or "is", "not")
    return (_ENDINGS.sub("", word) or word,)


def normalize(word: str) -> str:
    """Remove the ending of a plural or a third person from a lower-case word."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word[:MAX_WORD]


def whole(digits: str) -> int | None:
    """Return the integer value of `digits`, at most `HUGE`, or None for a fraction."""
    plain = re.sub(r"[^\d.,]", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", plain):
        plain = plain.replace(",", "")
    if not plain.isdecimal():
        return 0 if plain and not plain.strip("0.,") else None
    return min(int(plain[:12]), HUGE) if len(plain) <= 9 or plain.strip("0") else 0


def _separator(match: re.Match[str], text: str, tokens: list[Token]) -> Separator:
    """Return the separator that a punctuation mark represents. A plus sign can become a token."""
    mark, at = match.group(), match.start()
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if mark == "?" and tokens:
        tokens[-1].asked = True
    if mark == "?" and _IN_QUOTES.match(text, at + 1):
        return Separator.NONE
    if mark in "?!\n;":
        return Separator.SENTENCE
    if mark == ".":
        return Separator.SENTENCE if not after.strip() else Separator.BREAK
    if mark == ",":
        return Separator.COMMA
    if mark == "-":
        return Separator.HYPHEN if before.isalnum() and after.isalnum() else Separator.BREAK
    if mark == "/":
        return Separator.SLASH
    if mark == "+":
        return _plus(tokens, at, text)
    if mark in ":=":
        return Separator.COLON
    return Separator.BREAK if mark in "()[]–—|•*>→" else Separator.NONE


def _plus(tokens: list[Token], at: int, text: str) -> Separator:
    """Add a plus token for `A+`, `A +` and `30+`. In `A + B` and `A+B`, the plus is a comma."""
    if not tokens:
        return Separator.NONE
    glued = tokens[-1].end == at and not text[at + 1 : at + 2].isalnum()
    if glued or _PLUS_AFTER.match(text, at + 1):
        tokens.append(Token(TokenKind.PLUS, "+", at, at + 1, Separator.GLUED))
        return Separator.NONE
    return Separator.COMMA
