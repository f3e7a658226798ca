"""Checks that post messages: what slackguide relies on when it delivers, tried in a test channel."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from slackguide.doctor.findings import Finding, not_checked, ok, problem
from slackguide.doctor.requests import Caller, CallFailed
from slackguide.doctor.sample_cards import SampleCard
from slackguide.slack.ids import NOTICE_EVENT

TEXT = "slackguide doctor: a test message, deleted in a moment."

SHOWN_ERRORS = 3
"""Maximum number of validation errors in one line."""


@dataclass
class LiveCheck:
    """Posts into a channel (an id, or a name), reads back, and deletes what it posted. `id` is unique to this run."""

    call: Caller
    channel: str
    id: str
    _posted: list[str] = field(default_factory=list)
    _channel_id: str = ""

    def run(self) -> Iterator[Finding]:
        """Return the findings. A step that fails ends the check."""
        check = "live"
        try:
            self._channel_id = self._resolve()
            for step in (self._post, self._read_back, self._same_client_msg_id, self._thread, self._update):
                check = f"live {step.__name__.strip('_').replace('_', ' ')}"
                yield step(check)
        except CallFailed as error:
            yield problem(check, str(error), error.remedy)
        finally:
            failed = self._delete()
        if self._posted:
            check = "live delete"
            yield (
                problem(check, failed, "Delete the test messages by hand")
                if failed
                else ok(check, "all test messages are deleted")
            )

    def _resolve(self) -> str:
        name = self.channel.removeprefix("#")
        for channel in self.call.pages("conversations.list", "channels", types="public_channel,private_channel"):
            if name in (channel["id"], channel.get("name")) and not channel.get("is_archived"):
                return str(channel["id"])
        raise CallFailed(f"there is no channel {self.channel}", "Pass the name of a channel that slackguide is in")

    def _send(self, **more: Any) -> str:
        metadata = json.dumps({"event_type": NOTICE_EVENT, "event_payload": {"id": f"doctor-{self.id}"}})
        posted = self.call("chat.postMessage", channel=self._channel_id, text=TEXT, metadata=metadata, **more)
        ts = str(posted["ts"])
        if ts not in self._posted:
            self._posted.append(ts)
        return ts

    def _post(self, check: str) -> Finding:
        self._send(client_msg_id=self.id)
        return ok(check, f"a message was posted to {self.channel}")

    def _read_back(self, check: str) -> Finding:
        history = self.call(
            "conversations.history",
            channel=self._channel_id, oldest=self._posted[0], inclusive="true", include_all_metadata="true",
        )  # fmt: skip
        if self._is_among(history["messages"], self._posted[0]):
            return ok(check, "the message was found by its metadata")
        return problem(
            check,
            "the message was not found by its metadata, so a lost response would lead to a second message",
            "Tell the maintainers of slackguide, with this output",
        )

    def _same_client_msg_id(self, check: str) -> Finding:
        try:
            repeated = self._send(client_msg_id=self.id) == self._posted[0]
        except CallFailed as error:
            if not (error.code or "").startswith("duplicate_"):
                raise
            repeated = True
        if repeated:
            return ok(check, "Slack posts a repeated client_msg_id once")
        return ok(check, "Slack ignores client_msg_id; slackguide looks into the channel before it posts again")

    def _thread(self, check: str) -> Finding:
        parent = self._posted[0]
        reply = self._send(thread_ts=parent)
        replies = self.call("conversations.replies", channel=self._channel_id, ts=parent, include_all_metadata="true")[
            "messages"
        ]
        if self._is_among(replies, reply):
            return ok(check, "a reply was posted in a thread and found again")
        return problem(
            check, "a reply in a thread was not found again", "Tell the maintainers of slackguide, with this output"
        )

    def _update(self, check: str) -> Finding:
        self.call("chat.update", channel=self._channel_id, ts=self._posted[0], text=f"{TEXT} (changed)")
        self.call("chat.getPermalink", channel=self._channel_id, message_ts=self._posted[0])
        return ok(check, "the message was changed and has a permalink")

    def _is_among(self, messages: Sequence[Any], ts: str) -> bool:
        expected = {"id": f"doctor-{self.id}"}
        return any(
            message["ts"] == ts and (message.get("metadata") or {}).get("event_payload") == expected
            for message in messages
        )

    def _delete(self) -> str | None:
        """Delete the test messages, replies first. Return why one is left, or None."""
        failed = None
        for ts in reversed(self._posted):
            try:
                self.call("chat.delete", channel=self._channel_id, ts=ts)
            except CallFailed as error:
                failed = str(error)
        return failed


def validate_cards(call: Caller, cards: Sequence[SampleCard]) -> Iterator[Finding]:
    """Let Slack's own validator check one card of each kind. `call` needs no token: `blocks.validate` is public."""
    valid = 0
    for card in cards:
        check = f"card {card.name}"
        try:
            call("blocks.validate", **{card.argument: json.dumps(card.payload)})
        except CallFailed as error:
            if error.code not in ("invalid_blocks", "invalid_message", "invalid_view"):
                yield not_checked("cards", str(error), error.remedy)
                return
            details = "; ".join(error.details[:SHOWN_ERRORS])
            yield problem(check, f"Slack rejects it: {details}", "Tell the maintainers of slackguide, with this output")
        else:
            valid += 1
    yield ok("cards", f"Slack accepts {valid} of {len(cards)} kinds of cards")
