"""The way to our own processes, where a connection that is reset as soon as it is made is one that was not made."""

import httpx


class Transport(httpx.AsyncHTTPTransport):
    """anyio 4.16 asks a connection of uvloop 0.23 for its peer, and trips over one that is gone by then."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpx's own errors alone. Nothing of such a request has been sent."""
        try:
            return await super().handle_async_request(request)
        except AttributeError as error:
            if error.name != "getpeername":
                raise
            raise httpx.ConnectError("reset as soon as it was made", request=request) from error
