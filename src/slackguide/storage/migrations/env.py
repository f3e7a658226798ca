"""Alembic environment: run the migrations on the connection of `storage.migrate`, in its transaction."""

from alembic import context

from slackguide.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
