"""What one call receives: audio with its times, and digits put together from their packets."""

from collections.abc import Callable
from dataclasses import dataclass, field

from contract_tests.carrier.g711 import LAWS, RATE
from contract_tests.carrier.records import DigitSeen, MediaSeen, RtpSeen
from contract_tests.carrier.rtp import DIGITS, Packet, event_of, unpack


@dataclass(slots=True, kw_only=True)
class Ear:
    """`told` is called at the first audio and at each change of a digit."""

    seen: MediaSeen
    told: Callable[[], None]
    events: int | None = None
    _open: dict[int, DigitSeen] = field(default_factory=dict)

    def receive(self, data: bytes, now: float) -> Packet | None:
        """The packet, when it was audio."""
        packet = unpack(data)
        if packet is not None and packet.payload_type == self.events:
            self._digit(packet, now)
            return None
        if packet is None or packet.payload_type not in LAWS or not packet.payload:
            self.seen.junk += 1
            return None
        self.seen.audio.append(RtpSeen(now, packet))
        self.told()
        return packet

    def _digit(self, packet: Packet, now: float) -> None:
        """One digit is all packets of one timestamp; its end comes three times."""
        event = event_of(packet.payload)
        if event is None:
            self.seen.junk += 1
            return
        digit = self._open.get(packet.timestamp)
        if digit is None:
            digit = self._open[packet.timestamp] = DigitSeen(digit=DIGITS[event.code], began=now)
            self.seen.digits.append(digit)
        digit.packets += 1
        digit.duration = max(digit.duration, event.duration / RATE)
        if event.end and digit.ended is None:
            digit.ended = now
        self.told()
