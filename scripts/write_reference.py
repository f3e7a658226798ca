"""Write docs/reference/*.md: commands, settings, scopes, events, metrics and the keys of the knowledge format.

`tests/docs/test_reference.py` fails if a page differs from what this script writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from slackguide.cli import app
from slackguide.config import Settings
from slackguide.knowledge.json_schema import json_schema
from slackguide.monitoring import METRICS_PATH, ServiceMetrics
from slackguide.slack.manifest import SCOPES, manifest
from slackguide.slack.registry import EVENTS
from slackguide.storage.outbox_counts import OutboxCount
from slackguide.web.health import HEALTH_PATHS

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTICE = "<!-- Written by scripts/write_reference.py. Change the source that it reads, not this file. -->\n"


def main() -> None:
    """Write all pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    return {
        "commands.md": commands_page(),
        "settings.md": settings_page(),
        "slack.md": slack_page(),
        "metrics.md": metrics_page(),
        "knowledge-keys.md": keys_page(),
    }


def commands_page() -> str:
    """Return the page of the commands with their arguments and options, from the command line itself."""
    parts = [
        "# Commands",
        "Results go to standard output, messages to standard error. The exit status is 0 for success, 1 if a check "
        "fails, 2 for wrong use or unusable input. `slackguide --version` prints the version, and with "
        "`--help` every command prints what stands here. `--install-completion` and `--show-completion` are for "
        "completion in the shell.",
    ]
    for path, command in leaf_commands():
        parts += [f"## slackguide {' '.join(path)}", unwrapped(command.help or "")]
        rows = [parameter_row(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            parts.append(table(("argument or option", "meaning", "default"), rows))
    return page(parts)


def leaf_commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the commands that do something, with their words."""
    command = command or typer.main.get_command(app)
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
    for name, one in (inner or {}).items():
        yield from leaf_commands(one, (*path, name))


def parameter_row(parameter: Any) -> tuple[str, str, str]:
    """Return the row of an argument or option."""
    if parameter.param_type_name == "argument":
        name = str(parameter.metavar or parameter.name.upper()).strip("[]")
        return f"`{name}`", str(getattr(parameter, "help", "")), shown_default(parameter)
    value = "" if getattr(parameter, "is_flag", False) else f" {parameter.metavar or _value_of(parameter)}"
    long = [name for name in parameter.opts if name.startswith("--")]
    return f"`{long[0]}{value}`", str(getattr(parameter, "help", "")), shown_default(parameter)


def _value_of(parameter: Any) -> str:
    return "TEXT" if parameter.type_descriptor.annotation is str else "PATH"


def shown_default(parameter: Any) -> str:
    """Return the default as people read it: nothing for a flag or an option without one."""
    if parameter.required:
        return "required"
    found = parameter.default
    if found is None or found is False or callable(found) or found in ((), []):
        return ""
    return f"`{found}`" if isinstance(found, (str, int, float, Path)) else ""


def settings_page() -> str:
    """Return the page of the environment variables."""
    rows = []
    for field in Settings.model_fields.values():
        default = field.get_default(call_default_factory=True, validated_data={})
        shown = default.get_secret_value() if isinstance(default, SecretStr) else default
        rows.append(
            (f"`{field.alias}`", unwrapped(field.description or ""), f"`{shown}`" if shown or shown == 0 else "")
        )
    return page(
        [
            "# Environment variables",
            "An empty variable counts as not set. If some Slack variables are set, but not enough for either mode, "
            "slackguide names what is missing and exits with status 2 before it opens anything.",
            table(("variable", "meaning", "default"), rows),
        ]
    )


def slack_page() -> str:
    """Return the page of what the app has in Slack: the manifest's scopes, events, commands and shortcuts."""
    features = manifest()["features"]
    surfaces = [(f"`{one['command']}`", one["description"]) for one in features["slash_commands"]]
    surfaces += [(f"“{one['name']}”", f"{one['description']} (a message shortcut)") for one in features["shortcuts"]]
    return page(
        [
            "# Scopes and events",
            "`slackguide manifest` has exactly these.",
            "## Scopes",
            table(("scope", "for"), [(f"`{scope}`", reason) for scope, reason in SCOPES.items()]),
            "Socket Mode also needs an app-level token with the scope `connections:write`.",
            "## Events",
            table(("event", "for"), [(f"`{event}`", reason) for event, reason in EVENTS.items()]),
            "## Commands and shortcuts",
            table(("surface", "description"), surfaces),
        ]
    )


def metrics_page() -> str:
    """Return the page of the metrics and the health checks, from one scrape."""
    rows = []
    for family in scraped():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = dict.fromkeys(label for sample in family.samples for label in sample.labels if label != "le")
        shown = ", ".join(f"`{label}`" for label in labels)
        rows.append((f"`{name}`", family.type, shown, f"{family.documentation}."))
    return page(
        [
            "# Metrics",
            f"`GET {METRICS_PATH}` serves them in Prometheus' format, in every mode, beside "
            f"{' and '.join(f'`{path}`' for path in HEALTH_PATHS)}. No label holds a person or their text. Each "
            "process counts its own requests, answers, attempts and claims; the numbers of jobs are those of the "
            "database, the same in every process.",
            table(("metric", "kind", "labels", "meaning"), rows),
        ]
    )


def scraped() -> Iterator[Metric]:
    """Yield every metric, each with a sample, so that its labels are known."""
    metrics = ServiceMetrics(jobs=lambda: [OutboxCount(kind="post", state="dead_letter", count=0, overdue_seconds=0.0)])
    metrics.request("command", status=200, seconds=0.0)
    metrics.rejected("clock")
    metrics.answer("answer")
    metrics.attempt("post", "completed")
    metrics.claimed("form", 0.0)
    body = b"".join(
        metrics.application({"REQUEST_METHOD": "GET", "PATH_INFO": METRICS_PATH}, lambda *_: lambda _: None)
    )
    for family in text_string_to_metric_families(body.decode()):
        if not family.name.endswith("_created"):
            yield family


def keys_page() -> str:
    """Return the page of the keys of knowledge files, from the JSON Schema."""
    schema = json_schema()
    parts = [
        "# Keys of knowledge files",
        "[The format](../knowledge-format.md) explains them with examples. A key in **bold** is required.",
        "## A file",
        keys_table(schema),
    ]
    for name, part in schema["$defs"].items():
        if "properties" in part:
            parts += [f"## {name}", part.get("description", ""), keys_table(part)]
    return page(parts)


def keys_table(part: dict[str, Any]) -> str:
    """Return the table of an object's keys."""
    required = set(part.get("required", ()))
    rows = []
    for key, spec in part["properties"].items():
        name = f"**`{key}`**" if key in required else f"`{key}`"
        rows.append((name, kind_of(spec), spec.get("description", "")))
    return table(("key", "value", "meaning"), rows)


def kind_of(spec: dict[str, Any]) -> str:
    """Return what a value is, in one or two words."""
    if "$ref" in spec:
        name = spec["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})" if name not in ("Condition", "Conditions", "Test") else name.lower()
    if "enum" in spec:
        values = ["yes" if one is True else "no" if one is False else str(one) for one in spec["enum"]]
        return ", ".join(f"`{value}`" for value in dict.fromkeys(values))
    if "anyOf" in spec:
        return " or ".join(dict.fromkeys(kind_of(one) for one in spec["anyOf"]))
    match spec.get("type"):
        case "array":
            return f"list of {kind_of(spec.get('items', {}))}"
        case "object":
            inner: Any = spec.get("additionalProperties") or next(iter(spec.get("patternProperties", {}).values()), {})
            return f"names, each with {kind_of(inner)}" if isinstance(inner, dict) and inner else "mapping"
        case "integer" | "number":
            return "number"
        case _:
            return "text"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *([cell(text) for text in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cell(text: str) -> str:
    """Return text for a cell: on one line, with its bars escaped, and no tag."""
    return unwrapped(text).replace("|", "\\|").replace("<", "&lt;")


def unwrapped(text: str) -> str:
    """Join the lines of each paragraph."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def page(parts: Iterable[str]) -> str:
    """Return a page of its parts, after the notice that it is generated."""
    return NOTICE + "\n" + "\n\n".join(part for part in parts if part) + "\n"


if __name__ == "__main__":
    main()
