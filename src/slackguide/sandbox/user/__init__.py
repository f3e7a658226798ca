"""What a person does in Slack's client: actions, interactions, and the payloads they send."""
