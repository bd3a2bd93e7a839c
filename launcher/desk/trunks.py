"""`./cxb trunk` and `./cxb did`: real trunks and the numbers of ours, set up and listed."""

import argparse
import os
import sys
from getpass import getpass
from typing import Any, Final

from launcher.demo.client import ApiClient
from launcher.desk.bots import bot_called

WAIT_SECONDS: Final = 1.0
WAITS: Final = 30

TRUNK_PASSWORD: Final = "CXB_TRUNK_PASSWORD"  # noqa: S105  # the variable's name


async def add_trunk(api: ApiClient, asked: argparse.Namespace) -> int:
    sip = {
        "host": asked.host,
        "port": asked.port,
        "transport": asked.transport,
        "username": asked.username,
        "register": asked.register,
        "codecs": asked.codecs.split(","),
        "caller_in": asked.caller_in,
        "trusted": asked.trusted,
    }
    body = {
        "name": asked.name,
        "sip": sip,
        "channels": asked.channels,
        "calls_per_second": asked.cps,
        "prefixes": asked.prefix,
        "password": _password(asked.username),
    }
    print(_trunk(await api.post("/trunks", body)))
    return 0


def _password(username: str) -> str:
    """Never an argument, which other people on the machine could read; empty where the trunk knows us by address."""
    given = os.environ.get(TRUNK_PASSWORD, "")
    if given or not username or not sys.stdin.isatty():
        return given
    return getpass(f"SIP password of {username} (or set {TRUNK_PASSWORD}; empty for none): ")


async def list_trunks(api: ApiClient, _: argparse.Namespace) -> int:
    for trunk in (await api.get("/trunks"))["items"]:
        print(_trunk(trunk))
    return 0


async def remove_trunk(api: ApiClient, asked: argparse.Namespace) -> int:
    """Disabled first: Diallers then let go of their channels within seconds, and calls do when they are over."""
    address = f"/trunks/{asked.id}"
    await api.change(address, {"enabled": False})
    for _ in range(WAITS):
        if not (await api.get(address))["held"]:
            break
        await api.pause(WAIT_SECONDS)
    await api.remove(address)
    print(f"{asked.id} is removed")
    return 0


async def add_did(api: ApiClient, asked: argparse.Namespace) -> int:
    body = {"number": asked.number, "bot_id": await bot_called(api, asked.bot), "trunk_id": asked.trunk}
    print(_did(await api.post(f"/dids?region={asked.region}", body)))
    return 0


async def list_dids(api: ApiClient, _: argparse.Namespace) -> int:
    for did in (await api.get("/dids"))["items"]:
        print(_did(did))
    return 0


async def remove_did(api: ApiClient, asked: argparse.Namespace) -> int:
    await api.remove(f"/dids/{asked.number}")
    print(f"{asked.number} is removed")
    return 0


def _trunk(trunk: dict[str, Any]) -> str:
    sip = trunk["sip"]
    where = f"{sip['username'] or 'by address'} at {sip['host']}:{sip['port']}/{sip['transport']}" if sip else ""
    parts = [
        trunk["id"],
        trunk["name"],
        trunk["carrier"],
        *([where, "registers" if sip["register"] else "does not register"] if sip else []),
        *(["with password"] if trunk["has_password"] else []),
        f"{trunk['held']} of {trunk['channels']} channels",
        f"{trunk['calls_per_second']:g} calls/s",
        f"priority {trunk['priority']}",
        " ".join(trunk["prefixes"]) or "all numbers",
        "enabled" if trunk["enabled"] else "disabled",
    ]
    return "  ".join(parts)


def _did(did: dict[str, Any]) -> str:
    trunk = f"by trunk {did['trunk_id']} only" if did["trunk_id"] else "by any trunk"
    return f"{did['number']}  bot {did['bot_id']}  {trunk}  {'enabled' if did['enabled'] else 'disabled'}"
