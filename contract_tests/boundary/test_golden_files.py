"""Messages between processes look today as they did when they were frozen."""

from types import ModuleType

import msgspec
import pytest

from contract_tests.boundary.golden_files import FOLDER, SHAPES, pretty, shapes
from contract_tests.boundary.samples import SAMPLES
from ports.messages import calls, core, fleet, results
from ports.messages.reader import read


@pytest.mark.parametrize("name", SAMPLES)
def test_a_message_is_written_as_it_was_frozen(name: str) -> None:
    assert pretty(SAMPLES[name]) == (FOLDER / f"{name}.json").read_bytes()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_frozen_message_is_read_as_what_it_was(name: str) -> None:
    assert read((FOLDER / f"{name}.json").read_bytes(), type(SAMPLES[name])) == SAMPLES[name]


def test_no_field_has_come_gone_or_changed_its_type() -> None:
    assert shapes() == SHAPES.read_bytes()


@pytest.mark.parametrize("module", [calls, core, fleet, results])
def test_every_message_has_a_golden_file(module: ModuleType) -> None:
    frozen = {type(sample).__name__ for sample in SAMPLES.values()} | {"Grant"}
    messages = {
        name
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__
    }
    assert {name for name in messages if not name.startswith("_")} <= frozen


def test_every_golden_file_is_of_a_message() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*SAMPLES, SHAPES.stem}


@pytest.mark.parametrize(
    ("name", "later"),
    [("runtime_config", {"trunk_id", "phone", "caller_number"}), ("result_package", {"transfer"})],
)
def test_a_message_of_a_peer_that_knows_no_transfers_is_understood(name: str, later: set[str]) -> None:
    told = msgspec.json.decode((FOLDER / f"{name}.json").read_bytes())
    before = {field: value for field, value in told.items() if field not in later}

    message = read(msgspec.json.encode(before), type(SAMPLES[name]))

    assert {getattr(message, field) for field in later} <= {None, ""}
