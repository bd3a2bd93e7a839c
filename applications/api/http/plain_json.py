"""Answers as most handlers give them: a value as JSON, with no header or cookie of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Litestar, MediaType, Request, Response
from litestar.serialization import get_serializer
from litestar.types import Receive, Scope, Send

BODILESS: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes out of one. The framework's own first collects headers and cookies from all that may have some, which
    takes it longer than to write the JSON."""

    status: int
    body: bytes

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


class PlainJson(Response[Any]):
    """What a handler returned. Whatever is not plain is left to the framework."""

    def to_asgi_response(self, app: Litestar | None, request: Request[Any, Any, Any], **more: Any) -> Any:
        if self._has_more(more):
            return super().to_asgi_response(app, request, **more)
        encode = get_serializer(self.response_type_encoders)
        return Sent(self.status_code or 200, self.render(self.content, MediaType.JSON, encode))

    def _has_more(self, more: Mapping[str, Any]) -> bool:
        own = self.headers or self.cookies or self.background or any(more.values())
        return bool(own) or self.media_type != MediaType.JSON or self.status_code in BODILESS
