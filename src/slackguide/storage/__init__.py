"""Storage on SQLite or PostgreSQL: one table family a file, behind the protocols of `escalation` and `delivery`."""
