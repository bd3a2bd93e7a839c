"""The backends of connections to CRMs."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_network

from adapters.memory.clock import MemoryClock
from adapters.memory.crm_connection import CrmReply, MemoryCrmConnection
from adapters.webhook.crm_connection import WebhookCrmConnection
from contract_tests.backends.backend import Backend
from contract_tests.backends.crm_listener import CRM, NOBODY, REPLIES, RebasedCrmConnection, Reply, listening
from ports.crm_connection import CrmConnection

LOOPBACK = ip_network("127.0.0.0/8")


def _as_twin(reply: Reply) -> CrmReply:
    wait = reply.headers.get("Retry-After")
    return CrmReply(
        status=reply.status,
        answer=reply.body[:1000],
        error="broken_answer" if reply.status is None else None,
        retry_after=float(wait) if wait else None,
    )


@asynccontextmanager
async def _memory() -> AsyncIterator[CrmConnection]:
    replies = {f"{CRM}{path}": _as_twin(reply) for path, reply in REPLIES.items()}
    yield MemoryCrmConnection(MemoryClock(), replies={**replies, NOBODY: CrmReply(error="unreachable")})


@asynccontextmanager
async def _webhook() -> AsyncIterator[CrmConnection]:
    async with listening() as crm:
        connection = WebhookCrmConnection(MemoryClock(), allowed=(LOOPBACK,))
        yield RebasedCrmConnection(connection, crm.port)
        await connection.aclose()


BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "crm_connection": {
        "memory": Backend(name="memory", open=_memory),
        "webhook": Backend(name="webhook", open=_webhook),
    },
}
