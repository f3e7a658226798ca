"""Reply to the turns of a conversation, one file for each kind of turn."""

from slackguide.guide.replies.replies import Replies

__all__ = ["Replies"]
