"""Who calls us by SIP and is no trunk's: counted by address, and told ever more seldom, or a scanner fills the disk."""

from collections import OrderedDict
from typing import Final

import structlog

REMEMBERED: Final = 1000
"""Addresses."""

log = structlog.get_logger()


class Strangers:
    """Each address is told of at its first call, and whenever its calls have doubled."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, int] = OrderedDict()

    def came(self, host: str) -> None:
        """`host` is empty where nobody knows it."""
        calls = self._calls.pop(host, 0) + 1
        self._calls[host] = calls
        while len(self._calls) > REMEMBERED:
            self._calls.popitem(last=False)
        if calls.bit_count() == 1:
            log.warning("sip_caller_unknown", pii_host=host, calls=calls)
