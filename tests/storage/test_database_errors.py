"""What the server says about a connection reaches operators, without secrets and without people's text."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from slackguide.errors import ConfigurationError, StorageError
from slackguide.storage import database_errors
from slackguide.storage.database import Database
from tests.support.clock import ManualClock
from tests.support.databases import Server
from tests.support.processes import free_port

PASSWORD = "pass-of-tests"


def refused(url: str) -> StorageError:
    database = Database(url=url, clock=ManualClock())
    with pytest.raises(StorageError) as raised:
        database.check()
    database.close()
    return raised.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"database": "no-such-database"}, 'database "no-such-database" does not exist'),
        ({"username": "nobody-of-tests", "password": PASSWORD}, 'role "nobody-of-tests" does not exist'),
        ({"query": {"sslmode": "very"}}, "invalid sslmode value"),
        ({"query": {"no_such_option": PASSWORD}}, 'invalid connection option "no_such_option"'),
    ],
)
def test_a_refused_connection_is_told_with_the_servers_words(
    postgresql: Server, change: dict[str, object], words: str
) -> None:
    url = make_url(postgresql.migrated())
    query = {**url.query, **change.pop("query", {})}  # type: ignore[dict-item]
    changed = url.set(query=query, **change)  # type: ignore[arg-type]
    error = refused(changed.render_as_string(hide_password=False))
    assert str(error) == database_errors.REFUSED
    assert words in error.for_operators
    assert PASSWORD not in error.for_operators


def test_an_unreachable_server_is_told_apart() -> None:
    port = free_port()
    error = refused(f"postgresql://guide:{PASSWORD}@127.0.0.1:{port}/guide")
    assert str(error) == database_errors.GONE
    assert "Connection refused" in error.for_operators
    assert PASSWORD not in error.for_operators


def test_a_port_that_is_no_number_names_the_variable() -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL must be"):
        Database(url=f"postgresql://guide:{PASSWORD}@db:port/guide", clock=ManualClock())


def test_the_servers_words_about_rows_are_not_passed_on(postgresql: Server) -> None:
    database = Database(url=postgresql.migrated(), clock=ManualClock())
    statement = "INSERT INTO counters (prefix, last) VALUES ('a secret concern', 1), ('a secret concern', 2)"
    with pytest.raises(StorageError) as raised, database.write() as connection:
        connection.exec_driver_sql(statement)
    database.close()
    assert raised.value.detail is None
    assert "secret" not in raised.value.for_operators


def test_secrets_in_the_servers_words_are_hidden() -> None:
    said = database_errors._server_words(
        Exception(f'missing "=" after "{PASSWORD}"\npassword={PASSWORD} postgresql://guide:{PASSWORD}@db')
    )
    assert said == f'missing "=" after "{PASSWORD}" password=*** postgresql://***db'


def test_a_file_that_is_no_database_has_no_details(tmp_path: Path) -> None:
    path = tmp_path / "guide.db"
    path.write_bytes(b"not a database" * 100)
    assert refused(f"sqlite:///{path}").for_operators == database_errors.DAMAGED
