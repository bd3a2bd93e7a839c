"""What a secret must be before a deployment may lean on it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.errors import Fault
from ports.settings import SHORTEST_SECRET, Environment, Media, Settings

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
    """What is wrong with the secrets among the settings given; never shows them. Only production needs good ones."""
    yield from _livekit_faults(values)
    if values.get("environment") is Environment.PRODUCTION:
        yield from _production_faults(values)


def _livekit_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """LiveKit is nobody's who has no key to it."""
    if values.get("media") is not Media.LIVEKIT:
        return
    if not values.get("livekit_key"):
        yield Fault(field="CXB_LIVEKIT_KEY", reason="is missing, and CXB_MEDIA=livekit needs it")
    secret = str(values.get("livekit_secret", ""))
    if len(secret) < SHORTEST_SECRET:
        why = f"is shorter than {SHORTEST_SECRET} characters" if secret else "is missing"
        yield Fault(field="CXB_LIVEKIT_SECRET", reason=f"{why}, and CXB_MEDIA=livekit needs it")
    elif values.get("environment") is Environment.PRODUCTION and weakness(secret):
        yield Fault(field="CXB_LIVEKIT_SECRET", reason=f"{weakness(secret)}; {RECIPE}")


def _production_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
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
