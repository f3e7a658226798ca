"""Block Kit (docs.slack.dev/reference/block-kit): the part that the bot uses, and what Slack says to the rest."""
