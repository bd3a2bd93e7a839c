"""What the stand-in is told: the file that livekit-sip takes, in JSON, with a few words more."""

from pathlib import Path
from typing import Annotated

import msgspec

from ports.messages.decoders import decoder_of

Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Of livekit-sip's: the key that is shared with LiveKit, where its server is, where SIP and RTP are, and a port
    that answers health, and here the service too. Words of its that are not here are of no use to the stand-in.
    Ours: `kept` is the file of trunks and rules (none: in memory), `most_calls` how many legs there are at once."""

    api_key: str
    api_secret: Annotated[str, msgspec.Meta(min_length=32)]
    ws_url: str
    listen_ip: str = "127.0.0.1"
    sip_port: Port = 5060
    rtp_port: str = "20000-20200"
    health_port: Port
    kept: str = ""
    most_calls: Annotated[int, msgspec.Meta(ge=0)] = 50

    def __repr__(self) -> str:
        return f"Config(ws_url={self.ws_url!r})"


def read_config(file: Path, *, most_calls: int | None = None) -> Config:
    """`most_calls` goes before what the file says. Raises ValueError that says what is wrong with it, OSError where it
    cannot be read."""
    config = decoder_of(Config).decode(file.read_bytes())
    return config if most_calls is None else msgspec.structs.replace(config, most_calls=most_calls)
