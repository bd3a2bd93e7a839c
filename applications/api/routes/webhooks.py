"""What media servers tell us: calls that come in."""

from typing import Any

from litestar import Request, post
from litestar.di import Provide

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import anybody
from applications.api.http.given import Given, provide
from applications.api.use_cases.hear_of_arrival import HearOfArrival


@post(
    "/livekit/webhook",
    operation_id="receiveLivekitWebhook",
    include_in_schema=False,  # LiveKit's own format, which it describes itself
    status_code=204,
    **anybody(401, 413),
)
async def receive_livekit(request: Request[Any, Any, Any], hear: Given[HearOfArrival]) -> None:
    """LiveKit's news, proved by the signature that it puts into `Authorization`. Told again, nothing happens anew."""
    await hear(await request.body(), request.headers.get("authorization", ""))


ROUTES = (receive_livekit,)


def dependencies(container: Container) -> dict[str, Provide]:
    return {"hear": provide(maker(container, HearOfArrival))}
