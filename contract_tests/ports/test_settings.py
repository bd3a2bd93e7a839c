"""What every source of settings promises."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import fields

import pytest

from adapters.codec.setting_value import networks
from domain.errors import InvalidValue
from ports.settings import Engine, Environment, LogFormat, Media, Settings, SettingsSource, Stores, names

Source = Callable[[Mapping[str, str]], SettingsSource]

GOOD = "kP3v_9QxT1mZr7YcW0aHn5LdEoJ2iUbGs8fXy6Vq"
THIRD = "tW8-rB4_kN6vXz2QpL9mJc3YhD7gFs5A"
OTHER = "0123fedc4567ba98fe01dc23ba4598760f1e2d3c"
PRODUCTION = {"CXB_ENV": "production", "JWT_SECRET": GOOD, "CXBCORE_SECRET": OTHER, "CXB_SECRETS_KEY": THIRD}


def wrong(source: SettingsSource) -> dict[str, str]:
    """What is wrong, by name."""
    with pytest.raises(InvalidValue) as invalid:
        source.load()
    return {fault.field: fault.reason for fault in invalid.value.faults}


def test_nothing_said_is_the_defaults(settings: Source) -> None:
    assert settings({}).load() == Settings()


def test_every_value_becomes_what_its_setting_is(settings: Source) -> None:
    loaded = settings(
        {
            "CXB_API_PORT": "9001",
            "CXB_STORES": "memory",
            "CXB_ENGINE": "Memory",
            "CXB_LOG_FORMAT": "json",
            "CXB_DRAIN_SECONDS": "2.5",
            "CXB_RECOGNITION_ERRORS": "1",
            "CXB_OPENAI_URL": "https://llm.example/v1",
            "CXB_PRIVATE_TARGETS": "10.0.0.0/8, fd00::/8",
            "CXB_SERVER_ID": "core-7",
            "CXB_SIMULATION_SEED": "-3",
        }
    ).load()

    assert (loaded.api_port, loaded.stores, loaded.engine) == (9001, Stores.MEMORY, Engine.MEMORY)
    assert (loaded.log_format, loaded.drain_seconds, loaded.recognition_errors) == (LogFormat.JSON, 2.5, 1.0)
    assert (loaded.openai_url, loaded.server_id, loaded.simulation_seed) == ("https://llm.example/v1", "core-7", -3)
    assert [str(network) for network in networks(loaded.private_targets)] == ["10.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CXB_API_PORT", "0"),
        ("CXB_API_PORT", "65536"),
        ("CXB_API_PORT", "http"),
        ("CXB_API_PORT", ""),
        ("CXB_API_PORT", "8601.0"),
        ("CXB_API_PORT", "9" * 5000),
        ("CXB_CORE_CAPACITY", "0"),
        ("CXB_CORE_MESSAGE_SLOTS", "-1"),
        ("CXB_RECOGNITION_ERRORS", "1.01"),
        ("CXB_RECOGNITION_ERRORS", "-0.1"),
        ("CXB_RECOGNITION_ERRORS", "nan"),
        ("CXB_SIMULATION_SPEED", "0"),
        ("CXB_DRAIN_SECONDS", "inf"),
        ("CXB_DRAIN_SECONDS", "-1"),
        ("CXB_ENV", "staging"),
        ("CXB_STORES", "mongo"),
        ("CXB_API_URL", "127.0.0.1:8601"),
        ("CXB_API_URL", "http://"),
        ("CXB_API_URL", "http://[::1"),
        ("CXB_API_URL", "http://a:99999"),
        ("CXB_API_URL", ""),
        ("CXB_PRIVATE_TARGETS", "10.0.0.0/8,everything"),
        ("CXB_PRIVATE_TARGETS", "10.0.0.1/8"),
        ("CXB_LOG_LEVEL", "loud"),
        ("CXB_SERVER_ID", " "),
    ],
)
def test_a_value_that_cannot_be_is_named(settings: Source, name: str, value: str) -> None:
    assert list(wrong(settings({name: value}))) == [name]


def test_everything_wrong_is_said_at_once(settings: Source) -> None:
    bad = {"CXB_API_PORT": "x", "CXB_CORE_PORT": "70000", "CXB_ENGINE": "magic", "CXB_NO_SUCH": "1"}
    assert set(wrong(settings(bad))) == set(bad)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("CXB_API_PROT", "CXB_API_PORT"), ("CXBCORE_SECRTE", "CXBCORE_SECRET"), ("CXB_LOGLEVEL", "CXB_LOG_LEVEL")],
)
def test_an_unknown_name_is_a_fault_with_the_one_that_was_meant(settings: Source, name: str, meant: str) -> None:
    assert f"did you mean {meant}?" in wrong(settings({name: "1"}))[name]


def test_development_starts_without_secrets(settings: Source) -> None:
    assert settings({"CXB_ENV": "development"}).load().environment is Environment.DEVELOPMENT


def test_production_starts_with_good_secrets(settings: Source) -> None:
    loaded = settings(PRODUCTION).load()
    assert (loaded.environment, loaded.jwt_secret, loaded.core_secret) == (Environment.PRODUCTION, GOOD, OTHER)


def test_production_names_all_secrets_and_says_how_to_make_good_ones(settings: Source) -> None:
    found = wrong(settings({"CXB_ENV": "production"}))

    assert set(found) == {"JWT_SECRET", "CXBCORE_SECRET", "CXB_SECRETS_KEY"}
    assert all("python3 -c" in reason and "token_urlsafe" in reason for reason in found.values())


@pytest.mark.parametrize("name", ["JWT_SECRET", "CXBCORE_SECRET", "CXB_SECRETS_KEY"])
@pytest.mark.parametrize(
    "weak",
    [
        "",
        "sh0rt!",
        GOOD[:31],
        "a" * 64,
        "0123456701234567012345670123456701234567",
        "kP3v_9QxT1mZr7Yc" * 3,
        "my-Very-long-PASSWORD-for-CXB-of-2026-xyz",
        "changeme-changeme-changeme-changeme-0",
        "this-is-the-Default-one-from-the-manual-0",
    ],
)
def test_production_refuses_each_weak_secret_and_never_shows_it(settings: Source, name: str, weak: str) -> None:
    found = wrong(settings({**PRODUCTION, name: weak}))

    assert list(found) == [name]
    assert not weak or weak not in found[name]


def test_production_refuses_one_secret_for_both(settings: Source) -> None:
    assert list(wrong(settings({**PRODUCTION, "CXBCORE_SECRET": GOOD}))) == ["CXBCORE_SECRET"]
    assert list(wrong(settings({**PRODUCTION, "CXB_SECRETS_KEY": f"{THIRD},{GOOD}"}))) == ["CXB_SECRETS_KEY"]


def test_of_several_keys_that_seal_none_may_be_weak(settings: Source) -> None:
    assert settings({**PRODUCTION, "CXB_SECRETS_KEY": f"{THIRD}, {THIRD[::-1]}"}).load().secrets_key
    for weak in (f"{THIRD},", f"{THIRD},short", f",{THIRD}"):
        assert list(wrong(settings({**PRODUCTION, "CXB_SECRETS_KEY": weak}))) == ["CXB_SECRETS_KEY"]


def test_secrets_made_by_the_recipe_are_always_good(settings: Source) -> None:
    for _ in range(200):
        settings(
            {**PRODUCTION, "JWT_SECRET": secrets.token_urlsafe(48), "CXBCORE_SECRET": secrets.token_hex(16)}
        ).load()


def test_rows_show_every_setting_but_no_secret(settings: Source) -> None:
    rows = {row.name: row for row in settings({**PRODUCTION, "CXB_API_PORT": "wrong"}).rows()}

    assert list(rows) == list(names())
    assert (rows["CXB_API_PORT"].value, rows["CXB_CORE_PORT"].value) == ("wrong", "8602")
    assert rows["CXB_API_PORT"].source != rows["CXB_CORE_PORT"].source == "default"
    assert all(row.meaning for row in rows.values())
    shown = " ".join(row.value for row in rows.values())
    assert GOOD not in shown
    assert OTHER not in shown


def test_every_setting_has_a_name_of_its_own() -> None:
    assert len(names()) == len(fields(Settings))


LIVEKIT = {"CXB_MEDIA": "livekit", "CXB_LIVEKIT_KEY": "cxb", "CXB_LIVEKIT_SECRET": "9" * 8 + OTHER}


def test_livekit_needs_a_key_and_a_secret_that_it_takes(settings: Source) -> None:
    assert set(wrong(settings({"CXB_MEDIA": "livekit"}))) == {"CXB_LIVEKIT_KEY", "CXB_LIVEKIT_SECRET"}
    assert set(wrong(settings({**LIVEKIT, "CXB_LIVEKIT_SECRET": "short"}))) == {"CXB_LIVEKIT_SECRET"}
    assert settings({"CXB_LIVEKIT_URL": "wss://livekit.example"}).load().media is Media.EXCHANGE


def test_production_refuses_a_weak_secret_of_livekits_where_livekit_is_used(settings: Source) -> None:
    weak = {**PRODUCTION, **LIVEKIT, "CXB_LIVEKIT_SECRET": "my-Very-long-PASSWORD-for-CXB-of-2026-xyz"}

    assert set(wrong(settings(weak))) == {"CXB_LIVEKIT_SECRET"}
    assert settings({**weak, "CXB_MEDIA": "exchange"}).load().media is Media.EXCHANGE
    assert settings({**PRODUCTION, **LIVEKIT}).load().livekit_url == "ws://127.0.0.1:7880"
