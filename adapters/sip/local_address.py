"""Which of this machine's addresses packets to a host leave by."""

import socket


def address_towards(host: str) -> str:
    """By the system's routes; nothing is sent. Raises OSError when there is no way there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((host, 9))
        return str(probe.getsockname()[0])
