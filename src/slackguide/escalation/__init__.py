"""Escalations: models, form validation, state machine and SLA. Independent of Slack and of the database."""
