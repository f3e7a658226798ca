"""Every error slackguide raises on purpose. Each says what happened, what is safe and what to do.

`str(error)` is written for people: it never holds a secret, and never the words of a person who wrote to the guide.
"""

from __future__ import annotations


class SlackguideError(Exception):
    """The root of the tree: catch it to catch everything raised on purpose."""


class ConfigurationError(SlackguideError):
    """The environment does not make a runnable whole; nothing was opened. Names every variable at fault."""


class KnowledgeError(SlackguideError):
    """The knowledge base has faults and was refused whole; the last good one, if any, stays in use."""


class UnusableInput(SlackguideError):
    """A command was given something it cannot work with: a missing file, a bad line, an unknown fact or value."""


class StorageError(SlackguideError):
    """The database did not take or give something; what was not committed is not kept, and the caller must say so."""


class UnreadableRow(StorageError):
    """A row holds what this version does not know: a newer one that runs on the same database wrote it.

    `what` names the row or its kind for the log.
    """

    def __init__(self, what: str) -> None:
        super().__init__(
            "A newer version of slackguide has saved this, and the one that answers you cannot read it yet. "
            "Nothing was changed. Please try again in a few minutes."
        )
        self.what = what
