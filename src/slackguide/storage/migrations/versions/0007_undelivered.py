"""Refused jobs and their senders, progress of paged walks, and further workspaces of people.

The previous release leaves the new columns empty. It ignores the new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from slackguide.storage.column_types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNDELIVERED = sa.text("why IS NOT NULL AND state IN ('due', 'claimed', 'parked')")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("sender", sa.Text()))
    op.add_column("outbox", sa.Column("refused", sa.Text()))
    op.add_column("outbox", sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_outbox_undelivered",
        "outbox",
        ["sender", "id"],
        sqlite_where=UNDELIVERED,
        postgresql_where=UNDELIVERED,
    )
    op.add_column("people", sa.Column("teams", sa.JSON()))
    op.create_table(
        "walks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_walks"),
    )
