"""A whole conversation without an engine: real speech, real turns and real interruptions, at any speed of time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.memory.bot_voice import BotVoice
from adapters.memory.conversation_session import MemorySession
from domain.bots.runtime_config import RuntimeConfig
from ports.audio_links import AudioLink
from ports.clock import Clock
from ports.conversation import Conversation, ConversationSession
from ports.language_model import LanguageModel
from ports.speech_to_text import SpeechToText
from ports.text_to_speech import TextToSpeech


class MemoryConversation(Conversation):
    """Light enough for a thousand calls in virtual time."""

    def __init__(
        self,
        speech_to_text: SpeechToText,
        text_to_speech: TextToSpeech,
        language_model: LanguageModel,
        clock: Clock,
    ) -> None:
        self._speech_to_text = speech_to_text
        self._text_to_speech = text_to_speech
        self._language_model = language_model
        self._clock = clock

    @asynccontextmanager
    async def open(self, link: AudioLink, config: RuntimeConfig) -> AsyncIterator[ConversationSession]:
        voice = BotVoice(
            link=link,
            text_to_speech=self._text_to_speech,
            voice=config.spec.voice,
            clock=self._clock,
            opened=link.clock(),
        )
        session = MemorySession(link, config, voice=voice, model=self._language_model)
        # no TaskGroup here: it would hand the caller's own errors back in a group
        running = asyncio.get_running_loop().create_task(session.run(self._speech_to_text, self._clock))
        try:
            yield session
        finally:
            running.cancel()
            await asyncio.wait([running])
        if not running.cancelled():
            running.result()
