"""What goes wrong on a connection to the exchange, in the words of our ports."""

from collections.abc import Iterator
from contextlib import contextmanager

from websockets.exceptions import InvalidStatus, WebSocketException

from ports.errors import Refused, Unavailable


@contextmanager
def translated() -> Iterator[None]:
    """Library and network errors become PortErrors."""
    try:
        yield
    except InvalidStatus as error:
        if error.response.status_code in (401, 403):
            raise Refused("the exchange does not know our secret", reason="secret") from error
        raise Unavailable(f"the exchange answered {error.response.status_code}") from error
    except (WebSocketException, OSError, TimeoutError) as error:
        raise Unavailable(f"no answer from the exchange: {type(error).__name__}") from error
