"""What Core's processes open when they start, and close when they stop."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from applications.core.container import Container
from ports.settings import Engine, Media


@asynccontextmanager
async def control_opened(container: Container) -> AsyncIterator[None]:
    """What the control process needs, and calls where it carries them itself. Raises Busy while it runs already."""
    async with AsyncExitStack() as stack:
        stack.enter_context(container.claim())
        await _open_doors(container, stack)
        if container.settings().media is Media.MEMORY:
            await stack.enter_async_context(container.telephony().running())
            await _open_speech(container, stack)
        yield


@asynccontextmanager
async def calls_opened(container: Container) -> AsyncIterator[None]:
    """What a call process needs."""
    async with AsyncExitStack() as stack:
        await _open_doors(container, stack)
        if container.settings().media is Media.LIVEKIT:
            await stack.enter_async_context(container.livekit_sip().running())
            await stack.enter_async_context(container.links().running())
            await stack.enter_async_context(container.telephony().running())
        await _open_speech(container, stack)
        yield


async def _open_doors(container: Container, stack: AsyncExitStack) -> None:
    stack.push_async_callback(container.tracing().aclose)
    stack.push_async_callback(container.configs().aclose)
    stack.push_async_callback(container.sink().aclose)
    stack.push_async_callback(container.channels().aclose)
    if container.settings().media is Media.EXCHANGE:
        await stack.enter_async_context(container.exchange().running())
    if container.settings().media is Media.LIVEKIT:
        await stack.enter_async_context(container.livekit().running())


async def _open_speech(container: Container, stack: AsyncExitStack) -> None:
    """The engine is made as well, so that no call waits for its import."""
    container.conversation()
    if container.settings().openai_url:
        stack.push_async_callback(container.language_model().aclose)
    if container.settings().engine is Engine.PIPECAT:
        await container.text_to_speech().open()
        stack.push_async_callback(container.text_to_speech().aclose)
