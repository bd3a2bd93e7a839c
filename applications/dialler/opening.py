"""What a Dialler opens when it starts, and closes when it stops."""

from contextlib import AsyncExitStack

from applications.dialler.container import Container
from ports.settings import Media, Stores


async def opened(made: Container, closing: AsyncExitStack) -> None:
    """Open what has to be opened, and leave its closing to the stack."""
    closing.push_async_callback(made.tracing().aclose)
    if made.settings().stores is Stores.SQLITE:
        await made.file().open()
        closing.push_async_callback(made.file().aclose)
    for client in (made.desk(), made.cores()):
        closing.push_async_callback(client.aclose)
    await _open_media(made, closing)


async def _open_media(made: Container, closing: AsyncExitStack) -> None:
    if made.settings().media is not Media.LIVEKIT:
        await closing.enter_async_context(made.connection().running())
        return
    for part in (made.livekit(), made.livekit_sip(), made.links(), made.telephony()):
        await closing.enter_async_context(part.running())
