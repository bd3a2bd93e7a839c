"""A phone made of baresip-python, in a process of its own because it can be there once a process.

It takes orders as lines of JSON and tells what happens as lines of JSON: `python -m tests.carrier.softphone PORT`.
"""

import asyncio
import base64
import json
import sys
from typing import Any

from baresip import Account, Call, Config, Runtime, UserAgent
from baresip.errors import AudioNotActive, AudioRestarted, BaresipError
from baresip.events import Event, StackEvent

FRAME = 320
STEP = 0.02
RTP = "rtp_ports 31002-32700\n"
"""Above the ports that tests take for their servers, below those of outgoing connections."""

JITTER = "audio_jitter_buffer_type fixed\naudio_jitter_buffer_ms 40-200\n"
TOLD = {
    Event.CALL_RINGING: "ringing",
    Event.CALL_PROGRESS: "progress",
    Event.CALL_ESTABLISHED: "answered",
    Event.CALL_CLOSED: "closed",
    Event.CALL_HOLD: "held",
    Event.CALL_RESUME: "resumed",
    Event.CALL_DTMF_START: "digit",
}


class Softphone:
    """Calls are numbered in the order they began. `echoing` ones get back what they say."""

    def __init__(self) -> None:
        self.runtime = Runtime()
        self.calls: dict[int, Call] = {}
        self.early: dict[int, list[StackEvent]] = {}
        self.heard: dict[int, bytearray] = {}
        self.echoing: set[int] = set()
        self.agent: UserAgent | None = None

    async def open(self, port: int, account: dict[str, Any]) -> None:
        config = Config(
            net_interface="127.0.0.1",
            max_concurrent_calls=None,
            expose_headers=("To", "From", "Diversion", "P-Asserted-Identity"),
            extra_config_text=f"sip_listen 127.0.0.1:{port}\n{RTP}{JITTER}",
        )
        await self.runtime.start(config)
        self.runtime.subscribe(self.on_event)
        given: dict[str, Any] = {"user": "cxb", "domain": "127.0.0.1", "password": "", "reg_interval": 0} | account
        self.agent = await UserAgent.create(self.runtime, Account(**given, extra_params=("catchall=yes",)))
        self.agent.on_incoming(self.adopt)

    def on_event(self, event: StackEvent) -> None:
        """Those of a call that is not ours yet are kept: a refusal may be faster than dial() returns."""
        if not event.call:
            return
        number = next((number for number, call in self.calls.items() if call.handle == event.call), None)
        if event.event is Event.CALL_INCOMING:
            tell(event="incoming", call=len(self.calls) + 1, headers=event.headers)
            return
        if number is None:
            self.early.setdefault(event.call, []).append(event)
        elif event.event in TOLD:
            tell(event=TOLD[event.event], call=number, text=event.text or "")

    def adopt(self, call: Call) -> int:
        number = len(self.calls) + 1
        self.calls[number] = call
        self.heard[number] = bytearray()
        tell(event="call", call=number)
        for event in self.early.pop(call.handle, []):
            if call.state.value != "closed":
                call._on_stack_event(event)
            self.on_event(event)
        return number

    async def order(self, do: str, number: int, more: dict[str, Any]) -> None:
        match do:
            case "dial":
                assert self.agent is not None
                self.adopt(await self.agent.dial(more["uri"], more.get("headers")))
            case "register":
                assert self.agent is not None
                await self.agent.register()
            case "answer":
                await self.calls[number].answer(video=True)  # without: a re-INVITE right after the ACK
            case "echo":
                self.echoing.add(number)
            case "heard":
                tell(event="heard", call=number, pcm=base64.b64encode(self.heard[number]).decode())
            case _:
                # reject, hangup, hold, resume, send_dtmf, transfer: by the library's own names
                await getattr(self.calls[number], do)(*more.get("given", ()))

    async def obey(self, reader: asyncio.StreamReader) -> None:
        async with asyncio.TaskGroup() as group:
            while line := await reader.readline():
                group.create_task(self.try_order(json.loads(line)))

    async def try_order(self, order: dict[str, Any]) -> None:
        try:
            await self.order(order["do"], order.get("call", 1), order)
            tell(event="done", order=order["id"])
        except BaresipError as error:
            tell(event="failed", order=order["id"], text=str(error), status=getattr(error, "status", 0) or 0)

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for number, call in self.calls.items():
                self.move(number, call)
            due = max(due + STEP, loop.time() - 0.1)
            await asyncio.sleep(max(0.0, due - loop.time()))

    def move(self, number: int, call: Call) -> None:
        try:
            while data := call.audio.read(FRAME * 8):
                self.heard[number] += data
                if number in self.echoing:
                    call.audio.write(data)
        except (AudioNotActive, AudioRestarted, BaresipError):
            return


def tell(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def main(port: int, account: dict[str, Any]) -> None:
    phone = Softphone()
    try:
        await phone.open(port, account)
    except BaresipError as error:
        if "Address already in use" not in str(error):
            raise
        tell(event="taken")
        return
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tell(event="open")
    listening = asyncio.ensure_future(phone.listen())
    await phone.obey(reader)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await phone.runtime.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), json.loads(sys.argv[2])))
