"""What slackguide keeps: one table family a file, on SQLite or PostgreSQL, behind the protocols of `escalation`."""
