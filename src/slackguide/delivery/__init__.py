"""The outbox engine: jobs, retry policy, dispatcher and worker for every message due to Slack."""
