"""How commands that change or try something sign in: as the person named by CXB_EMAIL, or as who sits here."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from getpass import getpass
from pathlib import Path
from typing import Final

from launcher.api_command import said_by_api
from launcher.check_here import STORE, with_kept_secrets
from launcher.demo.client import ApiClient, signed_in, with_token
from launcher.problem import LaunchProblem
from launcher.up import resolved
from ports.settings import Settings

EMAIL: Final = "CXB_EMAIL"
PASSWORD: Final = "CXB_PASSWORD"  # noqa: S105  # the variable's name
TRIES: Final = 3

HELP: Final = (
    "Signs in as CXB_EMAIL with CXB_PASSWORD, or asks for the password. Without CXB_EMAIL, on the machine that holds "
    "the data folder, it opens a session of an hour for the first administrator, signed with the folder's own secret: "
    "whoever can read that folder may do so. Elsewhere it asks who you are."
)


@asynccontextmanager
async def at_the_desk() -> AsyncIterator[ApiClient]:
    """A client with somebody's session. Raises LaunchProblem when nobody can be signed in."""
    settings = with_kept_secrets(resolved())
    token = None if os.environ.get(EMAIL) else await _local_token(settings)
    if token:
        opened = with_token(settings.api_url, token, asyncio.sleep, tries=TRIES)
    else:
        opened = signed_in(settings.api_url, *_credentials(), asyncio.sleep, tries=TRIES)
    async with opened as client:
        yield client


async def _local_token(settings: Settings) -> str | None:
    if not settings.jwt_secret or not (Path(settings.data) / STORE).exists():
        return None
    return await said_by_api(settings, "open-session", "token")


def _credentials() -> tuple[str, str]:
    email = os.environ.get(EMAIL) or _asked(f"Email (or set {EMAIL}): ", input)
    return email, os.environ.get(PASSWORD) or _asked(f"Password of {email}: ", getpass)


def _asked(question: str, ask: Callable[[str], str]) -> str:
    if not sys.stdin.isatty():
        raise LaunchProblem(f"nobody is signed in: set {EMAIL} and {PASSWORD}")
    return ask(question)
