"""SIP messages as text on the wire: read, written, and refused in one way when they are broken."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final


class Malformed(Exception):
    """What came is no SIP message, or lacks what every one must have."""


Headers = tuple[tuple[str, str], ...]

LONG_NAMES: Final[Mapping[str, str]] = {
    "i": "Call-ID", "f": "From", "t": "To", "v": "Via", "m": "Contact", "l": "Content-Length", "c": "Content-Type",
    "s": "Subject", "k": "Supported", "e": "Content-Encoding", "r": "Refer-To", "b": "Referred-By",
}  # fmt: skip
REQUIRED: Final = ("Via", "From", "To", "Call-ID", "CSeq")
TOKEN: Final = r"[A-Za-z0-9.!%*_+`'~-]+"
_STATUS_LINE: Final = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?", re.DOTALL)
_REQUEST_LINE: Final = re.compile(rf"({TOKEN}) ([A-Za-z][A-Za-z0-9+.-]*:[^\s<>]+) SIP/2\.0")
_HEADER: Final = re.compile(rf"({TOKEN})[ \t]*:[ \t]*(.*)", re.DOTALL)
_SEQUENCE: Final = re.compile(rf"([0-9]{{1,10}})\s+({TOKEN})")
_LENGTH: Final = re.compile(r"[0-9]{1,9}")
_LISTED: Final = re.compile(r'((?:"(?:\\.|[^"\\])*"|<[^>]*>|[^,"<]|["<])+)(?:,|$)')
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request has a method and a URI, a response a status and a reason. Header names are in their long form."""

    method: str = ""
    uri: str = ""
    status: int = 0
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""

    def first(self, name: str) -> str:
        """The header's first value, "" where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def listed(self, name: str) -> list[str]:
        """All values of a header that may come several times or as a list with commas."""
        lines = [value for key, value in self.headers if key.lower() == name.lower()]
        return [part.strip() for line in lines for part in _LISTED.findall(line) if part.strip()]

    @property
    def call_id(self) -> str:
        return self.first("Call-ID")

    @property
    def sequence(self) -> tuple[int, str]:
        """The number and the method of CSeq."""
        number, method = self.first("CSeq").split()
        return int(number), method

    @property
    def branch(self) -> str:
        return parameters(self.listed("Via")[0]).get("branch", "")

    @property
    def name(self) -> str:
        """`INVITE`, or `200 INVITE` for the answer to one."""
        return self.method or f"{self.status} {self.sequence[1]}"

    def with_headers(self, headers: Sequence[tuple[str, str]]) -> "Message":
        return replace(self, headers=(*self.headers, *headers))

    def to_bytes(self) -> bytes:
        start = f"{self.method} {self.uri} SIP/2.0" if self.method else f"SIP/2.0 {self.status} {self.reason}"
        fields = [f"{name}: {value}" for name, value in self.headers if name.lower() != "content-length"]
        head = "\r\n".join((start, *fields, f"Content-Length: {len(self.body)}"))
        return head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + self.body


def parse(data: bytes) -> Message:
    """One whole message. Raises Malformed, and nothing else."""
    end = _END_OF_HEAD.search(data)
    if end is None:
        raise Malformed("no empty line after the head")
    head = data[: end.start()].decode("utf-8", "surrogateescape")
    start, *lines = re.sub(r"\r?\n[ \t]+", " ", head).replace("\r\n", "\n").split("\n")
    headers = tuple(_header(line) for line in lines)
    message = replace(_start(start), headers=headers)
    _check(message)
    return replace(message, body=_body(message, data[end.end() :]))


def _start(line: str) -> Message:
    if status := _STATUS_LINE.fullmatch(line):
        return Message(status=int(status[1]), reason=status[2] or "")
    if request := _REQUEST_LINE.fullmatch(line):
        return Message(method=request[1], uri=request[2])
    raise Malformed(f"neither a request nor a status line: {line[:80]!r}")


def _header(line: str) -> tuple[str, str]:
    match = _HEADER.fullmatch(line)
    if match is None:
        raise Malformed(f"no header: {line[:80]!r}")
    return LONG_NAMES.get(match[1].lower(), match[1]), match[2].strip()


def _check(message: Message) -> None:
    for name in REQUIRED:
        if not message.first(name):
            raise Malformed(f"no {name}")
    if not message.listed("Via"):
        raise Malformed("an empty Via")
    sequence = _SEQUENCE.fullmatch(message.first("CSeq"))
    if sequence is None or int(sequence[1]) >= 2**31:
        raise Malformed("a CSeq that is none")
    if message.method and sequence[2] != message.method:
        raise Malformed("a CSeq of another method")
    for name in ("From", "To"):
        address(message.first(name))


def _body(message: Message, rest: bytes) -> bytes:
    length = message.first("Content-Length")
    if not length:
        return rest
    if not _LENGTH.fullmatch(length) or int(length) > len(rest):
        raise Malformed(f"a Content-Length of {length[:20]!r} with {len(rest)} bytes")
    return rest[: int(length)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What stands in From, To and Contact."""

    uri: str
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uri:
    """`user` is "" where there is none, `port` None where the default is meant."""

    user: str
    host: str
    port: int | None
    transport: str = "udp"


_ADDRESS: Final = re.compile(r'(?:"(?:\\.|[^"\\])*"\s*|[^"<]*)<([^<>]+)>(.*)', re.DOTALL)
_URI: Final = re.compile(r"sips?:(?:([^@?\s]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?([;?].*)?")


def address(value: str) -> Address:
    """Raises Malformed."""
    if match := _ADDRESS.fullmatch(value):
        return Address(uri=match[1], tag=parameters(match[2]).get("tag", ""))
    uri, _, rest = value.partition(";")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"]+", uri):
        raise Malformed(f"no address: {value[:80]!r}")
    return Address(uri=uri, tag=parameters(";" + rest).get("tag", ""))


def uri(value: str) -> Uri:
    """Raises Malformed for what is no sip: or sips: URI."""
    match = _URI.fullmatch(value)
    if match is None:
        raise Malformed(f"no SIP URI: {value[:80]!r}")
    user = (match[1] or "").partition(":")[0].partition(";")[0]
    transport = parameters(match[4] or "").get("transport", "udp").lower()
    return Uri(user=user, host=match[2].strip("[]"), port=int(match[3]) if match[3] else None, transport=transport)


def user_of(value: str) -> str:
    """The user part of an address header; of a tel: URI the number; "" where there is none."""
    written = address(value).uri
    if written.lower().startswith("tel:"):
        return written[4:].partition(";")[0]
    try:
        return uri(written).user
    except Malformed:
        return ""


def parameters(text: str) -> dict[str, str]:
    """What follows the semicolons; a bare one has the value ""."""
    found = re.findall(rf';\s*({TOKEN})\s*(?:=\s*("(?:\\.|[^"\\])*"|[^;,\s?]*))?', text)
    return {name.lower(): value.strip('"') for name, value in found}
