"""`./cxb stack` with a real Redis and doubles of LiveKit's servers: what it starts, leaves alone, refuses and ends."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import httpx
import pytest
import yaml  # type: ignore[import-untyped]  # for tests only
from livekit.api import AccessToken, SIPGrants

from domain.errors import InvalidValue
from launcher.data_folder import held
from launcher.stack.plan import KEY, Parts, plan
from launcher.stack.ports import STACK_NAMES, StackPorts, stack_ports
from launcher.stack.records import alive, write_records
from tests.launcher.stack import Stack, connects, real_redis, stack, with_doubles
from tests.launcher.test_command_line import cxb

SECRET = "s-" * 20


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Stack]:
    """Redis, livekit-server and livekit-sip; whatever a test left of them is ended."""
    real_redis()
    one = with_doubles(stack(tmp_path, 24100), tmp_path / "bin", sip=True)
    yield one
    assert one.run("down").returncode == 0


def configs(**ports: int) -> dict[str, dict[str, object]]:
    parts = Parts(
        folder=Path("/x"),
        ports=StackPorts(**ports),
        secret=SECRET,
        api="http://127.0.0.1:7600",
        redis_server=Path("/r"),
        livekit_server=Path("/l"),
        livekit_sip=Path("/s"),
    )
    return {name: yaml.safe_load(text) for process in plan(parts) for name, text in process.files.items()}


def test_livekits_servers_are_told_what_was_seen_to_work_on_one_machine() -> None:
    files = configs(livekit=7000, livekit_udp=7001, redis=7002, sip=7003, sip_health=7004)

    assert files == {
        "livekit.yaml": {
            "port": 7000,
            "bind_addresses": ["127.0.0.1"],
            "rtc": {
                "tcp_port": 0,
                "udp_port": 7001,
                "ips": {"includes": ["127.0.0.1/32"]},
                "use_external_ip": False,
                "node_ip": "127.0.0.1",
                "enable_loopback_candidate": True,
            },
            "redis": {"address": "127.0.0.1:7002"},
            "keys": {"cxb": SECRET},
            "room": {"auto_create": True},
            "webhook": {"api_key": "cxb", "urls": ["http://127.0.0.1:7600/api/v1/livekit/webhook"]},
            "logging": {"level": "info"},
        },
        "livekit-sip.yaml": {
            "api_key": "cxb",
            "api_secret": SECRET,
            "ws_url": "ws://127.0.0.1:7000",
            "redis": {"address": "127.0.0.1:7002"},
            "sip_port": 7003,
            "listen_ip": "127.0.0.1",
            "nat_1_to_1_ip": "127.0.0.1",
            "rtp_port": "20000-20200",
            "health_port": 7004,
            "max_cpu_utilization": 1.0,
        },
    }


def test_all_start_in_order_are_told_and_stop_the_other_way_round(
    three: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_HOST", "elsewhere:6379")  # livekit-server would take its Redis from it
    said = three.up()

    assert list(three.records()) == ["redis", "livekit-server", "livekit-sip"]
    assert f"CXB_LIVEKIT_URL=ws://127.0.0.1:{three.ports.livekit}" in said
    assert "stand-in" not in said
    assert "CXB_LIVEKIT_SIP_URL" not in said
    status = three.run("status")
    assert (status.returncode, status.stdout.count("healthy")) == (0, 3)
    assert not {"REDIS_HOST", *STACK_NAMES} & set(json.loads((three.folder / "livekit-server.seen").read_text()))

    down = three.run("down")
    assert down.returncode == 0
    assert (three.folder / "stopped").read_text().split() == ["livekit-sip", "livekit-server"]
    assert not connects(three.ports.redis)
    assert three.run("status").returncode == 1
    assert three.run("down").returncode == 0


def test_a_second_start_leaves_all_alone_and_starts_what_has_died(three: Stack) -> None:
    three.up()
    first = three.records()
    again = three.up()
    assert again.count("runs already") == 3
    assert three.records() == first

    os.kill(first["livekit-server"].pid, signal.SIGKILL)
    status = three.run("status")
    assert status.returncode == 1
    assert "has ended" in status.stdout

    assert three.up().count("runs already") == 2
    assert list(three.records()) == list(first)
    assert three.records()["livekit-server"].pid != first["livekit-server"].pid
    assert three.run("status").returncode == 0


def test_secrets_are_for_their_owners_eyes_and_neither_said_nor_logged(three: Stack) -> None:
    said = three.up()
    secret = three.secret()

    assert len(secret) >= 32
    holders = {path for path in three.data.rglob("*") if path.is_file() and secret in path.read_text(errors="replace")}
    names = {"livekit_secrets.json", "cxb.env", "livekit.yaml", "livekit-sip.yaml"}
    assert {path.name for path in holders} == names
    assert all(path.stat().st_mode & 0o077 == 0 for path in {*holders, three.folder})
    assert secret not in said + three.run("status").stdout + three.run("down").stdout
    three.up()
    assert three.secret() == secret


def test_a_port_that_somebody_has_is_named_before_anything_starts(three: Stack) -> None:
    with socket.create_server(("127.0.0.1", three.ports.livekit)), socket.socket(type=socket.SOCK_DGRAM) as media:
        media.bind(("127.0.0.1", three.ports.livekit_udp))
        refused = three.run("up")

    assert refused.returncode == 1
    assert f"{three.ports.livekit}/tcp (CXB_STACK_LIVEKIT_PORT)" in refused.stderr
    assert f"{three.ports.livekit_udp}/udp (CXB_STACK_LIVEKIT_UDP_PORT)" in refused.stderr
    assert "REDIS" not in refused.stderr
    assert three.records() == {}


def test_one_that_runs_is_not_taken_for_one_on_other_ports(three: Stack) -> None:
    three.up()
    refused = three.run("up", CXB_STACK_LIVEKIT_PORT=str(three.ports.livekit + 500))

    assert refused.returncode == 1
    assert "livekit-server runs on other ports" in refused.stderr
    assert "./cxb stack down" in refused.stderr


def test_one_that_ends_at_once_is_told_with_the_place_of_its_own_words(three: Stack) -> None:
    (Path(three.environ["PATH"].split(os.pathsep)[0]) / "livekit-server").write_text(
        "#!/bin/sh\necho 1.13.5 is broken\n"
    )
    failed = three.run("up")

    assert failed.returncode == 1
    log = three.folder / "livekit-server.log"
    assert f"livekit-server ended while it started; see {log}" in failed.stderr
    assert "is broken" in log.read_text()
    assert alive(three.records()["redis"])


def test_a_process_that_has_the_id_of_one_that_ended_outlives_down(three: Stack) -> None:
    three.up()
    records = three.records()
    os.kill(records["livekit-sip"].pid, signal.SIGKILL)
    write_records(three.folder, [*list(records.values())[:2], replace(records["livekit-sip"], pid=os.getpid())])

    down = three.run("down")

    assert down.returncode == 0, "this very process would have got SIGTERM"
    assert "livekit-sip had ended already" in down.stdout


def test_another_command_at_work_is_waited_for_by_nobody(three: Stack) -> None:
    with held(three.folder, "another ./cxb stack is at work"):
        for verb in ("up", "down"):
            refused = three.run(verb)
            assert refused.returncode == 1
            assert "another ./cxb stack is at work" in refused.stderr


def test_without_livekit_sip_a_stand_in_of_ours_carries_sip(tmp_path: Path) -> None:
    real_redis()
    one = with_doubles(stack(tmp_path, 24200), tmp_path / "bin", sip=False)
    service = f"http://127.0.0.1:{one.ports.sip_health}"
    try:
        said = one.up()
        assert "no livekit-sip on PATH" in said
        assert f"CXB_LIVEKIT_SIP_URL={service}" in said
        assert list(one.records()) == ["redis", "livekit-server", "sip-stand-in"]
        assert one.run("status").returncode == 0
        assert connects(one.ports.sip)
        asked = httpx.post(
            f"{service}/twirp/livekit.SIP/ListSIPOutboundTrunk",
            json={},
            headers={"authorization": f"Bearer {sip_admin(one)}"},
            trust_env=False,
        )
        assert asked.json() == {}
        secrets = {path.name for path in one.folder.iterdir() if path.is_file() and one.secret() in path.read_text()}
        assert secrets == {"cxb.env", "livekit.yaml", "sip-stand-in.json"}
    finally:
        assert one.run("down").returncode == 0
    assert not connects(one.ports.sip)


def sip_admin(one: Stack) -> str:
    """By the key and the secret that were written down for CXB."""
    return AccessToken(KEY, one.secret()).with_sip_grants(SIPGrants(admin=True)).to_jwt()


def test_nothing_started_is_nothing_to_stop(tmp_path: Path) -> None:
    folder = str(tmp_path / "none")

    assert cxb("stack", "down", CXB_DATA=folder).returncode == 0
    assert cxb("stack", "status", CXB_DATA=folder).returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_every_wrong_port_is_named_at_once() -> None:
    names = [row.metadata["name"] for row in fields(StackPorts)]
    wrong = dict(zip(names, ("", "0", "65536", "x", "7880"), strict=True))
    with pytest.raises(InvalidValue) as invalid:
        stack_ports({**wrong, "CXB_STACK_SIP_HEALTH_PORT": "١٢"})
    assert [fault.field for fault in invalid.value.faults] == names

    with pytest.raises(InvalidValue, match="a port of its own") as twice:
        stack_ports({"CXB_STACK_SIP_PORT": "7880"})
    assert [fault.field for fault in twice.value.faults] == ["CXB_STACK_SIP_PORT"]


def test_what_only_the_stack_reads_is_no_slip_to_other_commands() -> None:
    listed = cxb("settings", **dict.fromkeys(STACK_NAMES, "7000"))
    assert listed.returncode == 0, listed.stderr

    slip = cxb("settings", CXB_STACK_REDIS_PROT="7000")
    assert slip.returncode == 2


def test_a_stack_needs_a_verb() -> None:
    assert cxb("stack").returncode == 2
    assert "usage" in cxb("stack", "restart").stderr
