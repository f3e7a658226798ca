"""Views: pure functions from our own objects to Slack's blocks. Nothing here acts."""
