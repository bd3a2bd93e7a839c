"""A stranger who floods a port, from a process of its own: `flooder.py sip|rtp|invite PORT A-SECOND SECONDS`.

It prints how many datagrams it got rid of.
"""

import asyncio
import random
import socket
import sys
import time
from collections.abc import Callable, Mapping
from itertools import cycle
from typing import Final

from contract_tests.carrier.hostile import invites, rtp_junk, sip_junk
from contract_tests.carrier.loopback import LOOPBACK

STRANGER: Final = "127.0.0.9"
"""No trunk is there."""

KINDS: Final[Mapping[str, Callable[[random.Random, int], list[bytes]]]] = {
    "sip": sip_junk,
    "rtp": rtp_junk,
    "invite": invites,
}
DIFFERENT: Final = 2000
STEP: Final = 0.002


async def flood_from_outside(kind: str, port: int, *, a_second: int, seconds: float) -> int:
    """Returns when it is over, with how many datagrams there were."""
    flooder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "contract_tests.carrier.flooder", kind, str(port), str(a_second), str(seconds)),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await flooder.communicate()
    assert flooder.returncode == 0
    return int(told)


def flood(kind: str, port: int, a_second: int, seconds: float) -> int:
    """What it is late for it makes up for, but never more than a tenth of a second of it at once."""
    junk = cycle(KINDS[kind](random.Random(1), DIFFERENT))  # noqa: S311  # to be repeatable
    sent, began = 0, time.monotonic()
    due = began
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((STRANGER if kind == "invite" else LOOPBACK, 0))
        while (now := time.monotonic()) < began + seconds:
            due = max(due, now - 0.1)
            while due <= now:
                out.sendto(next(junk), (LOOPBACK, port))
                sent, due = sent + 1, due + 1 / a_second
            time.sleep(STEP)
    return sent


if __name__ == "__main__":
    sys.stdout.write(str(flood(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))))
