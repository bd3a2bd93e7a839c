"""What a network may throw at a phone: broken SIP in the manner of RFC 4475, and datagrams that are no RTP."""

import random
import re
from collections.abc import Callable, Mapping
from typing import Final

from contract_tests.carrier.rtp import Packet, pack

_HEAD: Final = (
    b"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKtorture\r\nMax-Forwards: 70\r\n"
    b"From: <sip:torture@carrier.test>;tag=t1\r\nTo: <sip:torture@carrier.test>\r\n"
)
_CALL: Final = b"Call-ID: torture@carrier.test\r\nCSeq: 1 INVITE\r\n"
_START: Final = b"INVITE sip:torture@carrier.test SIP/2.0\r\n"
_NOTHING: Final = b"Content-Length: 0\r\n\r\n"

BROKEN: Final[Mapping[str, bytes]] = {
    "empty line only": b"\r\n\r\n",
    "no end of the head": _START + _HEAD + _CALL,
    "no start line": _HEAD + _CALL + _NOTHING,
    "an unknown version": b"INVITE sip:torture@carrier.test SIP/7.0\r\n" + _HEAD + _CALL + _NOTHING,
    "no version": b"INVITE sip:torture@carrier.test\r\n" + _HEAD + _CALL + _NOTHING,
    "spaces within the URI": b"INVITE sip:tor ture@carrier.test SIP/2.0\r\n" + _HEAD + _CALL + _NOTHING,
    "a URI in angle brackets": b"INVITE <sip:torture@carrier.test> SIP/2.0\r\n" + _HEAD + _CALL + _NOTHING,
    "a status beyond all classes": b"SIP/2.0 4294967301 better not break the receiver\r\n" + _HEAD + _CALL + _NOTHING,
    "a negative status": b"SIP/2.0 -1 no\r\n" + _HEAD + _CALL + _NOTHING,
    "a negative length": _START + _HEAD + _CALL + b"Content-Length: -999\r\n\r\n",
    "a length beyond the datagram": _START + _HEAD + _CALL + b"Content-Length: 9999\r\n\r\nshort",
    "a length of many digits": _START + _HEAD + _CALL + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n",
    "no Call-ID": _START + _HEAD + b"CSeq: 1 INVITE\r\n" + _NOTHING,
    "no CSeq": _START + _HEAD + b"Call-ID: torture@carrier.test\r\n" + _NOTHING,
    "no Via": _START + b"From: <sip:a@b.test>;tag=1\r\nTo: <sip:a@b.test>\r\n" + _CALL + _NOTHING,
    "no From": _START + b"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\nTo: <sip:a@b.test>\r\n" + _CALL + _NOTHING,
    "a sequence number too large": _START + _HEAD + b"Call-ID: t\r\nCSeq: 36893488147419103232 INVITE\r\n" + _NOTHING,
    "a sequence of another method": _START + _HEAD + b"Call-ID: t\r\nCSeq: 1 OPTIONS\r\n" + _NOTHING,
    "a header without a colon": _START + _HEAD + _CALL + b"Bananas\r\n" + _NOTHING,
    "an unfinished quoted name": _START + _HEAD.replace(b"To: <", b'To: "Mr. J. User <') + _CALL + _NOTHING,
    "bytes beyond UTF-8 in the start line": b"\xff\xfe\x00INVITE sip:a@b.test SIP/2.0\r\n" + _HEAD + _CALL + _NOTHING,
    "zeros": bytes(400),
}
"""Each has something that no receiver can make sense of."""

ODD: Final[Mapping[str, bytes]] = {
    "short names, folded lines, odd case": (
        b"OPTIONS sip:torture@carrier.test SIP/2.0\r\nv: SIP/2.0/UDP 127.0.0.1:9\r\n  ;branch=z9hG4bKodd\r\n"
        b'f : "A, \\"quoted\\" B" <sip:a@carrier.test>  ;tag = t1\r\nTO :\r\n sip:torture@carrier.test\r\n'
        b"i: odd@carrier.test\r\ncSeQ: 0009\r\n  OPTIONS\r\nl: 0\r\n\r\n"
    ),
    "escapes within names": (
        b"OPTIONS sip:sips%3Auser%40example.test@carrier.test SIP/2.0\r\n" + _HEAD + b"Call-ID: esc\r\n"
        b"CSeq: 1 OPTIONS\r\n" + _NOTHING
    ),
    "an unknown method": b"NEWMETHOD sip:torture@carrier.test SIP/2.0\r\n" + _HEAD + b"Call-ID: n\r\n"
    b"CSeq: 8 NEWMETHOD\r\n" + _NOTHING,
    "every character that a token may have": b"!interesting-Method0123456789_*+`.%indeed'~ sip:a@b.test SIP/2.0\r\n"
    + _HEAD
    + b"Call-ID: tok\r\nCSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\r\n"
    + _NOTHING,
    "bytes beyond UTF-8 in a header": _START + _HEAD + _CALL + b"Subject: \xff\xfe\x80\r\n" + _NOTHING,
    "a long header": _START + _HEAD + _CALL + b"X-Long: " + b"a" * 8000 + b"\r\n" + _NOTHING,
    "many headers": _START + _HEAD + _CALL + b"X-Many: 1\r\n" * 1000 + _NOTHING,
    "a body of unknown kind": _START + _HEAD + _CALL + b"Content-Type: a/unknown\r\nContent-Length: 4\r\n\r\n\0\1\2\3",
    "a reason of no ASCII": "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять\r\n".encode()
    + _HEAD
    + b"Call-ID: u\r\nCSeq: 35 INVITE\r\n"
    + _NOTHING,
    "an answer to nothing": b"SIP/2.0 200 OK\r\n" + _HEAD + b"Call-ID: nobody\r\nCSeq: 1 INVITE\r\n" + _NOTHING,
    "a BYE of no call": b"BYE sip:a@b.test SIP/2.0\r\n" + _HEAD + b"Call-ID: none\r\nCSeq: 2 BYE\r\n" + _NOTHING,
}  # fmt: skip
"""Each is right, and like nothing that a phone sends."""

