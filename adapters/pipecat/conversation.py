"""Conversations on Pipecat: one pipeline a call, many calls in one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.pipecat import logs
from adapters.pipecat.pipeline import Providers, pipeline_worker, running
from adapters.pipecat.session import PipecatSession
from adapters.pipecat.voice_activity import SileroAnalyzer, VoiceModels
from domain.bots.runtime_config import RuntimeConfig
from ports.audio_links import AudioLink
from ports.clock import Clock
from ports.conversation import Conversation, ConversationSession
from ports.language_model import LanguageModel
from ports.speech_to_text import SpeechToText
from ports.text_to_speech import TextToSpeech

__all__ = ["PipecatConversation", "logs"]  # logs must be imported before anything of Pipecat's


class PipecatConversation(Conversation):
    """Providers are shared by all calls; so are the voice models of calls that are over."""

    def __init__(
        self,
        speech_to_text: SpeechToText,
        text_to_speech: TextToSpeech,
        language_model: LanguageModel,
        clock: Clock,
    ) -> None:
        self._providers = Providers(
            speech_to_text=speech_to_text, text_to_speech=text_to_speech, language_model=language_model, clock=clock
        )
        self._voice_models = VoiceModels()

    @asynccontextmanager
    async def open(self, link: AudioLink, config: RuntimeConfig) -> AsyncIterator[ConversationSession]:
        session = PipecatSession(link, config)
        async with self._voice_models.lend() as model:
            analyzer = SileroAnalyzer(model, start_seconds=config.spec.policy.interrupt_after)
            worker = pipeline_worker(session, link, config, self._providers, analyzer)
            async with running(worker, session):
                yield session
