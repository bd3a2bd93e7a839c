"""Ports for programs that must be told which to take."""

import socket
from typing import Final

from contract_tests.faults.free_ports import take_ports

LOOPBACK: Final = "127.0.0.1"


def free_port(*, room: int = 1) -> int:
    """The first of `room` ports in a row that are free for UDP and TCP. No other test takes them."""
    while True:
        ports = take_ports(room)
        if ports == list(range(ports[0], ports[0] + room)) and all(map(is_free, ports)):
            return ports[0]


def is_free(port: int) -> bool:
    """For datagrams."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
