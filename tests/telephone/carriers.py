"""Real systems whose calls go by SIP: through the exchange, or through LiveKit and the stand-in for livekit-sip."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract_tests.backends.livekit_server import KEY, SECRET, the_server
from contract_tests.carrier.loopback import free_port
from contract_tests.livekit import stand_in_process
from tests.telephone.system import Running, running, started


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """`open` yields the system with room for so many talks. Raises Missing where a program it needs is missing."""

    name: str
    open: Callable[[Path, int], AbstractContextManager[Running]]


@contextmanager
def _by_exchange(folder: Path, capacity: int) -> Iterator[Running]:
    with running(folder, capacity=capacity) as system:
        yield system


@contextmanager
def _by_livekit(folder: Path, capacity: int) -> Iterator[Running]:
    server = the_server()
    stand_in = stand_in_process.start(server.url)
    livekit = {
        "CXB_MEDIA": "livekit",
        "CXB_LIVEKIT_URL": server.url,
        "CXB_LIVEKIT_SIP_URL": stand_in.url,
        "CXB_LIVEKIT_KEY": KEY,
        "CXB_LIVEKIT_SECRET": SECRET,
    }
    try:
        with started(folder, capacity=capacity, **livekit) as (system, password):
            yield Running(
                system=system,
                password=password,
                sip_port=stand_in.sip[1],
                far_port=free_port(),
                knows=("api", "trunk_out_of_step"),
            )
    finally:
        stand_in.clear()


CARRIERS: Final = (Carrier(name="sip", open=_by_exchange), Carrier(name="livekit", open=_by_livekit))
