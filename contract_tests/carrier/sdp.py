"""Session descriptions of one audio stream: what is offered, and what is answered to it (RFC 4566, RFC 3264)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contract_tests.carrier.g711 import A_LAW, LAWS, MU_LAW
from contract_tests.carrier.message import Malformed

DIRECTIONS: Final = ("sendrecv", "sendonly", "recvonly", "inactive")
ANSWERS: Final = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
EVENTS: Final = 101
"""The payload type of telephone events that we offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`payloads` are the laws in order of preference; `events` is None without telephone events."""

    host: str
    port: int
    payloads: Sequence[int] = (MU_LAW.payload_type, A_LAW.payload_type)
    events: int | None = EVENTS
    direction: str = "sendrecv"

    def to_bytes(self, version: int = 1) -> bytes:
        numbers = [*self.payloads, *([] if self.events is None else [self.events])]
        lines = [
            "v=0",
            f"o=carrier 1 {version} IN IP4 {self.host}",
            "s=-",
            f"c=IN IP4 {self.host}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {' '.join(map(str, numbers))}",
            *(f"a=rtpmap:{number} {LAWS[number].name}/8000" for number in self.payloads),
        ]
        if self.events is not None:
            lines += [f"a=rtpmap:{self.events} telephone-event/8000", f"a=fmtp:{self.events} 0-15"]
        lines += ["a=ptime:20", f"a={self.direction}"]
        return ("\r\n".join(lines) + "\r\n").encode()


def parse(body: bytes) -> Session:
    """The first audio stream. Raises Malformed where there is none that we could take part in."""
    lines = body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith("m=")]
    audio = [number for number in starts if lines[number].startswith("m=audio ")]
    if not audio:
        raise Malformed("no audio in the session description")
    last = next((number for number in starts if number > audio[0]), len(lines))
    common, stream = lines[: starts[0]], lines[audio[0] : last]
    port, numbers = _media(stream[0])
    return Session(
        host=_host(stream) or _host(common) or _nowhere(),
        port=port,
        payloads=tuple(number for number in numbers if number in LAWS),
        events=_events(stream),
        direction=_direction(stream) or _direction(common) or "sendrecv",
    )


def answer(offer: Session, *, host: str, port: int, laws: Sequence[int]) -> Session:
    """The first of our laws that they have. Raises Malformed where there is none."""
    chosen = [number for number in laws if number in offer.payloads]
    if not chosen:
        raise Malformed("no codec in common")
    return Session(host=host, port=port, payloads=chosen[:1], events=offer.events, direction=ANSWERS[offer.direction])


def _media(line: str) -> tuple[int, list[int]]:
    match = re.fullmatch(r"m=audio ([0-9]{1,5})(?:/[0-9]+)? RTP/S?AVPF?((?: [0-9]{1,3})+)\s*", line)
    if match is None or int(match[1]) > 65535:
        raise Malformed(f"no media line: {line[:80]!r}")
    return int(match[1]), [int(number) for number in match[2].split()]


def _host(lines: Sequence[str]) -> str:
    return next((match[1] for line in lines if (match := re.match(r"c=IN IP4 ([0-9.]+)", line))), "")


def _nowhere() -> str:
    raise Malformed("no address in the session description")


def _events(lines: Sequence[str]) -> int | None:
    found = (re.match(r"a=rtpmap:([0-9]{1,3}) telephone-event/8000", line, re.IGNORECASE) for line in lines)
    return next((int(match[1]) for match in found if match), None)


def _direction(lines: Sequence[str]) -> str:
    return next((line[2:].strip() for line in lines if line[2:].strip() in DIRECTIONS), "")
