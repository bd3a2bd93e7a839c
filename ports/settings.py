"""What a CXB process needs to know before it starts: every setting, with its meaning and default."""

from abc import abstractmethod
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Final, Protocol


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Stores(StrEnum):
    SQLITE = "sqlite"
    MEMORY = "memory"


class Media(StrEnum):
    EXCHANGE = "exchange"
    LIVEKIT = "livekit"
    MEMORY = "memory"


class Engine(StrEnum):
    PIPECAT = "pipecat"
    MEMORY = "memory"


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


def setting(name: str, meaning: str, default: Any, *, secret: bool = False) -> Any:
    """A field that is read from the environment variable `name`; a secret's value is never shown."""
    return field(default=default, metadata={"name": name, "meaning": meaning, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting. Addresses are where others find a process; ports are where it listens."""

    environment: Environment = setting(
        "CXB_ENV", "development, or production, which refuses to start with weak secrets", Environment.DEVELOPMENT
    )
    data: str = setting("CXB_DATA", "folder that holds everything CXB keeps", "./data")
    host: str = setting("CXB_HOST", "address that all processes listen on", "127.0.0.1")
    console_port: int = setting("CXB_CONSOLE_PORT", "port of the Console", 8600)
    api_port: int = setting("CXB_API_PORT", "port of the API", 8601)
    core_port: int = setting("CXB_CORE_PORT", "port of Core's control surface", 8602)
    dialler_port: int = setting("CXB_DIALLER_PORT", "port of the Dialler's health page", 8603)
    exchange_port: int = setting("CXB_EXCHANGE_PORT", "port of the exchange", 8604)
    sip_address: str = setting(
        "CXB_SIP_ADDRESS",
        "address that SIP and RTP are bound to; empty for that of the interface towards the first SIP trunk",
        "",
    )
    sip_port: int = setting("CXB_SIP_PORT", "port of SIP, open only while there is a SIP trunk", 5060)
    rtp_ports: str = setting("CXB_RTP_PORTS", "ports of the calls' audio by SIP trunks, first-last", "30000-39999")
    api_url: str = setting("CXB_API_URL", "where the other processes find the API", "http://127.0.0.1:8601")
    core_url: str = setting("CXB_CORE_URL", "where API and Dialler find this Core", "http://127.0.0.1:8602")
    exchange_url: str = setting("CXB_EXCHANGE_URL", "where processes find the exchange", "ws://127.0.0.1:8604")
    public_url: str = setting("CXB_PUBLIC_URL", "where CRMs and browsers find the API", "http://127.0.0.1:8600")
    jwt_secret: str = setting("JWT_SECRET", "signs log-ins and links; 32 characters or more", "", secret=True)
    core_secret: str = setting(
        "CXBCORE_SECRET",
        "what API, Core, Dialler and exchange prove themselves by; 32 characters or more",
        "",
        secret=True,
    )
    secrets_key: str = setting(
        "CXB_SECRETS_KEY",
        "seals passwords of trunks; 32 characters or more; several, comma-separated: the first one seals, all open",
        "",
        secret=True,
    )
    admin_email: str = setting("CXB_ADMIN_EMAIL", "email of the first administrator", "admin@example.com")
    session_minutes: int = setting("CXB_SESSION_MINUTES", "minutes until somebody has to log in again", 480)
    stores: Stores = setting("CXB_STORES", "where documents are kept: sqlite, or memory for tests", Stores.SQLITE)
    media: Media = setting("CXB_MEDIA", "who carries audio: exchange, livekit, or memory for tests", Media.EXCHANGE)
    livekit_url: str = setting("CXB_LIVEKIT_URL", "where processes and browsers find LiveKit", "ws://127.0.0.1:7880")
    livekit_key: str = setting("CXB_LIVEKIT_KEY", "name of our key at LiveKit", "")
    livekit_secret: str = setting("CXB_LIVEKIT_SECRET", "secret of that key; 32 characters or more", "", secret=True)
    livekit_sip_url: str = setting(
        "CXB_LIVEKIT_SIP_URL", "where LiveKit's SIP service is found, when that is not CXB_LIVEKIT_URL", ""
    )
    engine: Engine = setting("CXB_ENGINE", "what runs conversations: pipecat, or memory for tests", Engine.PIPECAT)
    server_id: str = setting("CXB_SERVER_ID", "name of this Core in the fleet", "core-1")
    core_capacity: int = setting("CXB_CORE_CAPACITY", "calls at once on this Core", 20)
    core_message_slots: int = setting("CXB_CORE_MESSAGE_SLOTS", "slots beyond the capacity, for messages only", 4)
    core_processes: int = setting("CXB_CORE_PROCESSES", "call processes of this Core", 1)
    api_requests: int = setting(
        "CXB_API_REQUESTS", "requests that the API works on at once; those beyond are answered 503", 64
    )
    drain_seconds: float = setting("CXB_DRAIN_SECONDS", "how long a stopping process waits for its calls", 30.0)
    openai_url: str = setting("CXB_OPENAI_URL", "base URL of an OpenAI-compatible language model, or empty", "")
    openai_key: str = setting("CXB_OPENAI_KEY", "key of the language model", "", secret=True)
    openai_model: str = setting("CXB_OPENAI_MODEL", "name of the language model", "")
    recognition_errors: float = setting("CXB_RECOGNITION_ERRORS", "share of words that captions mishear, 0 to 1", 0.02)
    simulation_seed: int = setting("CXB_SIMULATION_SEED", "seed of the simulated carrier's population", 1)
    simulation_speed: float = setting(
        "CXB_SIMULATION_SPEED", "how much faster than life the simulated carrier rings; nobody talks faster", 1.0
    )
    private_targets: str = setting(
        "CXB_PRIVATE_TARGETS",
        "networks, comma-separated, that pushes may reach although they are private",
        "",
    )
    log_format: LogFormat = setting("CXB_LOG_FORMAT", "text for people, json for machines", LogFormat.TEXT)
    traces_url: str = setting(
        "CXB_TRACES", "OTLP endpoint that traces are sent to, such as http://127.0.0.1:4318/v1/traces; or empty", ""
    )
    log_level: str = setting("CXB_LOG_LEVEL", "debug, info, warning or error", "info")

    @property
    def livekit_sip(self) -> str:
        """Where LiveKit's SIP service is asked."""
        return self.livekit_sip_url or self.livekit_url


SHORTEST_SECRET: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One line of `./cxb settings`. `source` is where the value came from: default, environment, or a file's name."""

    name: str
    meaning: str
    value: str
    source: str


class SettingsSource(Protocol):
    """Where settings come from."""

    @abstractmethod
    def load(self) -> Settings:
        """Raises InvalidValue that names every setting that is wrong, and every name like ours that is none."""

    @abstractmethod
    def rows(self) -> tuple[SettingRow, ...]:
        """All settings as they would be loaded, secrets hidden; wrong ones are shown as they are."""


def names() -> dict[str, str]:
    """Environment name to field name."""
    return {f.metadata["name"]: f.name for f in fields(Settings)}
