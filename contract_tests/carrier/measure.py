"""What can be told from the audio that arrived: sound, gaps, losses, tones, clicks."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from contract_tests.carrier.g711 import FRAME, LAWS, RATE, Pcm
from contract_tests.carrier.records import MediaSeen, RtpSeen

ASTRAY: Final = 5.0


def heard(media: MediaSeen) -> Pcm:
    """The sound as a phone would play it: each packet at the place that its timestamp says, zeros where none came.

    A new source begins where its first packet came; what says a time more than ASTRAY seconds from that is left out.
    """
    placed = list(_placed(media.audio))
    if not placed:
        return np.zeros(0, np.int16)
    lowest = min(place for place, _ in placed)
    pcm = np.zeros(max(place + len(sound) for place, sound in placed) - lowest, np.int16)
    for place, sound in placed:
        pcm[place - lowest : place - lowest + len(sound)] = sound
    return pcm


def _placed(audio: Sequence[RtpSeen]) -> Iterator[tuple[int, Pcm]]:
    starts: dict[int, tuple[int, int]] = {}
    for seen in audio:
        packet, came = seen.packet, round((seen.at - audio[0].at) * RATE)
        place, timestamp = starts.setdefault(packet.ssrc, (came, packet.timestamp))
        place += _signed(packet.timestamp - timestamp, 32)
        if abs(place - came) <= ASTRAY * RATE:
            yield place, LAWS[packet.payload_type].decode(packet.payload)


def gaps(audio: Sequence[RtpSeen]) -> list[float]:
    """Seconds between one arrival and the next."""
    return [later.at - earlier.at for earlier, later in pairwise(audio)]


def missing(audio: Sequence[RtpSeen]) -> int:
    """How many sequence numbers never came between the first and the last, of one source."""
    places = {_signed(seen.packet.sequence - audio[0].packet.sequence, 16) for seen in audio}
    return max(places) - min(places) + 1 - len(places) if places else 0


def level(pcm: Pcm) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2))) if len(pcm) else 0.0


def tone_level(pcm: Pcm, hertz: float) -> float:
    """The peak of the sine of that frequency in it."""
    if not len(pcm):
        return 0.0
    turns = np.exp(-2j * np.pi * hertz * np.arange(len(pcm)) / RATE)
    return float(2 * np.abs(np.mean(pcm * turns)))


def onsets(pcm: Pcm, *, above: int = 6000, apart: float = 0.05) -> list[float]:
    """Seconds at which it becomes loud after at least `apart` seconds below that."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) >= above)
    if not len(loud):
        return []
    starts = np.concatenate(([True], np.diff(loud) > apart * RATE))
    return [float(place) / RATE for place in loud[starts]]


def first_sound(media: MediaSeen, *, above: int = 500) -> float | None:
    """When the first packet came that is louder than silence."""
    for seen in media.audio:
        if np.abs(LAWS[seen.packet.payload_type].decode(seen.packet.payload).astype(np.int32)).max(initial=0) >= above:
            return seen.at
    return None


def seconds_of(media: MediaSeen) -> float:
    """How much audio came, by its packets of 20 ms."""
    return sum(len(seen.packet.payload) for seen in media.audio) / FRAME * FRAME / RATE


def _signed(difference: int, bits: int) -> int:
    """A difference of numbers that begin again at 0."""
    half = 1 << bits - 1
    return (difference + half) % (1 << bits) - half
