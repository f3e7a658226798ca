"""Storage in SQLite or PostgreSQL, one family of tables per file."""
