"""Keeps LiveKit's own log to one private event: its library puts whole access tokens into its warnings.

Imported for what it does.
"""

import logging
from typing import Final

import structlog

log = structlog.get_logger()


class _Forward(logging.Handler):
    """Comes from a thread of the library, whose errors are often no more than that a room was closed."""

    def emit(self, record: logging.LogRecord) -> None:
        log.debug("livekit_says", level_name=record.levelname, pii_message=record.getMessage())


LIBRARY: Final = logging.getLogger("livekit")
LIBRARY.handlers[:] = [_Forward(logging.WARNING)]
LIBRARY.propagate = False
