"""What calls Slack's Web API."""
