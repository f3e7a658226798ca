"""Where messages with people's text were sent, so that they can be erased. The previous release stores none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_messages",
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("escalation_id", sa.Text()),
        sa.Column("user_id", sa.Text()),
        sa.Column("question_ts", sa.Text()),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalations.id"], name=op.f("fk_sent_messages_escalation_id_escalations")
        ),
        sa.PrimaryKeyConstraint("channel_id", "ts", name=op.f("pk_sent_messages")),
    )
    for column in ("escalation_id", "user_id", "question_ts", "sent_at"):
        op.create_index(f"ix_sent_messages_{column}", "sent_messages", [column])
