"""The workspace: people, conversations, messages, views, and its logs."""
