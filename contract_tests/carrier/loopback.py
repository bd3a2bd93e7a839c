"""Ports for programs that must be told which to take."""

import socket
from contextlib import ExitStack
from typing import Final

from contract_tests.faults.free_ports import take_ports

LOOPBACK: Final = "127.0.0.1"


def free_port() -> int:
    """Free for UDP and TCP, with the three above it: for RTP and what goes with it. No other test takes them."""
    while True:
        first, *others = take_ports(4)
        if others == [first + 1, first + 2, first + 3] and all(map(_free_for_datagrams, (first, *others))):
            return first


def _free_for_datagrams(port: int) -> bool:
    with ExitStack() as stack:
        probe = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
