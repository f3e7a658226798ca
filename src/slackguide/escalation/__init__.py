"""Escalations: models, form validation, state machine and SLA. Knows neither Slack nor the database."""
