"""Keeps Pipecat quiet: its warnings go where CXB's go, and the rest, full of transcripts, goes nowhere.

Imported before Pipecat is, because that already talks while it is imported.
"""

import warnings
from typing import TYPE_CHECKING

import structlog
from loguru import logger

if TYPE_CHECKING:
    from loguru import Message

log = structlog.get_logger()


def _forward(message: "Message") -> None:
    record = message.record
    log.warning("pipecat", level_name=record["level"].name, source=record["name"], pii_message=record["message"])


logger.remove()  # nobody else here writes to loguru
logger.add(_forward, level="WARNING", format="{message}")
warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)  # it runs on 3.11
