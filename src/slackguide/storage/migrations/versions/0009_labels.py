"""Choices from lists, and versions of labels. The previous release records no choices and uses no version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "choices",
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("answer_id", "user_id", name=op.f("pk_choices")),
    )
    op.create_index("ix_choices_at", "choices", ["at"])
    op.create_table(
        "label_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("method", sa.Integer(), nullable=False),
        sa.Column("shift", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_label_versions")),
    )
    op.create_table(
        "labels",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("rejected", sa.Text()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["version"], ["label_versions.number"], name=op.f("fk_labels_version_label_versions")),
        sa.PrimaryKeyConstraint("version", "position", name=op.f("pk_labels")),
    )
    op.create_index("ix_labels_at", "labels", ["at"])
    op.create_table(
        "label_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer()),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["label_versions.number"], name=op.f("fk_label_uses_version_label_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_uses")),
    )
