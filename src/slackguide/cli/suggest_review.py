"""Go through suggestions with a person, and write those that are accepted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import typer

from slackguide.cli.output import printable
from slackguide.cli.suggest_output import cluster_lines, echo, echo_block, phrasing_lines, word_lines
from slackguide.evaluation.suggestions import PHRASING_LENGTH, ClusterSuggestion, PhrasingSuggestion, Suggestions
from slackguide.evaluation.word_suggestions import WordSuggestion
from slackguide.importing.yaml_edits import EditRefused, KnowledgeEdit
from slackguide.knowledge import InvalidKnowledgeError, KnowledgeBase
from slackguide.knowledge.model import phrasing_key
from slackguide.triage import load_verified

PHRASINGS = 12
"""Maximum questions of a cluster that are written."""


class _Quit(Exception):
    """The person ends the review."""


class Review:
    """Asks for a key at each suggestion. Everything is printed to standard output, because it contains questions."""

    def __init__(self, directory: Path, knowledge: KnowledgeBase) -> None:
        self._directory = directory
        self._knowledge = knowledge
        self._written = 0

    def run(self, found: Suggestions) -> None:
        """Go through all suggestions."""
        try:
            for cluster in found.clusters:
                self._cluster(cluster)
            for word in found.words:
                self._word(word)
            for phrasing in found.phrasings:
                self._phrasing(phrasing)
            for one in found.unanswered:
                self._cluster(one)
        except _Quit:
            pass
        typer.echo()
        echo(f"{self._written} written to {self._directory}.")

    def _cluster(self, one: ClusterSuggestion) -> None:
        nearest = one.nearest
        if nearest is None:
            return
        keys = {"n": "a new entry beside it", "p": f"phrasings of {nearest}"}
        match self._choose("No entry answers:", cluster_lines(one), keys):
            case "p":
                self._save(lambda edit: self._add_phrasings(edit, nearest, one.texts))
            case "n":
                title = self._ask("Its title", default=one.texts[0])
                self._save(lambda edit: self._add_entry(edit, nearest, title, one.texts))

    def _word(self, one: WordSuggestion) -> None:
        keys = {str(number): meaning for number, meaning in enumerate(one.meanings, 1)}
        key = self._choose("A word for the glossary:", word_lines(one), {**keys, "e": "other words"})
        if key:
            meaning = self._ask(f"“{one.word}” stands for") if key == "e" else keys[key]
            self._save(lambda edit: self._add_word(edit, one.word, meaning))

    def _phrasing(self, one: PhrasingSuggestion) -> None:
        keys = {"a": "add it", "e": "add it in other words"}
        key = self._choose("A phrasing:", phrasing_lines(one), keys)
        if key:
            text = self._ask("The phrasing", default=one.text) if key == "e" else one.text
            self._save(lambda edit: self._add_phrasings(edit, one.entry, [text]))

    # -- additions

    def _add_phrasings(self, edit: KnowledgeEdit, id: str, texts: Iterable[str]) -> str:
        new = self._new(texts)
        edit.add_phrasings(self._knowledge.entries[id], new)
        return f"{len(new)} added to {id}"

    def _add_entry(self, edit: KnowledgeEdit, beside: str, title: str, texts: Iterable[str]) -> str:
        id = edit.add_entry(self._knowledge, self._knowledge.entries[beside], title, self._new(texts))
        return f"{id} added: write its steps and its destination before people get it as an answer"

    def _add_word(self, edit: KnowledgeEdit, word: str, meaning: str) -> str:
        edit.add_abbreviation(word, meaning)
        return "added to the glossary"

    def _new(self, texts: Iterable[str]) -> list[str]:
        """Return the texts that are not phrasings already and not too long for one, each once."""
        taken = self._knowledge.phrasing_keys
        short = (text for text in texts if len(text) <= PHRASING_LENGTH)
        new = {phrasing_key(text): text for text in short if phrasing_key(text) not in taken}
        if not new:
            raise EditRefused(f"There is nothing new of at most {PHRASING_LENGTH} characters.")
        return list(new.values())[:PHRASINGS]

    def _save(self, change: Callable[[KnowledgeEdit], str]) -> None:
        """Write one change. Take it back, and say so, if the knowledge base does not load with it."""
        edit = KnowledgeEdit(self._directory)
        try:
            done = change(edit)
            edit.write()
        except EditRefused as refused:
            echo(f"Not written: {refused}")
            return
        try:
            self._knowledge = load_verified(self._directory)
        except BaseException as error:
            edit.undo()
            if not isinstance(error, InvalidKnowledgeError):
                raise
            echo(f"Taken back, because the knowledge base would not load: {error.diagnostics[0]}")
            return
        self._written += 1
        echo(f"{done} ({', '.join(path.name for path in edit.files)}).")

    # -- keys

    def _choose(self, heading: str, lines: list[str], keys: Mapping[str, str]) -> str:
        """Print a suggestion and return the key of what to do with it, or nothing to skip it. Raises `_Quit`."""
        typer.echo(f"\n{heading}")
        echo_block(lines)
        echo(" · ".join(f"[{key}] {printable(action)}" for key, action in {**keys, "s": "skip", "q": "quit"}.items()))
        while True:
            key = _read_key()
            if key in ("q", ""):
                raise _Quit
            if key == "s":
                return ""
            if key in keys:
                return key
            echo(f"Press one of: {', '.join((*keys, 's', 'q'))}.")

    def _ask(self, question: str, default: str = "") -> str:
        echo(f"{question}{f' (empty: {printable(default)})' if default else ''}:")
        line = sys.stdin.readline()
        if not line or not (line.strip() or default):
            raise _Quit
        return line.strip() or default


def _read_key() -> str:
    """Return the next key in lower case, or nothing at the end of the input. Without a terminal: one key a line."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.strip()[:1].lower() or ("s" if line else "")
    try:
        return str(typer.getchar()).lower()
    except (EOFError, KeyboardInterrupt):
        return ""
