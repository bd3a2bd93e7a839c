"""LiveKit's SIP service, served by livekit-server and livekit-sip together, or by what takes their place."""

from livekit.api.sip_service import SipService

from adapters.livekit.client import LiveKitClient


class LiveKitSip(LiveKitClient):
    """A call that is dialled has a time limit of its own, above its ring time."""

    @property
    def calls(self) -> SipService:
        """Trunks, rules and calls."""
        return self.api.sip
