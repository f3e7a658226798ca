"""The tables after the last migration. A test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    text,
)

from slackguide.storage.column_types import SafeText, Serial, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

UNCLAIMED = text("state = 'sent'")
HAS_CLAIMANT = text("state IN ('claimed', 'asked')")
OPEN = text("state IN ('sent', 'claimed', 'asked')")
UNFINISHED = text("state IN ('due', 'claimed')")
UNDELIVERED = text("why IS NOT NULL AND state IN ('due', 'claimed', 'parked')")
"""Conditions of partial indexes. SQLite uses such an index only for a query with the literal condition."""


def _partial_index(name: str, where: TextClause, *columns: str) -> Index:
    """Return a partial index over the rows that match the condition."""
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


counters = Table(
    "counters",
    metadata,
    Column("prefix", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

escalations = Table(
    "escalations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("view_id", Text, nullable=False, unique=True),
    Column("form_id", Text, nullable=False),
    Column("desk", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("requester_user", Text, nullable=False),
    Column("requester_team", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("erased_at", UtcDateTime),
    Column("fields", JSON, nullable=False),
    Column("entry_id", Text),
    Column("question", SafeText),
    Column("advice", JSON(none_as_null=True)),
    Column("anyway", SafeText),
    Column("claimed_by", Text),
    Column("card_channel", Text),
    Column("card_ts", Text),
    Column("card_permalink", Text),
    Column("ending", Text),
    Column("decided", SafeText),
    Column("which", SafeText),
    Column("events", Integer, nullable=False, server_default="0"),
    Column("overdue_at", UtcDateTime),
    Column("remind_at", UtcDateTime),
    Column("reminded", Integer, nullable=False, server_default="0"),
    Column("quiet", Boolean, nullable=False, server_default=text("false")),
    Column("followers", JSON, nullable=False, server_default="[]"),
    Index("ix_escalations_created_at", "created_at", "id"),
    Index("ix_escalations_requester_user", "requester_user", "created_at", "id"),
    _partial_index("ix_escalations_unclaimed", UNCLAIMED, "desk", "created_at", "id"),
    _partial_index("ix_escalations_open", OPEN, "requester_user", "created_at", "id"),
    _partial_index("ix_escalations_taken", HAS_CLAIMANT, "claimed_by", "created_at", "id"),
    _partial_index("ix_escalations_watched", text("overdue_at IS NOT NULL"), "desk", "created_at", "id"),
    _partial_index("ix_escalations_remind_at", text("remind_at IS NOT NULL"), "remind_at"),
    _partial_index("ix_escalations_ending", text("ending IS NOT NULL"), "ending", "created_at", "id"),
    _partial_index("ix_escalations_closed_at", text("erased_at IS NULL"), "closed_at"),
)

events = Table(
    "events",
    metadata,
    Column("escalation_id", Text, ForeignKey("escalations.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", Text),
    Column("kind", Text, nullable=False),
    Column("words", SafeText),
    Column("about", JSON, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("key", Text, primary_key=True),
    Column("escalation_id", Text, ForeignKey("escalations.id"), primary_key=True),
    Index("ix_cases_escalation_id", "escalation_id"),
)

cards = Table(
    "cards",
    metadata,
    Column("escalation_id", Text, ForeignKey("escalations.id"), primary_key=True),
    Column("channel_id", Text, primary_key=True),
    Column("ts", Text, primary_key=True),
    Column("permalink", Text),
    Column("posted_at", UtcDateTime, nullable=False),
    Index("ix_cards_channel_id", "channel_id", "ts"),
)

notices = Table(
    "notices",
    metadata,
    Column("channel_id", Text, primary_key=True),
    Column("ts", Text, primary_key=True),
    Column("escalation_id", Text, ForeignKey("escalations.id"), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("posted_at", UtcDateTime, nullable=False),
    Index("ix_notices_escalation_id", "escalation_id", "user_id", "posted_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("escalation_id", Text, ForeignKey("escalations.id")),
    Column("lane", Text, nullable=False),
    Column("once_key", Text),
    Column("state", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("lease", Integer, nullable=False, server_default="0"),
    Column("worker", Text),
    Column("doubtful", Boolean, nullable=False, server_default=text("false")),
    Column("why", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("channel_id", Text),
    Column("ts", Text),
    Column("sender", Text),
    Column("refused", Text),
    Column("refusals", Integer, nullable=False, server_default="0"),
    UniqueConstraint("once_key"),
    _partial_index("ix_outbox_due", UNFINISHED, "due_at", "id"),
    _partial_index("ix_outbox_undelivered", UNDELIVERED, "sender", "id"),
    Index("ix_outbox_escalation_id", "escalation_id", "lane"),
    Index("ix_outbox_settled_at", "settled_at"),
    sqlite_autoincrement=True,
)

lanes = Table(
    "lanes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Index("ix_lanes_next_at", "next_at"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("accepted_at", UtcDateTime, nullable=False),
    Index("ix_inbox_accepted_at", "accepted_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("channel_id", Text, primary_key=True),
    Column("thread_ts", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("ts", Text, primary_key=True),
    Column("text", SafeText, nullable=False),
    Column("accepted_at", UtcDateTime, nullable=False),
    Index("ix_turns_accepted_at", "accepted_at"),
)

sent_messages = Table(
    "sent_messages",
    metadata,
    Column("channel_id", Text, primary_key=True),
    Column("ts", Text, primary_key=True),
    Column("escalation_id", Text, ForeignKey("escalations.id")),
    Column("user_id", Text),
    Column("question_ts", Text),
    Column("sent_at", UtcDateTime, nullable=False),
    Index("ix_sent_messages_escalation_id", "escalation_id"),
    Index("ix_sent_messages_user_id", "user_id"),
    Index("ix_sent_messages_question_ts", "question_ts"),
    Index("ix_sent_messages_sent_at", "sent_at"),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("swept_at", UtcDateTime, nullable=False),
    Column("steady_since", UtcDateTime, nullable=False),
)

homes = Table(
    "homes",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("team_id", Text, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("guest", Boolean, nullable=False),
    Column("bot", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("refreshed_at", UtcDateTime, nullable=False),
    Column("tz", Text),
    Column("teams", JSON(none_as_null=True)),
)

group_members = Table(
    "group_members",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
)

directory = Table(
    "directory",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("refreshed_at", UtcDateTime),
)

feedback = Table(
    "feedback",
    metadata,
    Column("answer_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("entry_id", Text),
    Column("verdict", Text, nullable=False),
    Column("question", SafeText),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Text),
    Index("ix_feedback_at", "at"),
    Index("ix_feedback_entry_id", "entry_id", "at"),
)

choices = Table(
    "choices",
    metadata,
    Column("answer_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("entry_id", Text, nullable=False),
    Column("question", SafeText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_choices_at", "at"),
)

label_versions = Table(
    "label_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("method", Integer, nullable=False),
    Column("shift", Double, nullable=False),
)

labels = Table(
    "labels",
    metadata,
    Column("version", Integer, ForeignKey("label_versions.number"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text", SafeText),
    Column("ids", JSON, nullable=False),
    Column("rejected", Text),
    Column("source", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_labels_at", "at"),
)

label_uses = Table(
    "label_uses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, ForeignKey("label_versions.number")),
    Column("at", UtcDateTime, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("key", Text, primary_key=True),
    Column("team_id", Text, nullable=False),
    Column("enterprise_id", Text),
    Column("bot_id", Text, nullable=False),
    Column("bot_user_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("channel_id", Text, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

walks = Table(
    "walks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("step", Integer, nullable=False),
    Column("cursor", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("token", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
    Index("ix_drafts_kept_at", "kept_at"),
)
