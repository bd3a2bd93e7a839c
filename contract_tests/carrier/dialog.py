"""The state that the two ends of a call share, and the messages that are written from it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from contract_tests.carrier.message import Headers, Message, address

ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY, INFO, UPDATE")
PHRASES = {
    100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 182: "Queued", 183: "Session Progress", 200: "OK",
    202: "Accepted", 302: "Moved Temporarily", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 407: "Proxy Authentication Required", 408: "Request Timeout",
    410: "Gone", 480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 484: "Address Incomplete",
    486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 500: "Server Internal Error",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Server Time-out", 600: "Busy Everywhere", 603: "Decline",
    604: "Does Not Exist Anywhere", 606: "Not Acceptable", 607: "Unwanted", 608: "Rejected",
}  # fmt: skip


def new_tag() -> str:
    return secrets.token_hex(6)


@dataclass(slots=True, kw_only=True)
class Dialog:
    """`local` and `remote` are whole From and To values, tags and all; `here` is `host:port` of ours."""

    call_id: str
    local: str
    remote: str
    target: str
    here: str
    protocol: str = "UDP"
    routes: Sequence[str] = ()
    number: int = field(default_factory=lambda: secrets.randbelow(10000) + 1)

    @property
    def contact(self) -> tuple[str, str]:
        transport = ";transport=tcp" if self.protocol == "TCP" else ""
        return "Contact", f"<sip:carrier@{self.here}{transport}>"

    def request(self, method: str, *, headers: Headers = (), body: bytes = b"", number: int | None = None) -> Message:
        """A new one, or with `number` one that belongs to an older: ACK."""
        if number is None:
            self.number += 1
        return Message(
            method=method,
            uri=self.target,
            headers=(
                ("Via", f"SIP/2.0/{self.protocol} {self.here};branch=z9hG4bK{secrets.token_hex(8)};rport"),
                ("Max-Forwards", "70"),
                *(("Route", route) for route in self.routes),
                ("From", self.local),
                ("To", self.remote),
                ("Call-ID", self.call_id),
                ("CSeq", f"{self.number if number is None else number} {method}"),
                self.contact,
                *headers,
            ),
            body=body,
        )

    def answered_by(self, response: Message) -> None:
        """What an answer to our INVITE teaches."""
        self.remote = response.first("To")
        self.routes = tuple(reversed(response.listed("Record-Route")))
        if response.first("Contact"):
            self.target = address(response.listed("Contact")[0]).uri


def called(invite: Message, here: str, protocol: str) -> Dialog:
    """Of a call that came in."""
    contacts = invite.listed("Contact")
    return Dialog(
        call_id=invite.call_id,
        local=f"{invite.first('To')};tag={new_tag()}",
        remote=invite.first("From"),
        target=address(contacts[0] if contacts else invite.first("From")).uri,
        here=here,
        protocol=protocol,
        routes=invite.listed("Record-Route"),
    )


def cancelling(invite: Message) -> Message:
    """The CANCEL of a request that is under way."""
    kept = {"via", "from", "to", "call-id", "max-forwards", "route"}
    headers = tuple((name, value) for name, value in invite.headers if name.lower() in kept)
    return replace(invite, method="CANCEL", headers=(*headers, ("CSeq", f"{invite.sequence[0]} CANCEL")), body=b"")


def answer_to(
    request: Message, status: int, *, to: str, reason: str = "", headers: Headers = (), body: bytes = b""
) -> Message:
    """`to` is the whole To value; without a reason the usual one."""
    kept = [(name, value) for name, value in request.headers if name.lower() in {"via", "record-route"}]
    return Message(
        status=status,
        reason=reason or PHRASES.get(status, "Unnamed"),
        headers=(
            *kept,
            ("From", request.first("From")),
            ("To", to),
            ("Call-ID", request.call_id),
            ("CSeq", request.first("CSeq")),
            ALLOW,
            *headers,
        ),
        body=body,
    )
