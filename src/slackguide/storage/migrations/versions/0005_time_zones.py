"""Time zones of people. The previous release leaves the column empty until the next refresh of the directory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("tz", sa.Text()))
