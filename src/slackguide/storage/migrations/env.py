"""Alembic's entry: runs the migrations on the connection that `storage.migrate` hands over, in its transaction."""

from alembic import context

from slackguide.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
