"""Trunks and dispatch rules as they were given through LiveKit's SIP service."""

import json
from pathlib import Path

from google.protobuf.message import Message
from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPOutboundTrunkInfo

from launcher.private_file import write_private
from launcher.sip_stand_in.faults import TwirpFault
from launcher.sip_stand_in.shelf import Shelf


class Trunks:
    """Kept in one file that only its owner may read, for passwords are in it; in memory where `file` is None."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self.outbound = Shelf(SIPOutboundTrunkInfo, "ST", "sip_trunk_id", self._save)
        self.inbound = Shelf(SIPInboundTrunkInfo, "ST", "sip_trunk_id", self._save)
        self.rules = Shelf(SIPDispatchRuleInfo, "SDR", "sip_dispatch_rule_id", self._save)

    def load(self) -> None:
        """Those of an earlier life. Raises OSError or ValueError for a file that cannot be read."""
        if self._file is None or not self._file.exists():
            return
        kept = json.loads(self._file.read_text())
        self.outbound.load(kept["outbound"])
        self.inbound.load(kept["inbound"])
        self.rules.load(kept["rules"])

    def remove_trunk(self, trunk_id: str) -> Message:
        """Of either direction."""
        if any(trunk.sip_trunk_id == trunk_id for trunk in self.outbound):
            return self.outbound.remove(trunk_id)
        return self.inbound.remove(trunk_id)

    def _save(self) -> None:
        if self._file is not None:
            kept = {"outbound": self.outbound.dumped(), "inbound": self.inbound.dumped(), "rules": self.rules.dumped()}
            write_private(self._file, json.dumps(kept))


def require(found: bool, missing: str) -> None:
    """Raises TwirpFault that says what is missing."""
    if not found:
        raise TwirpFault("invalid_argument", missing)
