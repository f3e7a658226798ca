"""The base errors of slackguide.

    SlackguideError
    ├── ConfigurationError
    ├── KnowledgeError
    ├── UnusableInput
    └── StorageError
        └── UnreadableRow

`str(error)` is a message for users: it states what happened, what is safe and what to do. It never contains a secret
or the text of a user's question.
"""

from __future__ import annotations


class SlackguideError(Exception):
    """The base class of every error that slackguide raises deliberately."""

    @property
    def for_operators(self) -> str:
        """The message, with details that are only for the people who run slackguide."""
        return str(self)


class ConfigurationError(SlackguideError):
    """The environment variables are incomplete or invalid. Lists every faulty variable; nothing has been opened."""


class KnowledgeError(SlackguideError):
    """The knowledge base has errors and is not loaded. The last valid one, if any, stays active."""


class UnusableInput(SlackguideError):
    """Invalid input of a command: a missing file, a malformed line, or an unknown fact or value."""


class StorageError(SlackguideError):
    """A database operation failed. Uncommitted changes are lost, and the caller must report this to the user.

    `detail` is what the server said about the connection, for operators. It holds no secret and nobody's text.
    """

    def __init__(self, message: str, detail: str | None = None) -> None:
        super().__init__(message)
        self.detail = detail

    @property
    def for_operators(self) -> str:
        """The message with what the server said."""
        return f"{self} The server said: {self.detail}" if self.detail else str(self)


class UnreadableRow(StorageError):
    """A row contains values that this version does not know, because a newer version on the same database wrote it.

    `what` identifies the row or its kind in the log.
    """

    def __init__(self, what: str) -> None:
        super().__init__(
            "A newer version of slackguide has saved this, and the one that answers you cannot read it yet. "
            "Nothing was changed. Please try again in a few minutes."
        )
        self.what = what
