"""slackguide: find the right destination for a support concern and escalate it there."""

__version__ = "0.2.0"
