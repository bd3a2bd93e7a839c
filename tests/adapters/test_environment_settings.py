"""The environment before the file, and the file as people write such files."""

from pathlib import Path

import pytest

from adapters.environment.settings import EnvironmentSettings
from domain.errors import InvalidValue


def written(folder: Path, text: str) -> Path:
    file = folder / "cxb.env"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "CXB_API_PORT=9001\nCXB_CORE_PORT=9002\n")
    source = EnvironmentSettings({"CXB_API_PORT": "9101"}, file)

    assert (source.load().api_port, source.load().core_port) == (9101, 9002)
    rows = {row.name: row.source for row in source.rows()}
    assert (rows["CXB_API_PORT"], rows["CXB_CORE_PORT"], rows["CXB_DATA"]) == ("environment", "cxb.env", "default")


def test_comments_quotes_exports_and_a_byte_order_mark_are_understood(tmp_path: Path) -> None:
    text = """\ufeff# our CXB
    CXB_API_PORT = 9001   # moved
    export CXB_OPENAI_KEY='core # 7'
    CXB_OPENAI_MODEL="a=b"  # quoted

    CXB_DATA=/srv/cxb#1
    """
    loaded = EnvironmentSettings({}, written(tmp_path, text)).load()

    assert (loaded.api_port, loaded.openai_key, loaded.openai_model, loaded.data) == (
        9001,
        "core # 7",
        "a=b",
        "/srv/cxb#1",
    )


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert EnvironmentSettings({}, tmp_path / "none.env").load() == EnvironmentSettings({}).load()


def test_names_of_others_are_left_alone_in_the_environment_and_in_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "POSTGRES_PASSWORD=x\nTZ=UTC\n")
    assert EnvironmentSettings({"HOME": "/root", "API_PORT": "x"}, file).load().api_port == 8601


@pytest.mark.parametrize("in_file", [True, False])
def test_an_unknown_name_of_ours_is_a_fault_wherever_it_stands(tmp_path: Path, in_file: bool) -> None:
    unknown = {"CXB_API_PROT": "1"}
    file = written(tmp_path, "CXB_API_PROT=1\n" if in_file else "")

    with pytest.raises(InvalidValue) as invalid:
        EnvironmentSettings({} if in_file else unknown, file).load()

    (fault,) = invalid.value.faults
    assert fault.field == "CXB_API_PROT"
    assert ("cxb.env" if in_file else "environment") in fault.reason


def test_every_fault_of_file_and_environment_is_told_at_once_and_no_line_is_shown(tmp_path: Path) -> None:
    file = written(tmp_path, "JWT_SECRET hunter2hunter2\nCXB_API_PORT=x\nCXB_HOST=a\nCXB_HOST=b\n")

    with pytest.raises(InvalidValue) as invalid:
        EnvironmentSettings({"CXB_CORE_PORT": "y"}, file).load()

    assert {fault.field for fault in invalid.value.faults} == {
        "cxb.env line 1",
        "cxb.env line 4",
        "CXB_API_PORT",
        "CXB_CORE_PORT",
    }
    assert "hunter2" not in str(invalid.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00CXB", b"CXB_HOST=\xe9"])
def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cxb.env").write_bytes(content)
    with pytest.raises(InvalidValue, match="cannot be read"):
        EnvironmentSettings({}, tmp_path / "cxb.env").load()
    with pytest.raises(InvalidValue, match="cannot be read"):
        EnvironmentSettings({}, tmp_path).load()
