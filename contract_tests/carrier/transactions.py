"""Requests and their answers: repeated while they are not confirmed, answered again when they come again."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from contract_tests.carrier.message import Malformed, Message, parse
from contract_tests.carrier.tasks import Tasks
from contract_tests.carrier.transport import Wire

T1: Final = 0.5
T2: Final = 4.0
"""RFC 3261, section 17.1.1.1, in seconds."""


class Listener(Protocol):
    """Whoever owns the calls."""

    def seen(self, message: Message, *, sent: bool, again: bool) -> None: ...
    def requested(self, served: "Served") -> None: ...
    def acknowledged(self, ack: Message) -> None: ...
    def broken(self, data: bytes, wire: Wire) -> None: ...


@dataclass(slots=True, eq=False)
class Served:
    """A request of theirs. `confirmed` is set when its final answer is acknowledged."""

    request: Message
    wire: Wire
    layer: "Transactions"
    last: Message | None = None
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def answered(self) -> bool:
        return self.last is not None and self.last.status >= 200

    def respond(self, response: Message) -> None:
        self.last = response = _with_source(response, self.wire)
        self.layer.send(response, self.wire)
        final, invite = response.status >= 200, self.request.method == "INVITE"
        if final and invite and (response.status < 300 or not self.wire.reliable):
            self.layer.tasks.start(self._repeat(response))

    async def _repeat(self, response: Message) -> None:
        """Until it is acknowledged (RFC 3261, sections 13.3.1.4 and 17.2.1)."""
        for wait in intervals(self.layer.t1):
            try:
                async with asyncio.timeout(wait):
                    await self.confirmed.wait()
                return
            except TimeoutError:
                self.layer.send(response, self.wire, again=True)


@dataclass(slots=True, eq=False)
class Asked:
    """A request of ours. `final` is its final answer; 408 of our own making when none came."""

    request: Message
    wire: Wire
    layer: "Transactions"
    told: Callable[[Message], None]
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    final: "asyncio.Future[Message]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def repeat(self) -> None:
        for wait in intervals(self.layer.t1):
            try:
                async with asyncio.timeout(wait):
                    await (self.heard.wait() if self.request.method == "INVITE" else asyncio.shield(self.final))
                return
            except TimeoutError:
                if not self.wire.reliable:
                    self.layer.send(self.request, self.wire, again=True)
        if not self.final.done():
            nobody = Message(status=408, reason="Nobody answered", headers=self.request.headers)
            self.final.set_result(nobody)
            self.told(nobody)

    def receive(self, response: Message) -> None:
        self.heard.set()
        if response.status >= 200 and not self.final.done():
            self.final.set_result(response)
        if response.status >= 300 and self.request.method == "INVITE":
            self.layer.send(_acknowledging(self.request, response), self.wire)
        self.told(response)


def intervals(t1: float) -> list[float]:
    """The waits between repeats, 64 T1 in all."""
    waits: list[float] = []
    wait = t1
    while sum(waits) < 64 * t1:
        waits.append(wait)
        wait = min(2 * wait, max(T2, t1))
    return waits


def _with_source(response: Message, wire: Wire) -> Message:
    """Where the request came from, for whoever asked (RFC 3581)."""
    at = next(number for number, (name, _) in enumerate(response.headers) if name.lower() == "via")
    name, value = response.headers[at]
    told = re.sub(r";\s*rport(?=[;,\s]|$)", f";rport={wire.port};received={wire.host}", value, count=1)
    return replace(response, headers=(*response.headers[:at], (name, told), *response.headers[at + 1 :]))


def _acknowledging(request: Message, response: Message) -> Message:
    """For an answer that refuses, within the same transaction."""
    kept = {"via", "from", "call-id", "max-forwards", "route"}
    headers = [(name, value) for name, value in request.headers if name.lower() in kept]
    number = request.sequence[0]
    return Message(
        method="ACK",
        uri=request.uri,
        headers=(*headers, ("To", response.first("To")), ("CSeq", f"{number} ACK")),
    )


@dataclass(slots=True)
class Transactions:
    """`listener` is set before anything arrives. `copies` is how often each datagram goes on the wire: 2 for a
    network that doubles."""

    tasks: Tasks
    t1: float = T1
    copies: int = 1
    listener: Listener = field(init=False)
    _served: dict[tuple[str, str, str], Served] = field(default_factory=dict)
    _invites: defaultdict[tuple[str, int], list[Served]] = field(default_factory=lambda: defaultdict(list))
    _asked: dict[tuple[str, str], Asked] = field(default_factory=dict)
    _answers: set[tuple[str, str, int]] = field(default_factory=set)

    def send(self, message: Message, wire: Wire, *, again: bool = False) -> None:
        self.listener.seen(message, sent=True, again=again)
        data = message.to_bytes()
        for _ in range(1 if wire.reliable else self.copies):
            wire.send(data)

    def ask(self, request: Message, wire: Wire, told: Callable[[Message], None] = lambda _response: None) -> Asked:
        asked = Asked(request, wire, self, told)
        self._asked[request.branch, request.method] = asked
        self.send(request, wire)
        self.tasks.start(asked.repeat())
        return asked

    def arrived(self, data: bytes, wire: Wire) -> None:
        try:
            message = parse(data)
        except Malformed:
            self.listener.broken(data, wire)
            return
        try:
            self._understood(message, wire)
        except Exception as error:  # noqa: BLE001  # the loop would only log it, and the test would wait in vain
            self.tasks.failed(error)

    def _understood(self, message: Message, wire: Wire) -> None:
        if message.status:
            self._response(message)
        elif message.method == "ACK":
            self._ack(message)
        else:
            self._request(message, wire)

    def _response(self, message: Message) -> None:
        """The To tag tells apart the answers of several phones, and the repeats of one."""
        key = (message.branch, message.first("To"), message.status)
        again = key in self._answers and message.status >= 200
        self._answers.add(key)
        self.listener.seen(message, sent=False, again=again)
        asked = self._asked.get((message.branch, message.sequence[1]))
        if asked is not None:
            asked.receive(message)

    def _request(self, message: Message, wire: Wire) -> None:
        key = (message.branch, message.method, message.call_id)
        served = self._served.get(key)
        self.listener.seen(message, sent=False, again=served is not None)
        if served is None:
            self._served[key] = served = Served(message, wire, self)
            if message.method == "INVITE":
                self._invites[message.call_id, message.sequence[0]].append(served)
            self.listener.requested(served)
        elif served.last is not None:
            self.send(served.last, wire, again=True)

    def _ack(self, ack: Message) -> None:
        """Of a refusal it has the INVITE's own branch, of an answer a new one: the number tells both."""
        invites = self._invites.get((ack.call_id, ack.sequence[0]), [])
        again = any(served.confirmed.is_set() for served in invites)
        for served in invites:
            served.confirmed.set()
        self.listener.seen(ack, sent=False, again=again)
        if not again:
            self.listener.acknowledged(ack)

    def invite_of(self, cancel: Message) -> Served | None:
        """The request that a CANCEL means."""
        return self._served.get((cancel.branch, "INVITE", cancel.call_id))
