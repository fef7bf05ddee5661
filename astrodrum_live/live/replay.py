"""A performance file becomes sound again: every command at its frame, every hit as it was."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from astrodrum_live.config import COMMAND_SLOTS, MAX_BLOCK, SOUND_SLOTS
from astrodrum_live.engine.engine import READY, Engine
from astrodrum_live.engine.sound_slots import SoundSlots
from astrodrum_live.generation.remaking import Remaker
from astrodrum_live.live.performance import Obeyed, Take
from astrodrum_live.params import MAX_PADS
from astrodrum_live.rt.command_kinds import HUSH, PANIC

KEPT = 2048  # made hits that may be asked for again: 0.3 GB of hits of 0.76 s
RING_OUT_S = 3.0  # of a file that does not tell its length


def length_of(take: Take) -> int:
    """Frames of a take."""
    if take.frames is not None:
        return take.frames
    last = take.obeyed[-1].frame if take.obeyed else 0
    return last + int(RING_OUT_S * take.config.rate)


class Replay:
    """Renders ``take``, the same bits at any block size, as long as its hits come out the same.

    ``device``: of torch; ``block``: frames at once.
    """

    def __init__(self, take: Take, device: str, block: int = 256) -> None:
        self._take = take
        self._block = min(block, MAX_BLOCK)
        self.engine = Engine(replace(take.config, block=block))
        self._slots = SoundSlots(self.engine.memory)
        self._remaker = Remaker(take.kits, take.config.rate, device, take.threads)
        self._made: OrderedDict[int, np.ndarray | None] = OrderedDict()
        self._tickets = 0
        self.different: set[int] = set()  # sounds that did not come out to the bit

    def render(self, progress: Callable[[int], None] = lambda frames: None) -> Iterator[np.ndarray]:
        """The sound in pieces (n, 2) float32; ``progress`` is told frames done."""
        for done, frames in self._pieces():
            yield self.engine.render(frames)
            progress(done + frames)

    def render_stems(
        self, progress: Callable[[int], None] = lambda frames: None
    ) -> Iterator[np.ndarray]:
        """The pads' own sounds in pieces (pads, n, 2) float32: after their effects, gain and pan,
        before the orbits' effects and the master. Instead of ``render``."""
        header = self.engine.memory.header[0]
        header["stems"] = 1
        for done, frames in self._pieces():
            self.engine.render(frames)
            yield header["bus"][:MAX_PADS, :, :frames].transpose(0, 2, 1).copy()
            progress(done + frames)

    def close(self) -> None:
        """Give the memory back."""
        self.engine.close()

    def _pieces(self) -> Iterator[tuple[int, int]]:
        """Posts what is due; gives where the piece begins and its frames, which are then rendered.

        A panic begins a piece: it forgets what it finds waiting, as it did then.
        """
        total, done, at = length_of(self._take), 0, 0
        obeyed = self._take.obeyed
        while done < total:
            end, upto = self._next(obeyed, at, done, min(done + self._block, total))
            self._post(obeyed[at:upto])
            yield done, end - done
            done, at = end, upto

    def _next(self, obeyed: list[Obeyed], at: int, begin: int, end: int) -> tuple[int, int]:
        """Where a piece from ``begin`` ends, by ``end``, and the first command after it."""
        sounds: set[int] = set()
        for index in range(at, len(obeyed)):
            one = obeyed[index]
            if one.frame >= end:
                return end, index
            if one.sound is not None:
                sounds.add(one.sound)
            full = len(sounds) > SOUND_SLOTS or index - at > COMMAND_SLOTS // 2
            if one.frame > begin and (full or one.command["kind"] == PANIC):
                first = next(i for i in range(at, index + 1) if obeyed[i].frame == one.frame)
                return one.frame, first
        return end, len(obeyed)

    def _post(self, due: list[Obeyed]) -> None:
        there: dict[int, tuple[int, int]] = {}
        for one in due:
            if one.command["kind"] == HUSH:
                continue  # what it made forgotten was never obeyed
            if one.sound is not None and one.sound not in there:
                there[one.sound] = self._put(len(there) % SOUND_SLOTS, one.sound)
            sound = READY if one.sound is None else there[one.sound]
            self.engine.post_again(one.command, one.frame, sound)

    def _put(self, slot: int, sound: int) -> tuple[int, int]:
        """The slot and the ticket under which a sound is there to be played."""
        self._tickets += 1
        source = self._take.sounds[sound]
        self._slots.ask(slot, ticket=self._tickets, number=-1, velocity=source.made_for)
        audio = self._audio(sound)
        self._slots.answer(slot, self._tickets, audio, source.rate, source.seed, 1)
        return slot, self._tickets

    def _audio(self, sound: int) -> np.ndarray | None:
        if sound in self._made:
            self._made.move_to_end(sound)
            return self._made[sound]
        audio, same = self._remaker.make(self._take.sounds[sound])
        if not same:
            self.different.add(sound)
        self._made[sound] = audio
        if len(self._made) > KEPT:
            self._made.popitem(last=False)
        return audio
