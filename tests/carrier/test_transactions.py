"""The far end at the hands of somebody who repeats, forgets and sends nonsense: a bare socket."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from contract_tests.carrier import scripts, sdp
from contract_tests.carrier.called import CalledLeg
from contract_tests.carrier.far_end import FarEnd, far_end
from contract_tests.carrier.hostile import BROKEN, ODD
from contract_tests.carrier.message import Message, parse
from contract_tests.carrier.tasks import PATIENCE

OFFER = sdp.Session(host="127.0.0.1", port=9)


@dataclass(slots=True)
class Bare:
    """Sends what it is told to, and reads one message at a time."""

    carrier: FarEnd
    socket: socket.socket

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self.carrier.address)

    async def reads(self) -> Message:
        async with asyncio.timeout(PATIENCE):
            return parse(await asyncio.get_running_loop().sock_recv(self.socket, 65536))

    def request(self, method: str, number: int = 1, *, to: str = "", branch: str = "1", body: bytes = b"") -> bytes:
        port = self.socket.getsockname()[1]
        headers = (
            ("Via", f"SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{branch}"),
            ("From", "<sip:bare@127.0.0.1>;tag=b"),
            ("To", to or "<sip:x@127.0.0.1>"),
            ("Call-ID", "bare"),
            ("CSeq", f"{number} {method}"),
            ("Contact", f"<sip:bare@127.0.0.1:{port}>"),
        )
        return Message(method=method, uri=f"sip:x@127.0.0.1:{self.carrier.port}", headers=headers, body=body).to_bytes()


@pytest.fixture
def bare(carrier: FarEnd) -> Iterator[Bare]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.setblocking(False)
        yield Bare(carrier, opened)


async def test_an_invite_that_comes_again_is_answered_again_and_is_one_call(carrier: FarEnd, bare: Bare) -> None:
    carrier.number("x", scripts.rings)
    invite = bare.request("INVITE", body=OFFER.to_bytes())
    bare.send(invite)
    first = await bare.reads()
    bare.send(invite)
    assert (first.status, await bare.reads()) == (180, first)
    assert len(carrier.calls) == 1
    assert carrier.calls["bare"].repeats("INVITE") == 1


@pytest.mark.parametrize(("number", "status"), [("answer", 200), ("486", 486)])
async def test_a_final_answer_is_repeated_until_it_is_acknowledged(
    carrier: FarEnd, bare: Bare, number: str, status: int
) -> None:
    carrier.place.transactions.t1 = 0.05
    carrier.numbers["x"] = carrier.numbers[number]
    bare.send(bare.request("INVITE", body=OFFER.to_bytes()))
    assert (await bare.reads()).status == 180
    answers = [await bare.reads() for _ in range(3)]
    assert {answer.status for answer in answers} == {status}
    times = [seen.at for seen in carrier.calls["bare"].messages if seen.name == f"{status} INVITE"]
    assert times[2] - times[1] > 0.09
    bare.send(bare.request("ACK", to=answers[0].first("To"), branch="2" if status == 200 else "1"))
    await carrier.legs["bare"].until(lambda seen: seen.received("ACK"))
    with suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            while True:  # one may have been on its way already
                await bare.reads()
    sent = len(carrier.calls["bare"].messages)
    await asyncio.sleep(0.5)
    assert len(carrier.calls["bare"].messages) == sent
    assert carrier.calls["bare"].names(sent=False) == ["INVITE", "ACK"]


async def test_a_cancel_after_the_answer_changes_nothing(carrier: FarEnd, bare: Bare) -> None:
    carrier.number("x", scripts.answers(ringing=0))
    bare.send(bare.request("INVITE", body=OFFER.to_bytes()))
    answer = await bare.reads()
    bare.send(bare.request("ACK", to=answer.first("To"), branch="2"))
    bare.send(bare.request("CANCEL"))
    assert (await bare.reads()).name == "200 CANCEL"
    assert carrier.calls["bare"].ended_at is None
    bare.send(bare.request("BYE", 2, to=answer.first("To"), branch="3"))
    assert (await bare.reads()).name == "200 BYE"


@pytest.mark.parametrize(("method", "status"), [("CANCEL", 481), ("BYE", 481), ("OPTIONS", 200)])
async def test_requests_of_no_call(bare: Bare, method: str, status: int) -> None:
    bare.send(bare.request(method))
    assert (await bare.reads()).status == status


async def test_an_offer_that_nobody_could_take_is_488(carrier: FarEnd, bare: Bare) -> None:
    carrier.number("x", scripts.answers())
    bare.send(bare.request("INVITE", body=OFFER.to_bytes().replace(b"RTP/AVP 0 8", b"RTP/AVP 96")))
    assert (await bare.reads()).status == 488


async def test_a_call_without_an_offer_gets_ours(carrier: FarEnd, bare: Bare) -> None:
    carrier.number("x", scripts.answers(ringing=0))
    bare.send(bare.request("INVITE"))
    answer = await bare.reads()
    assert sdp.parse(answer.body).payloads == (0, 8)
    bare.send(bare.request("ACK", to=answer.first("To"), branch="2", body=OFFER.to_bytes()))
    leg = await carrier.called("x")
    await leg.until(lambda seen: seen.acknowledged_at)
    assert leg.media.remote == ("127.0.0.1", 9)


async def test_nonsense_is_answered_to_nobody_and_hurts_nobody(carrier: FarEnd, bare: Bare) -> None:
    for data in BROKEN.values():
        bare.send(data)
    await carrier.news.until(lambda: len(carrier.junk) == len(BROKEN) - 2, PATIENCE, lambda: str(len(carrier.junk)))
    for data in ODD.values():
        bare.send(data)
    bare.send(bare.request("OPTIONS"))
    while (await bare.reads()).call_id != "bare":
        pass


async def test_a_script_that_fails_is_not_kept_quiet() -> None:
    async def fails(_leg: CalledLeg) -> None:
        raise ZeroDivisionError

    opening = far_end()
    carrier = await opening.__aenter__()
    carrier.number("x", fails)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        bare = Bare(carrier, opened)
        bare.send(bare.request("INVITE", body=OFFER.to_bytes()))
        await carrier.called("x")
        await asyncio.sleep(0)
    with pytest.raises(ExceptionGroup) as raised:
        await opening.__aexit__(None, None, None)
    assert raised.group_contains(ZeroDivisionError)