_SESSION: Final = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
BODIES: Final[Mapping[str, bytes]] = {
    "nothing": b"",
    "no description": b"\0\xff no description",
    "no audio": _SESSION,
    "a port beyond all": _SESSION + b"m=audio 99999999 RTP/AVP 0\r\n",
    "an unknown codec": _SESSION + b"m=audio 4000 RTP/AVP 77\r\n",
    "huge": _SESSION + b"m=audio 4000 RTP/AVP 0\r\n"
    + b"a=x:y\r\n" * 5000,
}  # fmt: skip
"""Session descriptions that no call can be made with."""


SPOILS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "no Call-ID": lambda whole: re.sub(rb"Call-ID:[^\r]*\r\n", b"", whole),
    "no CSeq": lambda whole: re.sub(rb"CSeq:[^\r]*\r\n", b"", whole),
    "no Via": lambda whole: re.sub(rb"Via:[^\r]*\r\n", b"", whole),
    "a CSeq of another method": lambda whole: re.sub(rb"(CSeq: \d+) [A-Z]+", rb"\1 OPTIONS", whole),
    "a CSeq too large": lambda whole: re.sub(rb"CSeq: \d+", b"CSeq: 99999999999999999999", whole),
    "a negative length": lambda whole: re.sub(rb"Content-Length: \d+", b"Content-Length: -5", whole),
    "a length beyond the datagram": lambda whole: re.sub(rb"Content-Length: \d+", b"Content-Length: 60000", whole),
    "a status of four digits": lambda whole: re.sub(rb"SIP/2.0 \d+", b"SIP/2.0 1800", whole),
    "a status of none": lambda whole: re.sub(rb"SIP/2.0 \d+", b"SIP/2.0 abc", whole),
    "an unfinished quoted name": lambda whole: re.sub(rb"To: ", b'To: "', whole),
    "cut off in the head": lambda whole: whole[: len(whole) // 2],
    "zeros in the head": lambda whole: whole.replace(b"From: ", b"From: \0\0"),
    "a very long reason": lambda whole: re.sub(rb"(SIP/2.0 \d+)[^\r]*", rb"\1 " + b"x" * 8000, whole),
}
"""Ways to spoil one message of a call that is otherwise right."""


def sip_junk(chance: random.Random, count: int) -> list[bytes]:
    """Broken messages, odd ones, and noise, as it falls out."""
    known = [*BROKEN.values(), *ODD.values()]
    return [
        chance.choice(known) if chance.random() < 0.5 else chance.randbytes(chance.randrange(1, 1400))
        for _ in range(count)
    ]


def rtp_junk(chance: random.Random, count: int) -> list[bytes]:
    """Short, odd, oversized; of another version; of a stranger's source, in the middle of a stream."""
    makers = (
        lambda: chance.randbytes(chance.randrange(12)),
        lambda: b"\x80" + chance.randbytes(1400),
        lambda: bytes((chance.randrange(256),)) + chance.randbytes(chance.randrange(11, 300)),
        lambda: pack(Packet(chance.getrandbits(16), chance.getrandbits(32), 0, chance.getrandbits(32), b"\x80" * 161)),
        lambda: pack(Packet(chance.getrandbits(16), chance.getrandbits(32), 96, 7, b"")),
        lambda: b"\xbf\x80" + chance.randbytes(10),
        lambda: pack(Packet(0, 0, 101, 7, b"\x05")),
    )
    return [chance.choice(makers)() for _ in range(count)]


def invites(chance: random.Random, count: int) -> list[bytes]:
    """Each whole and right, and a call of its own, as those send who look for open doors. They acknowledge nothing."""
    body = _SESSION + b"m=audio 4000 RTP/AVP 0 8\r\n"
    return [_invite(f"{chance.getrandbits(64):016x}".encode(), body) for _ in range(count)]


def _invite(name: bytes, body: bytes) -> bytes:
    return (
        b"INVITE sip:+15557009999@carrier.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK" + name + b"\r\n"
        b"Max-Forwards: 70\r\nFrom: <sip:100@carrier.test>;tag=" + name + b"\r\nTo: <sip:+15557009999@carrier.test>\r\n"
        b"Call-ID: " + name + b"@carrier.test\r\nCSeq: 1 INVITE\r\nContact: <sip:100@127.0.0.1:9>\r\n"
        b"Content-Type: application/sdp\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    )
