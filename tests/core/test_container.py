"""Core's bill of materials: every technology that it names is there, and the settings choose."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from applications.core.app import create_app
from applications.core.call_host import CallHost
from applications.core.call_processes import CallProcesses
from applications.core.container import Container
from applications.core.opening import control_opened
from domain.ids import CallId
from ports.errors import Busy, Refused
from ports.settings import Engine, Media, Settings
from tests.core.stage import SECRET, dial_of


def container(data: Path, **chosen: Any) -> Container:
    return Container(settings=Settings(data=str(data), core_secret=SECRET, **chosen))


@pytest.mark.parametrize(("media", "engine", "model"), list(product(Media, Engine, ["", "http://127.0.0.1:1/v1"])))
async def test_every_choice_of_technologies_can_be_made(
    tmp_path: Path, media: Media, engine: Engine, model: str
) -> None:
    made = container(tmp_path, media=media, engine=engine, openai_url=model, openai_key="key", openai_model="model")

    for name, provider in made.providers.items():
        if name != "settings":
            assert provider() is not None, name
    assert create_app(made) is not None


async def test_calls_have_processes_of_their_own_unless_their_rooms_are_in_memory(tmp_path: Path) -> None:
    assert isinstance(container(tmp_path, media=Media.EXCHANGE).runner(), CallProcesses)
    assert isinstance(container(tmp_path, media=Media.MEMORY).runner(), CallHost)


async def test_two_parts_are_given_the_same_one(tmp_path: Path) -> None:
    made = container(tmp_path, media=Media.MEMORY, engine=Engine.MEMORY)

    assert made.take_call().calls is made.report_health().calls is made.node().calls
    assert made.take_call().runner is made.node().runner is made.host()


async def test_a_core_in_memory_concludes_a_call_that_it_cannot_get_a_config_for(tmp_path: Path) -> None:
    made = container(tmp_path, media=Media.MEMORY, engine=Engine.MEMORY, api_url="http://127.0.0.1:1")
    async with control_opened(made), made.node().running():
        await made.take_call()(dial_of(CallId("call_1")))
        await made.calls().idle()

        assert await made.outbox().waiting() == 1


async def test_several_cores_share_a_folder_and_none_of_them_runs_twice(tmp_path: Path) -> None:
    one, two, again = (container(tmp_path, media=Media.MEMORY, engine=Engine.MEMORY, server_id=n) for n in "aba")

    async with control_opened(one), control_opened(two):
        with pytest.raises(Busy):
            async with control_opened(again):
                pass
    async with control_opened(again):
        pass

    assert {path.name for path in (tmp_path / "core").iterdir()} == {"a", "b"}


async def test_where_no_language_model_is_set_up_none_is_made_up(tmp_path: Path) -> None:
    model = container(tmp_path, engine=Engine.PIPECAT).language_model()

    with pytest.raises(Refused, match="no language model"):
        await model.choose([], ["they agree"])
