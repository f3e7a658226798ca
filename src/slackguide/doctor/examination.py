"""Run all checks of an installation, in the order in which a person would correct them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from slack_sdk import WebClient

from slackguide.config import Mode, Settings
from slackguide.doctor.findings import Finding, not_checked, ok, problem
from slackguide.doctor.live import LiveCheck, validate_cards
from slackguide.doctor.local_checks import check_database, check_knowledge, check_public_url
from slackguide.doctor.requests import TIMEOUT, Caller
from slackguide.doctor.sample_cards import sample_cards
from slackguide.doctor.slack_checks import check_app_token, check_channels, check_events, check_groups, check_token
from slackguide.runtime.container import build_guide, database_url, system_clock


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What to check. `url` is the public request URL, `live_channel` a channel to post into; None skips them.

    `validate_cards` sends one card of each kind to Slack's validator.
    """

    settings: Settings
    url: str | None = None
    live_channel: str | None = None
    validate_cards: bool = False
    now: Callable[[], datetime] = system_clock

    def run(self) -> Iterator[Finding]:
        """Yield the findings, one at a time: some take seconds."""
        settings = self.settings
        is_http = settings.mode is Mode.HTTP
        if settings.bot_token.get_secret_value():
            yield ok("settings", f"mode {settings.mode.value}, because {settings.mode_reason}")
        else:
            remedy = "Set SLACK_BOT_TOKEN, and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"
            yield problem("settings", "no Slack variable is set, so that the sandbox would start", remedy)
        finding, knowledge = check_knowledge(settings.knowledge)
        yield finding
        state = check_database(database_url(settings), now=self.now)
        yield from state.findings
        secret = settings.signing_secret.get_secret_value() if is_http else None
        if (public := check_public_url(self.url, secret=secret, now=self.now)) is not None:
            yield public
        if not settings.bot_token.get_secret_value():
            return
        call = self._caller(settings.bot_token.get_secret_value())
        token_findings = list(check_token(call, now=self.now))
        yield from token_findings
        if len(token_findings) == 1:
            yield not_checked("workspace", "events, channels and groups need a valid token")
        else:
            if not is_http:
                yield check_app_token(self._caller(settings.app_token.get_secret_value()))
            config_token = settings.config_token.get_secret_value()
            yield check_events(call, self._caller(config_token) if config_token else None, state.last_event)
            if knowledge is not None:
                channels = tuple(dict.fromkeys(form.channel for form in knowledge.forms.values()))
                yield from check_channels(call, channels, settings.channels)
                yield from check_groups(
                    call,
                    knowledge.user_groups,
                    lead_groups=() if settings.team_leads else knowledge.team_lead_groups,
                )
            if self.live_channel is not None:
                yield from LiveCheck(call, self.live_channel, str(uuid.uuid4())).run()
        if self.validate_cards:
            if finding.remedy is not None:
                yield not_checked("cards", "they need a valid knowledge base")
            else:
                yield from validate_cards(self._caller(None), sample_cards(build_guide(settings.knowledge)))

    def _caller(self, token: str | None) -> Caller:
        client = WebClient(token, base_url=self.settings.api_url, timeout=TIMEOUT, retry_handlers=[])
        return Caller(client)
