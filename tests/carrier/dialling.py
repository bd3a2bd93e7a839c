"""Baresip is told to call the far end."""

from contract_tests.carrier.called import CalledLeg, Script
from contract_tests.carrier.far_end import FarEnd
from tests.carrier.peer import Peer


async def dial(phone: Peer, carrier: FarEnd, user: str, script: Script | None = None, **more: str) -> CalledLeg:
    if script is not None:
        carrier.number(user, script)
    suffix = ";transport=tcp" if more.pop("protocol", "udp") == "tcp" else ""
    done = await phone.does("dial", uri=f"sip:{user}@127.0.0.1:{carrier.port}{suffix}", **more)
    assert done["event"] == "done"
    return await carrier.called(user)
