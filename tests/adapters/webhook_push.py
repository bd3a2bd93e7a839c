"""A CRM on a real socket, and one push to it over the real connection."""

from dataclasses import replace
from ipaddress import ip_network

from adapters.system.clock import SystemClock
from adapters.webhook.crm_connection import WebhookCrmConnection
from contract_tests.backends.crm_listener import CrmListener
from contract_tests.ports.test_crm_connection import DELIVERY, SECRET, target
from domain.crm.delivery import PushTry
from ports.clock import Clock

LOOPBACK = (ip_network("127.0.0.0/8"),)


async def push(url: str, *, allowed: bool = True, clock: Clock | None = None, secret: str = SECRET) -> PushTry:
    connection = WebhookCrmConnection(clock or SystemClock(), allowed=LOOPBACK if allowed else ())
    tried = await connection.push(replace(target(url=url), secret=secret), DELIVERY)
    await connection.aclose()
    return tried


def at(crm: CrmListener, path: str) -> str:
    return f"http://127.0.0.1:{crm.port}{path}"
