"""The Dialler's bill of materials: every technology that it names is there, and the settings choose."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from adapters.livekit.telephony import LiveKitTelephony
from applications.dialler.container import Container
from applications.dialler.opening import opened
from ports.settings import Media, Settings, Stores

SECRET = "a-secret-between-processes-that-tests-use"


@pytest.mark.parametrize("stores", Stores)
@pytest.mark.parametrize("media", Media)
async def test_every_choice_of_technologies_can_be_made(tmp_path: Path, media: Media, stores: Stores) -> None:
    made = Container(
        settings=Settings(
            data=str(tmp_path),
            core_secret=SECRET,
            media=media,
            stores=stores,
            livekit_key="cxb",
            livekit_secret=SECRET,
        )
    )

    async with AsyncExitStack() as closing:
        await opened(made, closing)
        for name, provider in made.providers.items():
            if name != "settings":
                assert provider() is not None, name
        assert isinstance(made.telephony(), LiveKitTelephony) is (media is Media.LIVEKIT)
        assert made.run_attempt().telephony is made.recover_attempts().telephony is made.telephony()
