"""slackguide: where a concern goes, and the escalation that takes it there."""

__version__ = "0.1.0"
