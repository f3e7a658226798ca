"""Find the message that an earlier attempt of a job has posted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

from slackguide.delivery.jobs import Job
from slackguide.delivery.sender import SlackRefusedError
from slackguide.escalation.messages import PostEscalation
from slackguide.slack.api.calls import INVALID_CURSOR, Page, pages
from slackguide.slack.ids import ESCALATION_EVENT, NOTICE_EVENT
from slackguide.storage.walks import WalkRepository

SKEW_SECONDS = 60.0
"""Maximum clock skew between Slack and this machine."""


def metadata_of(job: Job) -> dict[str, Any]:
    """Return the metadata by which a job's message is found."""
    if isinstance(job.task, PostEscalation):
        assert job.escalation is not None
        return {"event_type": ESCALATION_EVENT, "event_payload": {"id": job.escalation.id}}
    return {"event_type": NOTICE_EVENT, "event_payload": {"id": str(job.id)}}


class MessageSearch:
    """Searches a conversation or a thread for a job's message, identified by its metadata."""

    def __init__(self, *, client: WebClient, walks: WalkRepository) -> None:
        self._client = client
        self._walks = walks

    def find(self, job: Job, channel_id: str, thread_ts: str | None) -> str | None:
        """Return the timestamp of the message, or None. Look from the time of the job on.

        Continue where an earlier attempt was interrupted. Messages that came after an interrupted search began are on
        pages that it had passed, so they are searched, too.
        """
        name = f"find {job.id} {channel_id}"
        walk = self._walks.begin(name)
        starts = (job.created_at, walk.started_at) if walk.resumed else (job.created_at,)
        stored = walk.resumed
        for step in range(walk.step, len(starts)):
            cursor = walk.cursor if step == walk.step else ""
            for page in self._history(channel_id, thread_ts, starts[step], cursor):
                found = _own_message(job, page.items)
                following = (step, page.next_cursor) if page.next_cursor else (step + 1, "")
                if found is not None or following[0] == len(starts):
                    if stored:
                        self._walks.delete(name)
                    return found
                self._walks.save(name, walk, *following)
                stored = True
        return None

    def _history(self, channel_id: str, thread_ts: str | None, since: datetime, cursor: str) -> Iterator[Page]:
        """Yield the pages of the conversation or the thread. A cursor that Slack no longer knows begins it anew."""
        try:
            yield from self._history_from(channel_id, thread_ts, since, cursor)
        except SlackRefusedError as error:
            if error.code != INVALID_CURSOR:
                raise
            yield from self._history_from(channel_id, thread_ts, since, "")

    def _history_from(self, channel_id: str, thread_ts: str | None, since: datetime, cursor: str) -> Iterator[Page]:
        arguments = {
            "channel": channel_id,
            "oldest": str(since.timestamp() - SKEW_SECONDS),
            "include_all_metadata": "true",
            "inclusive": "true",
        }
        if thread_ts is None:
            return pages(self._client, "conversations.history", "messages", arguments, cursor=cursor)
        arguments["ts"] = thread_ts
        return pages(self._client, "conversations.replies", "messages", arguments, cursor=cursor)


def _own_message(job: Job, messages: Iterable[Mapping[str, Any]]) -> str | None:
    expected = metadata_of(job)
    for message in messages:
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        matches = metadata.get("event_type") == expected["event_type"] and payload == expected["event_payload"]
        if matches and message["ts"] not in job.known_timestamps:
            return str(message["ts"])
    return None
