"""A client that stops sending its body is taken for one that has left, so that it holds nothing up."""

import asyncio
from typing import Final

from adapters.asgi.protocol import App, Message, Receive, Scope, Send

PIECE_SECONDS: Final = 20.0
"""How long the next piece of a body may take."""


class BodyPatience:
    """Slow clients are let be, as long as something comes."""

    def __init__(self, app: App, *, seconds: float = PIECE_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        whole = False

        async def patient() -> Message:
            nonlocal whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout(self._seconds):
                    message = await receive()
            except TimeoutError:
                message = {"type": "http.disconnect"}
            whole = not message.get("more_body", False)
            return message

        await self._app(scope, patient, send)
