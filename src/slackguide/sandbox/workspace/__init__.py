"""The workspace: people, conversations, messages, views, and the logs."""
