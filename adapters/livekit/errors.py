"""What goes wrong with LiveKit, in the words of our ports."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
from livekit import rtc
from livekit.api import TwirpError, TwirpErrorCode
from livekit.rtc.participant import PublishDataError, PublishDTMFError, PublishTrackError

from ports.errors import Busy, NotFound, PortError, Refused, Unavailable

STATUS: Final = re.compile(r"client error: (\d{3})")
"""How the rtc library tells the HTTP status by which a server refused a join; the rest of its text has the token."""


@contextmanager
def translated() -> Iterator[None]:
    """Library and network errors become PortErrors, and lose their cause where that holds a token."""
    try:
        yield
    except TwirpError as error:
        raise _of_answer(error) from error
    except rtc.ConnectError as error:
        raise _of_join(error.message) from None
    except (PublishTrackError, PublishDataError, PublishDTMFError) as error:
        raise Unavailable(f"LiveKit did not take it: {type(error).__name__}") from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Unavailable(f"no answer from LiveKit: {type(error).__name__}") from error


def _of_answer(error: TwirpError) -> PortError:
    match error.code:
        case TwirpErrorCode.NOT_FOUND:
            return NotFound("LiveKit knows no such thing")
        case TwirpErrorCode.UNAUTHENTICATED | TwirpErrorCode.PERMISSION_DENIED:
            return Refused("LiveKit does not know our key", reason="key")
        case TwirpErrorCode.INVALID_ARGUMENT:
            return Refused("LiveKit will not have it", reason="request")
        case TwirpErrorCode.RESOURCE_EXHAUSTED:
            return Busy("LiveKit has no room now")
        case _:
            return Unavailable(f"LiveKit answered {error.code}")


def _of_join(message: str) -> PortError:
    found = STATUS.search(message)
    match found and int(found[1]):
        case 404:
            return Refused("this room is closed", reason="closed")
        case 400 | 401 | 403:
            return Refused("this ticket is not genuine", reason="ticket")
        case _:
            return Unavailable("LiveKit could not be joined")
