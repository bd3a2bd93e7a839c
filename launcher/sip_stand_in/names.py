"""Ids as LiveKit makes them: a prefix that says of what, and twelve letters and digits."""

import secrets
import string
from typing import Final

LETTERS: Final = string.ascii_letters + string.digits


def new_id(prefix: str) -> str:
    return f"{prefix}_{random_name()}"


def random_name() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(12))
