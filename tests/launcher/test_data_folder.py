"""One folder, one owner, and secrets that are made once."""

from pathlib import Path

import pytest

from launcher.data_folder import held, with_secrets
from launcher.problem import LaunchProblem
from ports.settings import Environment, Settings


def test_the_second_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    with (
        held(tmp_path, "http://127.0.0.1:1"),
        pytest.raises(LaunchProblem, match=r"http://127\.0\.0\.1:1"),
        held(tmp_path, "http://127.0.0.1:2"),
    ):
        pass
    with held(tmp_path, "http://127.0.0.1:3"):
        assert (tmp_path / "cxb.lock").read_text() == "http://127.0.0.1:3"


def test_secrets_are_made_once_for_their_owners_eyes_only(tmp_path: Path) -> None:
    first = with_secrets(Settings(data=str(tmp_path)))
    again = with_secrets(Settings(data=str(tmp_path)))

    assert first == again
    assert len(first.jwt_secret) > 40
    assert len({first.jwt_secret, first.core_secret, first.secrets_key}) == 3
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_a_folder_of_an_earlier_release_keeps_its_secrets_and_gets_those_that_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"jwt_secret": "j", "core_secret": "c"}')
    first = with_secrets(Settings(data=str(tmp_path)))

    assert (first.jwt_secret, first.core_secret) == ("j", "c")
    assert len(first.secrets_key) > 40
    assert with_secrets(Settings(data=str(tmp_path))) == first


def test_a_secret_that_is_set_is_kept(tmp_path: Path) -> None:
    assert with_secrets(Settings(data=str(tmp_path), jwt_secret="x" * 40)).jwt_secret == "x" * 40


def test_production_gets_no_secrets_made(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), environment=Environment.PRODUCTION)

    assert with_secrets(settings) == settings
    assert not (tmp_path / "secrets.json").exists()
