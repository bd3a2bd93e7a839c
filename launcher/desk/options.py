"""The options of the commands that sign in, and what each of them runs."""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any, Final

from launcher.demo.client import ApiClient
from launcher.desk.call import call
from launcher.desk.sign_in import HELP, at_the_desk
from launcher.desk.trunks import add_did, add_trunk, list_dids, list_trunks, remove_did, remove_trunk

Work = Callable[[ApiClient, argparse.Namespace], Awaitable[int]]

NO_PASSWORD: Final = "The SIP password is asked for, or read from CXB_TRUNK_PASSWORD; it is never an argument."  # noqa: S105


def add_commands(commands: Any) -> None:
    """`trunk`, `did` and `call`."""
    trunk = _group(commands, "trunk", "add, list and remove the trunks that calls leave and come in by")
    _trunk_options(_command(trunk, "add", add_trunk, "add a SIP trunk", epilog=NO_PASSWORD))
    _command(trunk, "list", list_trunks, "show all trunks")
    _command(trunk, "remove", remove_trunk, "remove a SIP trunk").add_argument("id", metavar="ID")
    did = _group(commands, "did", "say which bot answers a number of ours")
    adding = _command(did, "add", add_did, "let a bot answer a number")
    adding.add_argument("number", metavar="NUMBER")
    adding.add_argument("--bot", required=True, metavar="NAME", help="the bot's name or id")
    adding.add_argument("--trunk", metavar="ID", help="the only trunk that it may be called by (default: any)")
    adding.add_argument("--region", default="US", help="where a number without a country code belongs (default: US)")
    _command(did, "list", list_dids, "show all numbers")
    _command(did, "remove", remove_did, "forget a number").add_argument("number", metavar="NUMBER")
    _call_options(_command(commands, "call", call, "call a number with a bot, and show the call as it happens"))


async def run_at_the_desk(asked: argparse.Namespace) -> int:
    async with at_the_desk() as api:
        work: Work = asked.work
        return await work(api, asked)


def _group(commands: Any, name: str, meaning: str) -> Any:
    group = commands.add_parser(name, help=meaning, description=HELP)
    return group.add_subparsers(dest="what", required=True, metavar="WHAT")


def _command(commands: Any, name: str, work: Work, meaning: str, epilog: str = "") -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=meaning, description=HELP, epilog=epilog)
    parser.set_defaults(work=work)
    return parser


def _trunk_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True)
    parser.add_argument("--host", required=True, help="of the carrier's SIP server")
    parser.add_argument("--port", type=int, default=5060)
    parser.add_argument("--transport", choices=("udp", "tcp"), default="udp")
    parser.add_argument("--username", default="", help="ours at the carrier; none where it knows us by address")
    parser.add_argument("--register", action="store_true", help="stay registered, so that calls come in")
    parser.add_argument("--codecs", default="pcmu,pcma", help="the one wanted most first (default: pcmu,pcma)")
    parser.add_argument(
        "--caller-in",
        choices=("from", "p_asserted_identity", "p_preferred_identity"),
        default="from",
        help="where the carrier wants to see the number that we show (default: from)",
    )
    parser.add_argument(
        "--trusted", action="append", default=[], metavar="NETWORK", help="calls may come in from there as well"
    )
    parser.add_argument("--channels", type=int, default=10, help="calls at once (default: 10)")
    parser.add_argument("--cps", type=float, default=1.0, help="calls per second (default: 1)")
    parser.add_argument(
        "--prefix", action="append", default=[], help="numbers that it may call, such as +44 (default: all)"
    )


def _call_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="NUMBER", help="E.164, such as +14155550123")
    parser.add_argument("--bot", required=True, metavar="NAME", help="the bot's name or id")
    parser.add_argument("--from", dest="shown", metavar="NUMBER", help="the number of ours that is shown")
    parser.add_argument("--var", action="append", type=_variable, default=[], metavar="KEY=VALUE")


def _variable(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not key or not sign:
        raise argparse.ArgumentTypeError(f"{text} is not KEY=VALUE")
    return key, value
