"""A carrier on loopback: called, it does what the number's script says; asked to, it calls."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from contract_tests.carrier import dialog, sdp
from contract_tests.carrier.called import CalledLeg, Script
from contract_tests.carrier.calling import CallingLeg
from contract_tests.carrier.dialog import Dialog, answer_to, new_tag
from contract_tests.carrier.g711 import A_LAW, MU_LAW
from contract_tests.carrier.leg import SDP, Leg, Place
from contract_tests.carrier.media import Media, Pacer
from contract_tests.carrier.message import Headers, Malformed, Message, user_of
from contract_tests.carrier.records import CallSeen, SipSeen
from contract_tests.carrier.registrar import Registrar
from contract_tests.carrier.scripts import NUMBERS, Number, refuses
from contract_tests.carrier.speaker import Trouble
from contract_tests.carrier.tasks import PATIENCE, News, Tasks
from contract_tests.carrier.transactions import T1, Served, Transactions
from contract_tests.carrier.transport import Transport, Wire

LOOPBACK: Final = "127.0.0.1"


@dataclass(slots=True, eq=False, kw_only=True)
class FarEnd:
    """`calls` are all that there were, by Call-ID, in the order they began. `junk` is what came and was no SIP.

    `numbers` may be changed at any time; one that is not there is 404. With `allowed` only these hosts may call.
    `trouble` is what the audio of each call to come begins with.
    """

    numbers: dict[str, Number]
    registrar: Registrar
    place: Place
    otherwise: Number = Number(script=refuses(404, ringing=0))
    allowed: frozenset[str] | None = None
    trouble: Trouble = Trouble()
    calls: dict[str, CallSeen] = field(default_factory=dict)
    legs: dict[str, Leg] = field(default_factory=dict)
    outside: list[SipSeen] = field(default_factory=list)
    junk: list[bytes] = field(default_factory=list)
    news: News = field(default_factory=News)
    transport: Transport = field(init=False)

    async def open(self, port: int) -> None:
        self.place.transactions.listener = self
        self.transport = Transport(self.place.host, port, self.place.transactions.arrived)
        await self.transport.open()
        self.place.port = self.transport.port
        self.place.tasks.start(self.place.pacer.run())

    async def aclose(self) -> None:
        """Raises what went wrong in the scripts."""
        try:
            await self.place.tasks.aclose()
        finally:
            for leg in self.legs.values():
                leg.media.close()
            await self.transport.aclose()

    @property
    def port(self) -> int:
        return self.place.port

    @property
    def address(self) -> tuple[str, int]:
        return self.place.host, self.place.port

    def number(self, user: str, script: Script) -> None:
        self.numbers[user] = Number(script=script)

    def calls_to(self, user: str) -> list[CallSeen]:
        return [call for call in self.calls.values() if call.to_user == user]

    def calls_from(self, user: str) -> list[CallSeen]:
        return [call for call in self.calls.values() if call.from_user == user]

    async def called(self, user: str, *, nth: int = 1, within: float = PATIENCE) -> CalledLeg:
        """The nth call to that number, when its INVITE is there and was let in."""

        def those() -> list[CalledLeg]:
            legs = (leg for leg in self.legs.values() if isinstance(leg, CalledLeg))
            return [leg for leg in legs if leg.seen.to_user == user]

        await self.news.until(
            lambda: len(those()) >= nth, within, lambda: f"calls to {[call.to_user for call in self.calls.values()]}"
        )
        return those()[nth - 1]

    async def call(
        self,
        to: str,
        at: tuple[str, int],
        *,
        from_: str = "+15550199",
        protocol: str = "udp",
        diversion: str = "",
        asserted: str = "",
        headers: Headers = (),
    ) -> CallingLeg:
        """Places a call to `to` at that address; returns when the INVITE is out. `diversion` and `asserted` are numbers
        for the headers Diversion and P-Asserted-Identity."""
        wire = await self.transport.wire(*at, protocol)
        here, call_id = self.place.here, f"{self.place.chance.getrandbits(64):016x}@{self.place.host}"
        suffix = ";transport=tcp" if protocol == "tcp" else ""
        talk = Dialog(
            call_id=call_id,
            local=f"<sip:{from_}@{here}>;tag={new_tag()}",
            remote=f"<sip:{to}@{at[0]}:{at[1]}>",
            target=f"sip:{to}@{at[0]}:{at[1]}{suffix}",
            here=here,
            protocol=protocol.upper(),
        )
        leg = CallingLeg(**self._parts(talk, wire, self._new_call(call_id, from_, to, by_us=True)))
        self.legs[call_id] = leg
        extra = [("Diversion", f"<sip:{diversion}@{here}>;reason=unconditional")] if diversion else []
        extra += [("P-Asserted-Identity", f"<sip:{asserted}@{here}>")] if asserted else []
        offer = sdp.Session(host=self.place.host, port=leg.media.port, payloads=tuple(self.place.laws))
        leg.place_call(talk.request("INVITE", headers=(*extra, *headers, *SDP), body=offer.to_bytes()), offer)
        return leg

    async def send_raw(self, data: bytes, at: tuple[str, int], protocol: str = "udp") -> None:
        (await self.transport.wire(*at, protocol)).send(data)

    def seen(self, message: Message, *, sent: bool, again: bool) -> None:
        at = asyncio.get_running_loop().time()
        entry = SipSeen(at=at, sent=sent, name=message.name, message=message, again=again)
        call = self.calls.get(message.call_id)
        if call is None and message.method == "INVITE" and not sent:
            caller, to = user_of(message.first("From")), user_of(f"<{message.uri}>")
            call = self._new_call(message.call_id, caller, to, by_us=False)
        (self.outside if call is None else call.messages).append(entry)
        self.news.tell()
        if message.call_id in self.legs:
            self.legs[message.call_id].news.tell()

    def broken(self, data: bytes, wire: Wire) -> None:  # what is broken is answered to nobody
        self.junk.append(data)
        self.news.tell()

    def acknowledged(self, ack: Message) -> None:
        leg = self.legs.get(ack.call_id)
        if isinstance(leg, CalledLeg):
            leg.acknowledged(ack)

    def requested(self, served: Served) -> None:
        request, leg = served.request, self.legs.get(served.request.call_id)
        if request.method == "CANCEL":
            self._cancelled(served)
        elif leg is not None and "tag=" in request.first("To"):
            leg.receive(served)
        elif request.method == "INVITE":
            self._invited(served)
        elif request.method == "REGISTER":
            self.registrar.register(served, asyncio.get_running_loop().time())
        else:
            status = 200 if request.method == "OPTIONS" else 481
            served.respond(answer_to(request, status, to=f"{request.first('To')};tag={new_tag()}"))
        self.news.tell()

    def _cancelled(self, cancel: Served) -> None:
        invite, leg = self.place.transactions.invite_of(cancel.request), self.legs.get(cancel.request.call_id)
        if isinstance(leg, CalledLeg) and invite is leg.invite:
            leg.cancelled(cancel)
        else:
            cancel.respond(answer_to(cancel.request, 481, to=f"{cancel.request.first('To')};tag={new_tag()}"))

    def _invited(self, served: Served) -> None:
        """A new call, if whoever calls may."""
        request = served.request
        number = self.numbers.get(self.calls[request.call_id].to_user, self.otherwise)
        to = f"{request.first('To')};tag={new_tag()}"
        if self.allowed is not None and served.wire.host not in self.allowed:
            served.respond(answer_to(request, 403, to=to))
        elif (
            number.credentials is None
            or served.wire.host in self.registrar.trusted
            or self.registrar.may(served, [number.credentials], number.challenge, to)
        ):
            self._run(served, number.script)

    def _run(self, served: Served, script: Script) -> None:
        request = served.request
        try:
            talk = dialog.called(request, self.place.here, "TCP" if served.wire.reliable else "UDP")
        except Malformed:
            served.respond(answer_to(request, 400, to=f"{request.first('To')};tag={new_tag()}"))
            return
        leg = CalledLeg(invite=served, **self._parts(talk, served.wire, self.calls[request.call_id]))
        self.legs[request.call_id] = leg
        try:
            leg.describe()
        except Malformed as error:
            leg.refuse(488, headers=(("Warning", f'304 carrier.test "{error}"'),))
        else:
            leg.run(script)

    def _parts(self, talk: Dialog, wire: Wire, seen: CallSeen) -> dict[str, Any]:
        news, chance = News(), random.Random(self.place.chance.random())  # noqa: S311  # to be repeatable
        media = Media(seen=seen.media, told=news.tell, chance=chance, host=self.place.host, stamped=self.place.stamped)
        media.speaker.trouble = self.trouble
        return {"place": self.place, "dialog": talk, "wire": wire, "seen": seen, "media": media, "news": news}

    def _new_call(self, call_id: str, from_user: str, to_user: str, *, by_us: bool) -> CallSeen:
        now = asyncio.get_running_loop().time()
        call = CallSeen(call_id=call_id, from_user=from_user, to_user=to_user, by_us=by_us, began_at=now)
        self.calls[call_id] = call
        return call


@asynccontextmanager
async def far_end(
    *,
    numbers: Mapping[str, Number] = NUMBERS,
    port: int = 0,
    registrar: Registrar | None = None,
    laws: Sequence[int] = (MU_LAW.payload_type, A_LAW.payload_type),
    seed: int = 1,
    t1: float = T1,
    copies: int = 1,
    stamped: bool = False,
) -> AsyncIterator[FarEnd]:
    """One that is open. `laws` are G.711's payload numbers in order of preference; `t1` is SIP's, in seconds;
    with 2 `copies` every SIP datagram goes out twice; `stamped` as in Place."""
    tasks = Tasks()
    place = Place(
        host=LOOPBACK,
        port=port,
        transactions=Transactions(tasks=tasks, t1=t1, copies=copies),
        tasks=tasks,
        pacer=Pacer(),
        laws=laws,
        chance=random.Random(seed),  # noqa: S311  # to be repeatable
        stamped=stamped,
    )
    carrier = FarEnd(numbers=dict(numbers), registrar=registrar or Registrar(), place=place)
    await carrier.open(port)
    try:
        yield carrier
    finally:
        await carrier.aclose()
