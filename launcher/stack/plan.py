"""What the stack consists of on this machine, in the order in which it is started."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from launcher.stack.ports import HOST, RTP_PORTS, StackPorts, listening
from launcher.stack.process import StackProcess

KEY: Final = "cxb"
OURS: Final = Path(__file__).resolve().parents[2]
"""Where CXB's own modules are: the stack's processes start in a folder of their own."""

LIVEKIT_CONFIG: Final = Template("""\
port: $livekit
bind_addresses: ["$host"]
rtc:
  # media over TCP would be listened for on every address of the machine, and needs no way round here
  tcp_port: 0
  udp_port: $livekit_udp
  ips:
    includes: ["$host/32"]
  use_external_ip: false
  node_ip: $host
  enable_loopback_candidate: true
redis:
  address: "$host:$redis"
keys:
  $key: "$secret"
room:
  auto_create: true
webhook:
  api_key: $key
  urls: ["$api/api/v1/livekit/webhook"]
logging:
  level: info
""")
SIP_CONFIG: Final = Template("""\
api_key: $key
api_secret: "$secret"
ws_url: ws://$host:$livekit
redis:
  address: "$host:$redis"
sip_port: $sip
listen_ip: $host
nat_1_to_1_ip: $host
rtp_port: $rtp
health_port: $sip_health
# with less, a busy machine makes it refuse calls: "cpu exhausted"
max_cpu_utilization: 1.0
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a plan is made of; `api` is CXB's API, which is told of calls that come in; `livekit_sip` is None where
    there is none."""

    folder: Path
    ports: StackPorts
    secret: str
    redis_server: Path
    livekit_server: Path
    api: str
    livekit_sip: Path | None


def plan(parts: Parts) -> tuple[StackProcess, ...]:
    """Redis first, for the others meet there; it is stopped last."""
    return (_redis(parts), _livekit(parts), *_sip(parts))


def _redis(parts: Parts) -> StackProcess:
    kept = parts.folder / "redis"
    settings = {"bind": HOST, "port": str(parts.ports.redis), "dir": str(kept), "save": "", "appendonly": "no"}
    arguments = (text for name, value in settings.items() for text in (f"--{name}", value))
    return StackProcess(
        name="redis",
        command=(str(parts.redis_server), *arguments),
        health=(_redis_at(parts.ports),),
        ports=listening(parts.ports, "redis"),
        folders=("redis",),
    )


def _redis_at(ports: StackPorts) -> str:
    return f"redis://{HOST}:{ports.redis}"


def _livekit(parts: Parts) -> StackProcess:
    file = "livekit.yaml"
    # the register of nodes: one that was killed stays in it for seconds, and rooms would be given to it; and where it
    # was Redis, livekit-server answers although it cannot open a room before it has come back into it
    nodes = f"{_redis_at(parts.ports)}/nodes"
    return StackProcess(
        name="livekit-server",
        command=(str(parts.livekit_server), "--config", str(parts.folder / file)),
        health=(f"http://{HOST}:{parts.ports.livekit}/", nodes),
        forgets=(nodes,),
        ports=listening(parts.ports, "livekit", "livekit_udp"),
        files={file: _config(LIVEKIT_CONFIG, parts)},
    )


def _sip(parts: Parts) -> tuple[StackProcess, ...]:
    """Who carries SIP for LiveKit: livekit-sip where it is installed, elsewhere the stand-in that plays its part."""
    if parts.livekit_sip is None:
        return (_stand_in(parts),)
    file = "livekit-sip.yaml"
    return (
        StackProcess(
            name="livekit-sip",
            command=(str(parts.livekit_sip), "--config", str(parts.folder / file)),
            health=(f"http://{HOST}:{parts.ports.sip_health}/",),
            ports=listening(parts.ports, "sip", "sip_health"),
            files={file: _config(SIP_CONFIG, parts)},
        ),
    )


def _stand_in(parts: Parts) -> StackProcess:
    """It takes livekit-sip's settings, and answers for LiveKit's SIP service where livekit-sip answers health."""
    file = "sip-stand-in.json"
    config = {
        "api_key": KEY,
        "api_secret": parts.secret,
        "ws_url": f"ws://{HOST}:{parts.ports.livekit}",
        "sip_port": parts.ports.sip,
        "listen_ip": HOST,
        "rtp_port": RTP_PORTS,
        "health_port": parts.ports.sip_health,
        "kept": str(parts.folder / "sip-stand-in-trunks.json"),
    }
    return StackProcess(
        name="sip-stand-in",
        command=(sys.executable, "-m", "launcher.sip_stand_in.main", "--config", str(parts.folder / file)),
        health=(f"http://{HOST}:{parts.ports.sip_health}/",),
        ports=listening(parts.ports, "sip", "sip_health"),
        files={file: json.dumps(config)},
        environment={"PYTHONPATH": str(OURS)},
    )


def _config(template: Template, parts: Parts) -> str:
    rows = {name: getattr(parts.ports, name) for name in parts.ports.__slots__}
    return template.substitute(rows, host=HOST, key=KEY, secret=parts.secret, api=parts.api, rtp=RTP_PORTS)


def settings_for_cxb(ports: StackPorts, *, stand_in: bool = False) -> dict[str, str]:
    """What makes CXB use this stack, all but the secret. The stand-in is asked itself, livekit-sip through LiveKit."""
    return {
        "CXB_MEDIA": "livekit",
        "CXB_LIVEKIT_URL": f"ws://{HOST}:{ports.livekit}",
        **({"CXB_LIVEKIT_SIP_URL": f"http://{HOST}:{ports.sip_health}"} if stand_in else {}),
        "CXB_LIVEKIT_KEY": KEY,
    }


SECRET_SETTING: Final = "CXB_LIVEKIT_SECRET"  # noqa: S105  # its name
