"""What the SIP stack logs goes into our log, at debug; where an INVITE came from is read from it."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog

LIBRARY: Final = "baresip"
MESSAGES: Final = "baresip.native.sip"

SECRETS: Final = re.compile(r'auth_pass="[^"]*"|^(?:Proxy-)?Authorization:.*$', re.MULTILINE | re.IGNORECASE)
INVITE: Final = re.compile(r"RX \w+ (?P<host>\S+):\d+ -> \S+\r?\nINVITE (?P<uri>\S+) SIP/2\.0\r?\n")
CALL_ID: Final = re.compile(r"^(?:Call-ID|i)[ \t]*:[ \t]*(\S+)", re.MULTILINE | re.IGNORECASE)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An INVITE as it came off the network: the address that its packet came from, not what it says of itself."""

    call_id: str
    host: str
    uri: str


class StackLog(logging.Handler):
    """Called on the stack's log thread. `invited` is told each INVITE that came."""

    def __init__(self, invited: Callable[[Invited], None]) -> None:
        super().__init__()
        self._invited = invited

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.name == MESSAGES and (found := read_invite(text)) is not None:
            self._invited(found)
        log.debug("sip_stack", logger=record.name, level=record.levelname, pii_text=SECRETS.sub("[secret]", text))


def read_invite(text: str) -> Invited | None:
    """From the stack's trace of one message. The first line is the stack's own, so nothing a message says of itself
    can pass for it."""
    found = INVITE.match(text)
    head = text.replace("\r\n", "\n").partition("\n\n")[0]
    call_id = CALL_ID.search(head)
    if found is None or call_id is None:
        return None
    return Invited(call_id=call_id[1], host=found["host"].strip("[]"), uri=found["uri"])


@contextmanager
def kept(invited: Callable[[Invited], None]) -> Iterator[None]:
    """The library's loggers lead to ours and nowhere else."""
    handler, library = StackLog(invited), logging.getLogger(LIBRARY)
    before = library.propagate, library.level
    library.addHandler(handler)
    library.propagate = False
    library.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        library.removeHandler(handler)
        library.propagate, level = before
        library.setLevel(level)
