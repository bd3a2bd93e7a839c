"""The trunks of LiveKit's SIP service as the SIP carrier takes them."""

from collections.abc import Sequence
from typing import Final

import structlog
from livekit.protocol.sip import SIPInboundTrunkInfo, SIPOutboundTrunkInfo, SIPTransport

from domain.ids import DEFAULT_BRAND, TrunkId
from domain.routing.sip import SipSettings, SipTransport, sip_faults
from launcher.sip_stand_in.trunks import Trunks
from ports.carrier_desk import CarrierDesk
from ports.errors import Unavailable
from ports.messages.inbound import Arrived, Received
from ports.messages.sip import SipAccount

log = structlog.get_logger()

SIP_PORT: Final = 5060
OURS: Final = "ours"
"""An account that is there before any trunk is, so that SIP is listened for from the start, as livekit-sip does."""

EVERYWHERE: Final = ("0.0.0.0/0",)
"""An inbound trunk without addresses lets everybody in who calls its numbers."""


class TrunkAccounts(CarrierDesk):
    """`listen_ip` is where inbound trunks are that have no address of their own. Outbound ones come first: who calls
    from the address of one is known by it. `asked` counts how often the carrier has looked."""

    def __init__(self, trunks: Trunks, *, listen_ip: str, most: int) -> None:
        self.asked = 0
        self._trunks = trunks
        self._listen_ip = listen_ip
        self._most = most

    async def accounts(self) -> Sequence[SipAccount]:
        self.asked += 1
        found = [
            *(
                self._account(trunk.sip_trunk_id, _outbound(trunk), trunk.auth_password)
                for trunk in self._trunks.outbound
            ),
            *(self._account(trunk.sip_trunk_id, self._inbound(trunk), "") for trunk in self._trunks.inbound),
            self._account(OURS, SipSettings(host=self._listen_ip), ""),
        ]
        return [account for account in found if not _is_wrong(account)]

    async def receive(self, arrived: Arrived) -> Received:
        """Dispatch rules decide here, and nobody asks for this."""
        raise Unavailable(f"no desk decides about {arrived.trunk_id}")

    def _account(self, trunk_id: str, sip: SipSettings, password: str) -> SipAccount:
        return SipAccount(
            trunk_id=TrunkId(trunk_id), brand=DEFAULT_BRAND, sip=sip, password=password, channels=self._most
        )

    def _inbound(self, trunk: SIPInboundTrunkInfo) -> SipSettings:
        return SipSettings(host=self._listen_ip, trusted=tuple(trunk.allowed_addresses) or EVERYWHERE)


def _outbound(trunk: SIPOutboundTrunkInfo) -> SipSettings:
    host, _, port = trunk.address.rpartition(":")
    if not port.isdecimal() or not host or host.endswith(":"):
        host, port = trunk.address, str(SIP_PORT)
    transport = SipTransport.TCP if trunk.transport == SIPTransport.SIP_TRANSPORT_TCP else SipTransport.UDP
    return SipSettings(host=host, port=int(port), transport=transport, username=trunk.auth_username)


def _is_wrong(account: SipAccount) -> bool:
    """One that cannot be used is left out, and said."""
    wrong = [fault.reason for fault in sip_faults(account.sip, "sip")]
    if wrong:
        log.warning("trunk_unusable", trunk_id=account.trunk_id, why=wrong)
    return bool(wrong)
