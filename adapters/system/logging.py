"""How a process logs: static event names with their values as fields, as lines of text or JSON on standard error."""

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Final

import msgspec
import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from ports.settings import Environment, LogFormat, Settings

PERSONAL: Final = "pii_"
"""Fields whose names begin so hold what a person said or who they are; production never writes them."""

QUIET: Final = ("httpx", "httpcore", "asyncio", "websockets", "uvicorn.error")
"""Libraries whose chatter says nothing that our own events do not."""


DEEPEST: Final = 30
"""Frames of a traceback that are kept, the innermost."""


def configure_logging(process: str, settings: Settings) -> None:
    """For this whole process, libraries that use the standard library's logging included."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    processors = _processors(process, settings)
    rendering = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(settings)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=rendering, foreign_pre_chain=processors))
    logging.basicConfig(handlers=[handler], level=max(level, logging.INFO), force=True)
    for library in QUIET:
        logging.getLogger(library).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*processors, *_rendering(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _processors(process: str, settings: Settings) -> list[Processor]:
    def name_process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    kept: list[Processor] = [drop_personal] if settings.environment is Environment.PRODUCTION else []
    return [
        structlog.contextvars.merge_contextvars,
        name_process,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *kept,
    ]


def _rendering(settings: Settings) -> list[Processor]:
    production = settings.environment is Environment.PRODUCTION
    brief = [structlog.processors.ExceptionRenderer(where_it_broke)] if production else []
    if settings.log_format is LogFormat.JSON:
        return [*brief, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)]
    plain = structlog.dev.plain_traceback  # the pretty one prints the values of variables
    return [*brief, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def where_it_broke(exc_info: ExcInfo) -> str:
    """The traceback without the exceptions' texts, which may hold what somebody said or a number."""
    lines = []
    for found in _unwound(exc_info[1]):
        frames = traceback.extract_tb(found.__traceback__, limit=-DEEPEST)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        lines.append(type(found).__qualname__)
    return "\n".join(lines)


def _unwound(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and those that it came of or is made of."""
    waiting = [error]
    while waiting and (now := waiting.pop(0)) is not None:
        yield now
        waiting += now.exceptions if isinstance(now, BaseExceptionGroup) else []
        waiting.append(now.__cause__ or (None if now.__suppress_context__ else now.__context__))


def drop_personal(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {name: value for name, value in event.items() if not name.startswith(PERSONAL)}


def _json(event: EventDict, **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
