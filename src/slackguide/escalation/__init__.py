"""Escalations: a form's values checked, the promise kept, its life cycle, and the delivery that carries it out.

Knows neither Slack nor the database: `slack` implements `poster.Poster`, `storage` implements `ledger.Ledger` and
`outbox.Outbox`.
"""
