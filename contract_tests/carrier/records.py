"""What the far end saw and did, in plain values with times of one monotonic clock in seconds."""

from dataclasses import dataclass, field
from enum import StrEnum

from contract_tests.carrier.message import Message
from contract_tests.carrier.rtp import Packet


@dataclass(slots=True, kw_only=True)
class SipSeen:
    """One message. `name` is `INVITE`, or `200 INVITE` for an answer; `again` marks a repeat of one that was there."""

    at: float
    sent: bool
    name: str
    message: Message
    again: bool = False


@dataclass(slots=True)
class RtpSeen:
    at: float
    packet: Packet


@dataclass(slots=True, kw_only=True)
class DigitSeen:
    """`duration` in seconds as its sender tells it; `ended` is None until the end was told."""

    digit: str
    began: float
    ended: float | None = None
    duration: float = 0.0
    packets: int = 0
    by: str = "rtp"


@dataclass(slots=True, kw_only=True)
class MediaSeen:
    """`audio` is every audio packet in the order it came. `junk` counts what was no RTP, or of no type agreed upon.

    Of our own packets `sent` counts those on the wire, `lost` those kept back on purpose, `swapped` those that went
    out after their successor, `unsent` those that the system had no room for; `worst_delay` is the most seconds that
    one was behind the clock.
    """

    audio: list[RtpSeen] = field(default_factory=list, repr=False)
    digits: list[DigitSeen] = field(default_factory=list)
    junk: int = 0
    sent: int = 0
    first_sent_at: float | None = None
    lost: int = 0
    swapped: int = 0
    unsent: int = 0
    worst_delay: float = 0.0

    @property
    def first_heard_at(self) -> float | None:
        return self.audio[0].at if self.audio else None


class EndedBy(StrEnum):
    THEM = "them"
    US = "us"


@dataclass(slots=True, kw_only=True)
class CallSeen:
    """One call, known by its Call-ID. `by_us` when the far end placed it. `directions` are those that they offered
    after the first, in order; `refers` what they wanted to transfer to."""

    call_id: str
    from_user: str
    to_user: str
    by_us: bool
    began_at: float
    messages: list[SipSeen] = field(default_factory=list, repr=False)
    media: MediaSeen = field(default_factory=MediaSeen)
    directions: list[str] = field(default_factory=list)
    refers: list[str] = field(default_factory=list)
    answered_at: float | None = None
    acknowledged_at: float | None = None
    cancelled_at: float | None = None
    ended_at: float | None = None
    ended_by: EndedBy | None = None
    status: int | None = None
    reason: str = ""

    def names(self, *, sent: bool) -> list[str]:
        """What went one way, without repeats."""
        return [seen.name for seen in self.messages if seen.sent is sent and not seen.again]

    def received(self, name: str) -> list[SipSeen]:
        """Such as `BYE` or `180 INVITE`, repeats among them."""
        return [seen for seen in self.messages if not seen.sent and seen.name == name]

    def repeats(self, name: str) -> int:
        """How often they sent again what we had already."""
        return sum(seen.again for seen in self.received(name))

    def statuses(self) -> list[tuple[float, int]]:
        """The answers to the call that we placed, in order, with their times, without repeats."""
        return [
            (seen.at, seen.message.status)
            for seen in self.messages
            if not seen.sent and not seen.again and seen.message.status and seen.message.sequence[1] == "INVITE"
        ]

    def story(self) -> str:
        """Its messages in short, for what a failed test says."""
        return " ".join(f"{'>' if seen.sent else '<'}{seen.name.replace(' ', '/')}" for seen in self.messages)
