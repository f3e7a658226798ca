"""Reminders, App Homes, and indexes for queries on escalations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "homes",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_homes")),
    )
    op.add_column("escalations", sa.Column("overdue_at", MOMENT))
    op.add_column("escalations", sa.Column("remind_at", MOMENT))
    op.add_column("escalations", sa.Column("reminded", sa.Integer(), server_default="0", nullable=False))
    op.add_column("escalations", sa.Column("quiet", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index("ix_escalations_created_at", "escalations", ["created_at", "id"])
    op.create_index("ix_escalations_requester_user", "escalations", ["requester_user", "created_at", "id"])
    _index_some("ix_escalations_unclaimed", "state = 'sent'", "desk", "created_at", "id")
    _index_some("ix_escalations_open", "state IN ('sent', 'claimed', 'asked')", "requester_user", "created_at", "id")
    _index_some("ix_escalations_taken", "state IN ('claimed', 'asked')", "claimed_by", "created_at", "id")
    _index_some("ix_escalations_watched", "overdue_at IS NOT NULL", "desk", "created_at", "id")
    _index_some("ix_escalations_remind_at", "remind_at IS NOT NULL", "remind_at")
    _index_some("ix_escalations_ending", "ending IS NOT NULL", "ending", "created_at", "id")
    _index_some("ix_escalations_unerased", "erased_at IS NULL", "changed_at")


def _index_some(name: str, where: str, *columns: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "escalations", list(columns), sqlite_where=condition, postgresql_where=condition)
