"""deploy/compose.yaml by its schema, and by what the rest of the repository says; nobody has run it here."""

import os
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # for tests only

from adapters.environment.settings import EnvironmentSettings
from contract_tests.backends.roll import RAN, leave_out
from launcher.stack.plan import settings_for_cxb
from launcher.stack.ports import StackPorts
from launcher.stack.programs import find_programs, missing
from launcher.stack.versions import versions
from ports.settings import Environment, Media, Settings
from tests.launcher.compose import FILE, SERVICE, compose, filled, mapping, said_twice, text, variables_in
from tests.launcher.test_real_stack import LIVEKIT_SERVER

DEPLOY = FILE.parent
ROOT = DEPLOY.parent
PAGE = ROOT / "docs" / "livekit.md"
VALUES = {
    "CXB_PUBLIC_URL": "https://cxb.example.com",
    "CXB_PUBLIC_IP": "203.0.113.5",
    "JWT_SECRET": "0Yk8zq3nWb7vQe5tRm2xLp9s-jwt-kept",
    "CXBCORE_SECRET": "Zt4hGf6dSa1wEr8yUi3oPk5m-core-kept",
    "CXB_SECRETS_KEY": "Kd8sWq2eRt6yUi0oPa4zXc9v-seal-kept",
    "CXB_LIVEKIT_SECRET": "Nb2vCx7zLk9jHg4fDs6aQw1e-live-kept",
}
SHELLS = {"api": "api_port", "console": "console_port", "core": "core_port", "dialler": "dialler_port"}


@pytest.fixture
def services() -> dict[str, Any]:
    """With every variable filled in."""
    found: dict[str, Any] = filled(compose(), VALUES)["services"]
    return found


def test_it_keeps_the_schema_key_by_key() -> None:
    whole = mapping(
        {
            "name": text,
            "x-shell": lambda value: isinstance(value, dict),
            "services": lambda value: isinstance(value, dict),
            "volumes": lambda value: isinstance(value, dict) and all(one is None for one in value.values()),
        }
    )
    assert whole(compose())
    for name, service in compose()["services"].items():
        assert SERVICE(service), name
    assert not SERVICE({**compose()["services"]["redis"], "helthcheck": {}}), "the schema can fail"


def test_a_key_that_stands_twice_is_found() -> None:
    assert list(said_twice(yaml.compose("{a: 1, b: [{c: 1, d: 2, c: 3}]}"))) == ["c"]


def test_a_variable_is_one_that_must_be_given_and_no_secret_is_written_down() -> None:
    assert set(variables_in(compose())) == set(VALUES)
    assert "$" not in re.sub(r"\$\{[A-Z_]+:\?[^}]+\}", "", FILE.read_text())
    for service in compose()["services"].values():
        secrets = [v for name, v in service.get("environment", {}).items() if "SECRET" in name or name.endswith("KEYS")]
        assert all("${" in value for value in secrets)


def test_the_page_makes_every_variable_that_it_wants(tmp_path: Path) -> None:
    (block,) = [
        block for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL) if "deploy/.env" in block
    ]
    (tmp_path / "deploy").mkdir()
    subprocess.run(["/bin/sh", "-eu", "-c", block], cwd=tmp_path, check=True, timeout=60)  # noqa: S603  # our own page
    made = tmp_path / "deploy" / ".env"

    assert {line.partition("=")[0] for line in made.read_text().split()} == set(VALUES)
    assert made.stat().st_mode & 0o077 == 0


def test_versions_are_those_of_the_one_file(services: dict[str, Any]) -> None:
    wanted = versions()
    images = {name: service["image"] for name, service in services.items() if name not in SHELLS}

    assert images == {
        "redis": f"redis:{wanted.redis}",
        "livekit-server": f"livekit/livekit-server:v{wanted.livekit_server}",
        "livekit-sip": f"livekit/sip:v{wanted.livekit_sip}",
    }


def test_each_waits_for_those_that_are_there_and_a_volume_is_declared(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services) - {name}
    used = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert used == set(compose()["volumes"])


def test_each_shell_runs_its_module_and_is_asked_on_its_port(services: dict[str, Any]) -> None:
    for name, port in SHELLS.items():
        python, flag, module = services[name]["command"]
        assert (python, flag, module) == ("python", "-m", f"applications.{name}.main")
        assert find_spec(module)
        assert services[name]["healthcheck"]["test"][1:] == [
            "python",
            "deploy/healthy.py",
            str(getattr(Settings(), port)),
        ]
        assert services[name]["cap_drop"] == ["ALL"]


def test_production_takes_what_the_shells_are_given(services: dict[str, Any]) -> None:
    for name in SHELLS:
        given = dict(services[name]["environment"])
        assert settings_for_cxb(StackPorts()).items() <= given.items()
        settings = EnvironmentSettings(given).load()
        assert (settings.media, settings.livekit_secret) == (Media.LIVEKIT, VALUES["CXB_LIVEKIT_SECRET"])
        assert settings.environment is Environment.PRODUCTION
        assert settings.public_url == VALUES["CXB_PUBLIC_URL"]


def test_livekits_servers_meet_in_the_one_redis_with_the_one_key(services: dict[str, Any]) -> None:
    redis = services["redis"]["command"]
    server, sip = services["livekit-server"]["environment"], services["livekit-sip"]["environment"]
    server_config, sip_config = yaml.safe_load(server["LIVEKIT_CONFIG"]), yaml.safe_load(sip["SIP_CONFIG_BODY"])

    address = f"{redis[redis.index('--bind') + 1]}:{redis[redis.index('--port') + 1]}"
    assert server_config["redis"]["address"] == sip_config["redis"]["address"] == address
    assert yaml.safe_load(server["LIVEKIT_KEYS"]) == {sip["LIVEKIT_API_KEY"]: sip["LIVEKIT_API_SECRET"]}
    assert sip["LIVEKIT_WS_URL"] == f"ws://127.0.0.1:{server_config['port']}"
    assert server_config["bind_addresses"] == ["127.0.0.1"]
    (webhook,) = server_config["webhook"]["urls"]
    assert webhook == f"http://127.0.0.1:{Settings().api_port}/api/v1/livekit/webhook"
    assert server_config["webhook"]["api_key"] in yaml.safe_load(server["LIVEKIT_KEYS"])
    assert server["NODE_IP"] == sip_config["nat_1_to_1_ip"] == VALUES["CXB_PUBLIC_IP"]
    assert sip_config["max_cpu_utilization"] == 1.0
    assert sip_config["health_port"] == StackPorts().sip_health


def test_the_real_livekit_server_takes_its_config(services: dict[str, Any]) -> None:
    if lacking := missing(versions(), os.environ):
        leave_out(LIVEKIT_SERVER, "; ".join(lacking))
    RAN.add(LIVEKIT_SERVER)
    server = find_programs(versions(), os.environ).livekit_server.path

    told = subprocess.run(  # noqa: S603  # prints the ports of its config, which it reads strictly
        [str(server), "ports"],
        env=services["livekit-server"]["environment"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    ).stdout

    assert "7880 - HTTP service" in told, told
    assert "7881 - ICE/TCP" in told, told


def test_the_image_is_no_root_and_holds_what_it_needs() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    assert "FROM python:3.11-slim" in lines
    last_user = [line.split()[1] for line in lines if line.startswith("USER ")][-1]
    assert last_user == "cxb"

    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in ignored
    taken = [Path(line.removeprefix("!")) for line in ignored if line.startswith("!")]
    assert all((ROOT / path).exists() for path in taken)
    assert {"domain", "ports", "adapters", "applications", "launcher"} <= {str(path) for path in taken}
