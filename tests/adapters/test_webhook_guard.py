"""The guard before pushes: the attack table, with the control that reaches the listener."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_network

import pytest

from adapters.system.clock import SystemClock
from adapters.webhook.crm_connection import WebhookCrmConnection
from adapters.webhook.guard import AddressRefused, GuardedBackend, GuardedTransport, may_reach, resolved
from contract_tests.backends.crm_listener import CrmListener, listening
from contract_tests.ports.test_crm_connection import DELIVERY, target
from tests.adapters.webhook_push import LOOPBACK, at, push

ATTACKS = [
    "127.0.0.1",
    "localhost",
    "LOCALHOST",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "127.0.0.1.",
    "user@127.0.0.1",
    "user:127.0.0.2@127.0.0.1",
    "①②⑦.0.0.1",
    "[::]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
]

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104  # no binding
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "192.88.99.1",
    "::1",
    "::",
    "fe80::1",
    "fec0::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "::127.0.0.1",
]


@pytest.fixture
async def crm() -> AsyncIterator[CrmListener]:
    async with listening() as listener:
        yield listener


async def test_the_control_reaches_the_listener_where_its_network_is_allowed(crm: CrmListener) -> None:
    assert (await push(f"http://localhost:{crm.port}/ok")).succeeded
    assert (await push(at(crm, "/ok"))).succeeded
    assert len(crm.requests) == 2


@pytest.mark.parametrize("host", ATTACKS)
async def test_no_spelling_of_loopback_reaches_the_listener(crm: CrmListener, host: str) -> None:
    tried = await push(f"http://{host}:{crm.port}/ok", allowed=False)

    assert tried.error in {"refused_address", "bad_url", "unreachable"}
    assert crm.requests == []


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_that_lead_inside_are_refused(address: str) -> None:
    assert not may_reach(address, ())


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_on_the_open_internet_are_not(address: str) -> None:
    assert may_reach(address, ())


def test_allowing_a_network_allows_no_other() -> None:
    allowed = (ip_network("10.0.0.0/8"),)

    assert may_reach("10.1.2.3", allowed)
    assert may_reach("::ffff:10.1.2.3", allowed)
    assert not may_reach("127.0.0.1", allowed)
    assert not may_reach("::1", allowed)


@pytest.mark.parametrize("found", [["127.0.0.1", "1.1.1.1"], ["1.1.1.1", "169.254.169.254"], ["1.1.1.1", "::1"], []])
async def test_a_name_with_one_bad_address_is_refused(crm: CrmListener, found: Sequence[str]) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return found

    connection = WebhookCrmConnection(SystemClock(), resolve=resolve)
    tried = await connection.push(target(url=f"http://crm.example:{crm.port}/ok"), DELIVERY)
    await connection.aclose()

    assert tried.error == "refused_address"
    assert crm.requests == []


async def test_a_name_that_changes_its_mind_gains_nothing(crm: CrmListener) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.1"], ["169.254.169.254"], ["169.254.169.254"]])

    async def resolve(host: str, port: int) -> Sequence[str]:
        return next(answers)

    connection = WebhookCrmConnection(SystemClock(), allowed=LOOPBACK, resolve=resolve)
    tries = [await connection.push(target(url=f"http://crm.example:{crm.port}/ok"), DELIVERY) for _ in range(3)]
    await connection.aclose()

    assert [tried.error for tried in tries] == [None, None, "refused_address"]
    assert crm.requests[0].headers["host"] == f"crm.example:{crm.port}"
    assert next(answers)  # one question for each connection


async def test_when_one_address_is_dead_the_next_is_tried(crm: CrmListener) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.9", "127.0.0.1"]

    connection = WebhookCrmConnection(SystemClock(), allowed=LOOPBACK, resolve=resolve)
    assert (await connection.push(target(url=f"http://crm.example:{crm.port}/ok"), DELIVERY)).succeeded
    await connection.aclose()


async def test_unix_sockets_are_refused() -> None:
    with pytest.raises(AddressRefused):
        await GuardedBackend((), resolved).connect_unix_socket("/run/docker.sock")


async def test_tls_is_asked_for_the_name_and_not_for_the_address() -> None:
    hello = bytearray()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello.extend(await reader.read(65_536))
        writer.close()

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        connection = WebhookCrmConnection(SystemClock(), allowed=LOOPBACK, resolve=resolve)
        url = f"https://crm.example:{server.sockets[0].getsockname()[1]}/"
        assert not (await connection.push(target(url=url), DELIVERY)).succeeded
        await connection.aclose()

    assert b"crm.example" in hello  # the server name stands in clear in a client's hello


def test_certificates_are_checked() -> None:
    context = GuardedTransport(())._pool._ssl_context
    assert context is not None
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
