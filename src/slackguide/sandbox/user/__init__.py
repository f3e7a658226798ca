"""The user of the Slack client: actions, interactions, their payloads, and the app's responses."""
