"""Retention sweeps, turns of conversations, and the index for erasing closed escalations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sweeps",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("swept_at", MOMENT, nullable=False),
        sa.Column("steady_since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweeps")),
    )
    op.create_table(
        "turns",
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("thread_ts", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "thread_ts", "user_id", "ts", name=op.f("pk_turns")),
    )
    op.create_index("ix_turns_accepted_at", "turns", ["accepted_at"])
    # The previous release erases by the last change. Without this index its sweep is slower but still works.
    op.drop_index("ix_escalations_unerased", "escalations")
    unerased = sa.text("erased_at IS NULL")
    op.create_index(
        "ix_escalations_closed_at", "escalations", ["closed_at"], sqlite_where=unerased, postgresql_where=unerased
    )
