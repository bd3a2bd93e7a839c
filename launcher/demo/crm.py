"""A small CRM on this machine: takes pushes, checks their signatures, and writes down what came."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, post
from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(slots=True, kw_only=True)
class CrmReceiver:
    """`pushes` holds each message once, by its id; `log` has every try as it came."""

    log: Path
    url: str = ""
    secret: str = ""
    pushes: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeats: int = 0
    forged: int = 0

    def take(self, body: str, headers: dict[str, str]) -> int:
        """The status to answer with."""
        try:
            Webhook(self.secret).verify(body, headers)
        except (WebhookVerificationError, ValueError):
            self.forged += 1
            return 401
        message_id = headers["webhook-id"]
        self.repeats += message_id in self.pushes
        self.pushes[message_id] = json.loads(body)
        with self.log.open("a") as log:
            log.write(json.dumps({"id": message_id, "body": self.pushes[message_id]}) + "\n")
        return 204


@asynccontextmanager
async def receiving(log: Path) -> AsyncIterator[CrmReceiver]:
    """The receiver on a free port, until the context ends."""
    receiver = CrmReceiver(log=log)

    @post("/pushes", status_code=204)
    async def pushes(request: Request[Any, Any, Any]) -> Response[None]:
        body = (await request.body()).decode()
        return Response(None, status_code=receiver.take(body, dict(request.headers)))

    app = Litestar(route_handlers=[pushes], openapi_config=None, logging_config=None)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    receiver.url = f"http://127.0.0.1:{socket.getsockname()[1]}/pushes"
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server._serve([socket]))  # noqa: SLF001  # serve() would take our signals
        try:
            yield receiver
        finally:
            server.should_exit = True
