"""What a secret must be before a deployment may lean on it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.errors import Fault
from ports.settings import SHORTEST_SECRET, Settings

FEWEST_CHARACTERS: Final = 8
"""Different ones. 32 random hexadecimal digits have fewer once in ten million."""

COMMON: Final = (
    "secret",
    "password",
    "passwd",
    "changeme",
    "change-me",
    "change_me",
    "default",
    "example",
    "qwerty",
    "letmein",
    "123456",
    "abcdef",
    "placeholder",
    "insecure",
    "replace",
)
RECIPE: Final = 'make a good one: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
REQUIRED: Final = {"jwt_secret": "JWT_SECRET", "core_secret": "CXBCORE_SECRET", "secrets_key": "CXB_SECRETS_KEY"}


def secret_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with production's secrets among the settings given; never shows them."""
    secrets = {name: str(values.get(name, getattr(Settings(), name))) for name in REQUIRED}
    for name, secret in secrets.items():
        why = next(filter(None, map(weakness, keys_of(secret) if name == "secrets_key" else [secret])), "")
        if why:
            yield Fault(field=REQUIRED[name], reason=f"{why}; {RECIPE}")
    if secrets["jwt_secret"] and secrets["jwt_secret"] == secrets["core_secret"]:
        yield Fault(field=REQUIRED["core_secret"], reason=f"must differ from JWT_SECRET; {RECIPE}")
    if {secrets["jwt_secret"], secrets["core_secret"]} & {*keys_of(secrets["secrets_key"])} - {""}:
        yield Fault(field=REQUIRED["secrets_key"], reason=f"must differ from the other secrets; {RECIPE}")


def keys_of(text: str) -> list[str]:
    """Of several, comma-separated; one that is empty where none is given."""
    return [key.strip() for key in text.split(",")]


def weakness(secret: str) -> str:
    """Why somebody could guess it, or nothing."""
    if not secret:
        return "is missing, and production needs it"
    if len(secret) < SHORTEST_SECRET:
        return f"is shorter than {SHORTEST_SECRET} characters"
    if len(set(secret)) < FEWEST_CHARACTERS or secret in (secret + secret)[1:-1]:
        return "has too few different characters"
    if any(word in secret.lower() for word in COMMON):
        return "holds a common word"
    return ""
