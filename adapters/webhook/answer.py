"""What is read of a receiver's answer: little, and never trusted."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

MOST_READ: Final = 64 * 1024
MOST_KEPT: Final = 1000
"""Characters of the answer that the delivery's document keeps, for a person to see what the receiver said."""

LONGEST_WAIT: Final = 86_400.0
"""A receiver may ask for a day of rest, and not for a year."""


async def beginning(response: httpx.Response) -> str:
    """The first characters of the body. Nothing is unpacked, so that a few bytes cannot become many."""
    body = bytearray()
    async for chunk in response.aiter_raw(chunk_size=4096):
        body += chunk
        if len(body) >= MOST_READ:
            break
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return ""
    return bytes(body[:MOST_READ]).decode("utf-8", "replace")[:MOST_KEPT]


def wait_asked_for(response: httpx.Response, *, now: datetime) -> float | None:
    """Seconds from `Retry-After`, which holds seconds or a date; None where it says nothing that can be read."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), LONGEST_WAIT)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return min(max((date - now).total_seconds(), 0.0), LONGEST_WAIT)
