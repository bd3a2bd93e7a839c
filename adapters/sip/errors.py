"""What goes wrong in the SIP stack, in the words of our ports."""

from collections.abc import Iterator
from contextlib import contextmanager

from baresip.errors import BaresipError, StaleHandleError

from ports.errors import NotFound, Unavailable


@contextmanager
def translated() -> Iterator[None]:
    """The library's errors become PortErrors. Their texts may hold an address or a number, so only names are kept."""
    try:
        yield
    except StaleHandleError as error:
        raise NotFound("the call is over") from error
    except (BaresipError, ValueError) as error:
        raise Unavailable(f"the SIP stack: {type(error).__name__}") from error
