"""What runs slackguide elsewhere: the Dockerfile, the compose file, the unit of systemd, the Slack CLI's hooks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from slackguide import __version__
from slackguide.config import Settings
from slackguide.slack.manifest import manifest
from tests.docs.pages import ROOT, script

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
UNIT = (ROOT / "deploy" / "slackguide.service").read_text("utf-8")


def test_the_steps_of_the_dockerfile_are_understood() -> None:
    """Whether they work is tested by `scripts/fresh-machine --image`."""
    steps = list(script("dockerfile_steps").steps(DOCKERFILE, ROOT))
    assert any("--require-hashes -r requirements.lock" in step for step in steps)
    assert "setpriv --reuid slackguide --regid slackguide --clear-groups slackguide serve &" in steps[-1]
    assert "healthz" in steps[-1]


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(SystemExit, match="ONBUILD"):
        list(script("dockerfile_steps").steps("FROM x\nONBUILD RUN y\n", ROOT))


def test_what_the_image_copies_is_in_its_context() -> None:
    copied = [name for line in re.findall(r"^COPY (.*)", DOCKERFILE, re.MULTILINE) for name in line.split()[:-1]]
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert copied
    assert set(copied) == kept
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_has_few_rights_and_a_health_check(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("user") == "postgres" or ("build" in service and "\nUSER slackguide\n" in DOCKERFILE)
    assert "healthcheck" in service or ("build" in service and "\nHEALTHCHECK " in DOCKERFILE)
    named = {volume.partition(":")[0] for volume in service["volumes"]}
    assert named <= COMPOSE["volumes"].keys()


def test_the_services_are_the_app_a_worker_and_the_database() -> None:
    services = COMPOSE["services"]
    assert services.keys() == {"app", "worker", "database"}
    assert services["worker"]["command"][:2] == ["slackguide", "worker"]
    assert services["app"]["ports"] == ["127.0.0.1:3000:3000"], "the proxy is the only way in"
    assert services["app"]["image"] == f"slackguide:{__version__}"


def test_the_variables_exist() -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()} | {"DATABASE_PASSWORD"}
    environment = (ROOT / "deploy" / "slackguide.env").read_text("utf-8")
    named = set(re.findall(r"^([A-Z_]+)=", environment, re.MULTILINE))
    named |= set(re.findall(r"\b((?:SLACKGUIDE_\w+|HOST|PORT|LOG_\w+))=", UNIT + DOCKERFILE))
    assert named
    assert named <= known


def test_the_unit_is_valid_and_hardened(tmp_path: Path) -> None:
    assert "ExecStart=/opt/slackguide/.venv/bin/slackguide serve\n" in UNIT
    for setting in ("User=slackguide", "ProtectSystem=strict", "NoNewPrivileges=true", "CapabilityBoundingSet="):
        assert f"{setting}\n" in UNIT
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    unit = tmp_path / "slackguide.service"
    unit.write_text(UNIT.replace("/opt/slackguide/.venv/bin/slackguide", shutil.which("true") or ""), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_of_root_is_that_of_the_unit() -> None:
    script = (ROOT / "deploy" / "slackguide").read_text("utf-8")
    folders = re.findall(r"^SLACKGUIDE_\w+=.*", script, re.MULTILINE)
    assert folders
    assert all(one in UNIT for one in folders)
    for name, pattern in (
        ("User", r"--user (\w+) "),
        ("EnvironmentFile", r"^\. (.*)"),
        ("ExecStart", r"-- (.*) \"\$@\""),
    ):
        found = re.search(pattern, script, re.MULTILINE)
        assert found, name
        assert f"{name}={found[1]}" in UNIT


def test_the_slack_cli_gets_the_manifest_and_the_start_command() -> None:
    hooks = json.loads((ROOT / ".slack" / "hooks.json").read_text("utf-8"))
    assert hooks["config"]["sdk-managed-connection-enabled"] is True
    program, *arguments = hooks["hooks"]["get-manifest"].split()
    command = [Path(sys.executable).parent / Path(program).name, *arguments]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    assert json.loads(printed) == manifest()
    assert hooks["hooks"]["start"].split() == [".venv/bin/python", "app.py"]
    assert all((ROOT / path).exists() for part in hooks["config"]["watch"].values() for path in part["paths"])
    assert json.loads((ROOT / ".slack" / "config.json").read_text("utf-8")) == {"manifest": {"source": "local"}}


def test_the_changelog_begins_with_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (.*)", text, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", one) for one in versions[1:])
    assert versions[1].startswith(f"[{__version__}]")
    kinds = set(re.findall(r"^### (.*)", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
