"""From one text to one setting's value, or what it must be."""

import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

LOG_LEVELS: Final = ("debug", "info", "warning", "error")
LEAST: Final[Mapping[str, float]] = {
    "session_minutes": 1,
    "core_capacity": 1,
    "core_message_slots": 0,
    "core_processes": 1,
    "api_requests": 1,
    "drain_seconds": 0,
    "recognition_errors": 0,
    "simulation_speed": 0.1,
}
MOST: Final[Mapping[str, float]] = {
    "session_minutes": 366 * 24 * 60,
    "core_capacity": 10_000,
    "core_message_slots": 10_000,
    "core_processes": 256,
    "api_requests": 100_000,
    "drain_seconds": 86_400,
    "recognition_errors": 1,
    "simulation_speed": 1_000,
}
MAY_BE_EMPTY: Final = frozenset(
    {
        "openai_url",
        "openai_key",
        "openai_model",
        "private_targets",
        "traces_url",
        "sip_address",
        "livekit_key",
        "livekit_sip_url",
    }
)


HOST: Final = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*|(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
SERVER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
PORT_RANGE: Final = re.compile(r"([0-9]{4,5})-([0-9]{4,5})")
EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


def setting_value(name: str, kind: Any, text: str) -> Any:
    """The text as what the field is. Raises ValueError with what it must be."""
    value = _converted(kind, text.strip())
    if isinstance(value, str) and not value and name not in MAY_BE_EMPTY and not name.endswith("_secret"):
        raise ValueError("must not be empty")
    if isinstance(value, str) and not value.isprintable():
        raise ValueError("must hold no characters that cannot be seen")
    if name in LEAST and not LEAST[name] <= value <= MOST.get(name, math.inf):
        raise ValueError(_range(name))
    for ending, check in CHECKS.items():
        if name.endswith(ending) and value != "":
            check(value)
    return value


def _converted(kind: Any, text: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _choice(text, {member.value: member for member in kind})
    if kind is int:
        if not text.lstrip("-").isdecimal() or len(text) > 18:
            raise ValueError(f"must be a whole number, not {text!r}")
        return int(text)
    if kind is float:
        return _float(text)
    return text


def _float(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"must be a number, not {text!r}")
    return number


def _choice(text: str, choices: Mapping[str, Any]) -> Any:
    if text.lower() not in choices:
        raise ValueError(f"must be one of {', '.join(choices)}, not {text!r}")
    return choices[text.lower()]


def _range(name: str) -> str:
    return (
        f"must lie between {LEAST[name]:g} and {MOST[name]:g}" if name in MOST else f"must be {LEAST[name]:g} or more"
    )


def _check_port(port: int) -> None:
    if not 1 <= port <= 65535:
        raise ValueError(f"must be a port between 1 and 65535, not {port}")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https", "ws", "wss"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"must be a URL such as http://127.0.0.1:8601, not {url!r}")


def _check_networks(text: str) -> None:
    networks(text)


def _check_address(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise ValueError(f"must be an address of this machine, such as 192.0.2.10, not {text!r}") from None


def _check_port_range(text: str) -> None:
    found = PORT_RANGE.fullmatch(text)
    if found is None or not 1024 <= int(found[1]) < int(found[2]) <= 65535:
        raise ValueError(f"must be two ports of 1024 or more, such as 30000-39999, not {text!r}")


def _check_level(level: str) -> None:
    if level not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}, not {level!r}")


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], None]:
    def check(text: str) -> None:
        if not pattern.fullmatch(text):
            raise ValueError(f"must be {what}, not {text!r}")

    return check


CHECKS: Final[Mapping[str, Callable[[Any], None]]] = {
    "_port": _check_port,
    "_url": _check_url,
    "private_targets": _check_networks,
    "log_level": _check_level,
    "sip_address": _check_address,
    "rtp_ports": _check_port_range,
    "host": _matching(HOST, "an address or a name, such as 127.0.0.1"),
    "server_id": _matching(SERVER, "at most 64 letters, digits, dots, dashes and underscores"),
    "_email": _matching(EMAIL, "an email address"),
}
"""By the end of a field's name; an empty text where it is allowed is not checked."""


def networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """The networks of a comma-separated list. Raises ValueError that names the first that is none."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError:
            raise ValueError(f"must be networks such as 10.0.0.0/8, and {part!r} is none") from None
    return tuple(found)
