"""Notices that were sent, and an index to find an escalation by its card. The previous release uses neither."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("escalation_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("posted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "ts", name=op.f("pk_notices")),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalations.id"], name=op.f("fk_notices_escalation_id")),
    )
    op.create_index("ix_notices_escalation_id", "notices", ["escalation_id", "user_id", "posted_at"])
    op.create_index("ix_cards_channel_id", "cards", ["channel_id", "ts"])
